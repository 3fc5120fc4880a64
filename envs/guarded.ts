import {
  checkedWriter,
  type CheckedWriter,
  type Problem,
  problemOfMask,
  problemOfReset,
  problemOfStep,
  threw,
} from './contract.ts';
import {
  type Env,
  EnvError,
  type EnvErrorDetails,
  type ResetOptions,
  type ResetResult,
  type StepResult,
} from './env.ts';
import type { Scene } from './scene.ts';
import { flatSize, type Space } from './spaces.ts';

/**
 * An environment whose every answer is checked, for whoever works with one at a time: what breaks the contract becomes
 * an `EnvError` with the step and the seed that show it again.
 */
export class GuardedEnv implements Env {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly #env: Env;
  readonly #name: string;
  readonly #write: CheckedWriter;
  /** The flat form of the observation last returned. */
  readonly flatObservation: Float32Array;
  #seed: number | undefined;
  #steps = 0;

  /** @param name of the environment, for messages */
  constructor(env: Env, name: string) {
    this.#env = env;
    this.#name = name;
    this.observationSpace = env.observationSpace;
    this.actionSpace = env.actionSpace;
    this.#write = checkedWriter(env.observationSpace);
    this.flatObservation = new Float32Array(flatSize(env.observationSpace));
  }

  reset(options: ResetOptions = {}): ResetResult {
    this.#seed = options.seed;
    this.#steps = 0;
    const result = this.#call('reset', () => this.#env.reset(options));
    this.#refuse('reset', problemOfReset(result) ?? this.#write(result.observation, this.flatObservation, 0));
    return result;
  }

  step(action: unknown): StepResult {
    const result = this.#call('step', () => this.#env.step(action));
    this.#refuse('step', problemOfStep(result) ?? this.#write(result.observation, this.flatObservation, 0));
    this.#steps++;
    return result;
  }

  /** Null where the environment has no masks. */
  mask(): Uint8Array | null {
    if (!this.#env.actionMask) return null;
    const mask = this.#call('actionMask', () => this.#env.actionMask?.());
    this.#refuse('actionMask', problemOfMask(this.actionSpace, mask));
    return Uint8Array.from(mask as ArrayLike<number>);
  }

  /** Null where the environment has no picture of its own. */
  scene(): Scene | null {
    return this.#call('draw', () => this.#env.draw?.()) ?? null;
  }

  close(): void {
    this.#env.close?.();
  }

  #call<T>(method: EnvErrorDetails['method'], call: () => T): T {
    try {
      return call();
    } catch (cause) {
      throw this.#error(method, threw(cause), { cause });
    }
  }

  #refuse(method: EnvErrorDetails['method'], problem: Problem | undefined): void {
    if (problem) throw this.#error(method, problem);
  }

  #error(method: EnvErrorDetails['method'], problem: Problem, options?: ErrorOptions): EnvError {
    const seed = this.#seed === undefined ? {} : { seed: this.#seed };
    return new EnvError({ environment: this.#name, method, ...problem, step: this.#steps, ...seed }, options);
  }
}
