import { Box, Discrete, Generator, type Env, type ResetOptions, type StepResult } from 'gymformer/envs';

/** A guest for the tests of worker threads: what its action asks for goes wrong. */
export const ACTIONS = ['go on', 'throw', 'leave the thread', 'say something', 'not a number'] as const;

export default class Fragile implements Env<number[], number> {
  observationSpace = new Box({ low: -1000, high: 1000, shape: [2], names: ['steps', 'start'] });
  actionSpace = new Discrete(ACTIONS.length, { names: ACTIONS });
  private random = new Generator(0);
  private steps = 0;
  private start = 0;

  reset({ seed }: ResetOptions = {}): { observation: number[]; info: Record<string, unknown> } {
    if (seed !== undefined) this.random = new Generator(seed);
    this.steps = 0;
    this.start = this.random.integers(100);
    return { observation: [0, this.start], info: { started: this.start } };
  }

  step(action: number): StepResult<number[]> {
    this.steps++;
    const asked = ACTIONS[action];
    if (asked === 'throw') throw new TypeError('off the map');
    if (asked === 'leave the thread') process.exit(7);
    return {
      observation: [asked === 'not a number' ? Number.NaN : this.steps, this.start],
      reward: this.random.random(),
      terminated: this.steps === 9,
      truncated: false,
      info: asked === 'say something' ? { said: this.steps } : {},
    };
  }

  actionMask(): number[] {
    return ACTIONS.map((_, action) => (action === this.steps % 2 ? 0 : 1));
  }
}
