import {
  type Env,
  type EnvBatch,
  type Info,
  outsideEpisode,
  type ResetOptions,
  type ResetResult,
  type StepArrays,
  type StepResult,
} from './env.ts';
import { flatSize, flatten, type Space, unflatten, type Value } from './spaces.ts';

/**
 * An environment whose dynamics are written once, for many at a time: alone, it is a batch of one.
 *
 * A subclass says what the spaces are and how to draw row 0 of its `batch`.
 */
export abstract class BatchOfOne<
  Batch extends EnvBatch,
  Action extends Value,
  Observation extends Value = number[],
> implements Env<Observation, Action> {
  abstract readonly observationSpace: Space;
  abstract readonly actionSpace: Space;
  /** The dynamics, of one environment. */
  protected readonly batch: Batch;
  /** Flat form of the action of the last step, to draw it; undefined after a reset. */
  protected lastAction: Float32Array | undefined;
  readonly #make: (count: number) => Batch;
  #running = false;
  #buffers: { action: Float32Array; arrays: StepArrays } | undefined;

  constructor(make: (count: number) => Batch) {
    this.#make = make;
    this.batch = make(1);
  }

  reset(options: ResetOptions = {}): ResetResult<Observation> {
    const { observations } = this.#arrays().arrays;
    this.batch.reset(0, options, observations);
    this.lastAction = undefined;
    this.#running = true;
    return { observation: this.#observation(observations), info: this.#info() };
  }

  step(action: Action): StepResult<Observation> {
    if (!this.#running) throw outsideEpisode();
    const { action: flat, arrays } = this.#arrays();
    flatten(this.actionSpace, action, flat);
    this.batch.step(0, 1, flat, arrays);
    this.lastAction = flat;
    const terminated = arrays.terminated[0] === 1;
    const truncated = arrays.truncated[0] === 1;
    this.#running = !terminated && !truncated;
    const reward = arrays.rewards[0] as number;
    const observation = this.#observation(arrays.observations);
    return { observation, reward, terminated, truncated, info: this.#info() };
  }

  vectorize(count: number): EnvBatch {
    return this.#make(count);
  }

  /** Of the type that the subclass says its space has. */
  #observation(flat: Float32Array): Observation {
    return unflatten(this.observationSpace, flat) as Observation;
  }

  #info(): Info {
    return this.batch.info ? { ...this.batch.info(0) } : {};
  }

  /** Made once the spaces are known, which a subclass sets after this constructor. */
  #arrays(): { action: Float32Array; arrays: StepArrays } {
    return (this.#buffers ??= {
      action: new Float32Array(flatSize(this.actionSpace)),
      arrays: {
        observations: new Float32Array(flatSize(this.observationSpace)),
        rewards: new Float64Array(1),
        terminated: new Uint8Array(1),
        truncated: new Uint8Array(1),
      },
    });
  }
}
