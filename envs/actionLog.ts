/** The flat actions of the episodes under way: what was done in all of B environments in each of the latest steps. */
export class ActionLog {
  /** [capacity, B, A] a ring: step `t` stands at `t % capacity`. */
  #steps: Float32Array;
  #capacity = 64;
  #taken = 0;
  readonly #stride: number;

  constructor(
    environments: number,
    private readonly actionSize: number,
  ) {
    this.#stride = environments * actionSize;
    this.#steps = new Float32Array(this.#capacity * this.#stride);
  }

  /** @param longest steps of the longest episode under way, before this step: those are kept */
  add(actions: Float32Array, longest: number): void {
    if (longest === this.#capacity) this.#grow();
    this.#steps.set(actions, (this.#taken++ % this.#capacity) * this.#stride);
  }

  /** [steps, A] actions of the last so many steps of an environment. */
  of(environment: number, steps: number): Float32Array {
    const { actionSize } = this;
    const actions = new Float32Array(steps * actionSize);
    for (let k = 0; k < steps; k++) {
      const at = this.#at(this.#taken - steps + k, environment);
      actions.set(this.#steps.subarray(at, at + actionSize), k * actionSize);
    }
    return actions;
  }

  /** As if these episodes had just been played: the flat actions of each environment. Returns the longest's steps. */
  restore(episodes: readonly ArrayLike<number>[]): number {
    const { actionSize } = this;
    this.#taken = Math.max(...episodes.map(({ length }) => length)) / actionSize;
    while (this.#capacity < this.#taken) this.#grow();
    episodes.forEach((actions, environment) => {
      const first = this.#taken - actions.length / actionSize;
      for (let k = 0; k < actions.length; k++)
        this.#steps[this.#at(first + Math.floor(k / actionSize), environment) + (k % actionSize)] = actions[
          k
        ] as number;
    });
    return this.#taken;
  }

  #at(step: number, environment: number): number {
    return (step % this.#capacity) * this.#stride + environment * this.actionSize;
  }

  #grow(): void {
    const before = { steps: this.#steps, capacity: this.#capacity };
    this.#capacity *= 2;
    this.#steps = new Float32Array(this.#capacity * this.#stride);
    for (let step = Math.max(this.#taken - before.capacity, 0); step < this.#taken; step++) {
      const at = (step % before.capacity) * this.#stride;
      this.#steps.set(before.steps.subarray(at, at + this.#stride), this.#at(step, 0));
    }
  }
}
