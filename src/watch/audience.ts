import type { StoredTensor } from '../../agents/model/parameters.ts';
import type { RunningStatisticsState } from '../../envs/runningStatistics.ts';

/** A policy in the middle of its training: all that another process needs to play as it does. */
export interface PolicyCopy {
  /** Training steps so far. */
  step: number;
  parameters: Map<string, StoredTensor>;
  /** By which observations are normalised; null where they are not. */
  statistics: RunningStatisticsState | null;
  /** What turns the policy's values into the environment's units. */
  valueScale: number;
}

/** Whoever watches a training, and is shown the policy now and then. What it does with it takes no time of training's. */
export interface Audience {
  /** Whether it has time to look; asked after each update. */
  readonly ready: boolean;
  show(policy: PolicyCopy): void;
}
