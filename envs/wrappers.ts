import { outsideEpisode, type Env, type ResetOptions, type ResetResult, type StepResult } from './env.ts';
import type { Scene } from './scene.ts';
import type { Space } from './spaces.ts';

/** An environment around another one: passes everything on, so that a wrapper overrides only what it changes. */
export class Wrapper implements Env {
  observationSpace: Space;
  actionSpace: Space;
  // Present only where the inner environment has them: their absence means something.
  readonly actionMask?: () => ArrayLike<number>;
  readonly draw?: () => Scene;
  readonly close?: () => void;

  constructor(readonly env: Env) {
    this.observationSpace = env.observationSpace;
    this.actionSpace = env.actionSpace;
    const { actionMask, draw, close } = env;
    if (actionMask) this.actionMask = () => actionMask.call(env);
    if (draw) this.draw = () => draw.call(env);
    if (close) this.close = () => close.call(env);
  }

  reset(options?: ResetOptions): ResetResult {
    return this.env.reset(options);
  }

  step(action: unknown): StepResult {
    return this.env.step(action);
  }
}

/** Truncates an episode after `maxEpisodeSteps` steps. */
export class TimeLimit extends Wrapper {
  private steps = 0;
  private running = false;

  constructor(
    env: Env,
    readonly maxEpisodeSteps: number,
  ) {
    super(env);
    if (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps < 1)
      throw new RangeError(`TimeLimit: maxEpisodeSteps is ${maxEpisodeSteps}, wanted a positive integer`);
  }

  override reset(options?: ResetOptions): ResetResult {
    this.steps = 0;
    this.running = true;
    return this.env.reset(options);
  }

  override step(action: unknown): StepResult {
    if (!this.running) throw outsideEpisode();
    const result = this.env.step(action);
    this.steps++;
    const truncated = result.truncated || this.steps >= this.maxEpisodeSteps;
    this.running = !(truncated || result.terminated);
    return truncated === result.truncated ? result : { ...result, truncated };
  }
}
