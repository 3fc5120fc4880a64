import type { Cost } from './cost.ts';
import type { DownloadProgress } from './pretrained/hub.ts';

/**
 * What a training run reports, one object each time: to `metrics.jsonl` (updates, evaluations, snapshots, restarts), to
 * `gymformer train --json` (all of them) and to whoever calls `train`.
 */
export type TrainEvent =
  | StartEvent
  | UpdateEvent
  | CheckpointEvent
  | EvalEvent
  | HeldOutEvent
  | ReplayEvent
  | SnapshotEvent
  | WorkerRestartedEvent
  | DownloadEvent
  | WarningEvent
  | DoneEvent;

export interface StartEvent {
  event: 'start';
  /** Directory of the run. */
  run: string;
  environment: string;
  algo: string;
  policy: string;
  device: string;
  seed: number;
  /** Environment steps at which training will end. */
  steps: number;
  /** Environment steps already taken by the run that this one resumes; 0 for a new one. */
  step: number;
  /** Numbers in the policy that learn. */
  parameters: number;
  /** All of its numbers: frozen ones, too. */
  totalParameters: number;
  /** Where it begins with weights of another run: what of them fitted. Not when it is resumed. */
  init?: InitReport;
}

/** What of another run's weights a new run begins with. */
export interface InitReport {
  /** Directory of the other run. */
  from: string;
  /** Its environment, and the steps that the weights had learned from. */
  environment: string;
  step: number;
  /** Names of the tensors that were taken, and of those that start anew: missing there, or of another shape. */
  taken: string[];
  new: string[];
  /** Whether the statistics that observations are normalised by were taken; only between equal observation spaces. */
  statistics: boolean;
}

export interface UpdateEvent {
  event: 'update';
  /** Environment steps so far, over all environments. */
  step: number;
  update: number;
  /** Episodes finished so far. */
  episodes: number;
  /** Mean undiscounted return of the last 100 finished episodes; null before the first. */
  meanReturn: number | null;
  /** Mean length of the same episodes, in steps. */
  meanLength: number | null;
  /** Environment steps per second of the last update, learning included. */
  stepsPerSecond: number;
  /** Seconds of training so far, over all resumes. */
  seconds: number;
  learningRate: number;
  /**
   * In self-play alone: the policy's Elo rating, from the games of training against its snapshots. An untrained policy
   * has 0; 400 points more than an opponent are ten times its odds.
   */
  elo?: number;
  /** In self-play alone: the mean rating of the pool of snapshots. */
  poolElo?: number;
  /** Each algorithm's own terms (see its file): policyLoss, valueLoss, entropy, approxKl, clipFraction, … */
  [term: string]: number | string | null | undefined;
}

export interface CheckpointEvent {
  event: 'checkpoint';
  step: number;
  path: string;
  /** Whether it is the best one so far, by evaluation. */
  best: boolean;
}

/** Returns of evaluation episodes, undiscounted, each with a new seed. */
export interface EvalEvent {
  event: 'eval';
  /** Training steps of the policy. */
  step: number;
  episodes: number;
  mean: number;
  /** Of the mean: standard deviation / sqrt(episodes). */
  standardError: number;
  /** Interquartile mean: the mean of the middle half. */
  iqm: number;
  /** 95 % percentile bootstrap interval of the mean. */
  ci: [number, number];
  meanLength: number;
  /** Whether the likeliest action was taken at each step, or one drawn from the distribution. */
  actions: 'likeliest' | 'drawn';
  /** From which the episodes' seeds were drawn. */
  seed: number;
  /** Share of episodes that the environment called a success (`info.success` of the last step), where it says so. */
  success?: number;
  /** Episodes that had not ended after so many steps that they were cut: 10 000. Left out where there are none. */
  cut?: number;
  /**
   * Where an episode holds several, as trials of hidden tasks do (`info.episodeReturns` of the last step): the mean
   * return of the first of them, the second, and so on.
   */
  episodeReturns?: number[];
  /** 95 % percentile bootstrap interval of each of these means. */
  episodeCis?: [number, number][];
  /** Where groups of episodes were asked for. */
  groups?: EvalGroups;
  /** The return that a policy that is told one was asked for. */
  targetReturn?: number;
}

/** How well a policy that learns from a dataset says which actions were taken in the episodes kept for validation. */
export interface HeldOutEvent {
  event: 'heldOut';
  /** Steps that it has learned from. */
  step: number;
  episodes: number;
  steps: number;
  /** Mean negative log-probability of the actions that were taken, in nats; null without an episode, as all else. */
  loss: number | null;
  /** Share of the steps in which its likeliest action was the one taken; null of continuous actions, as the next two. */
  accuracy: number | null;
  /** Mean over the actions that were taken of the share of each that it told: see src/classification.ts. */
  macroRecall: number | null;
  macroF1: number | null;
  /**
   * Of continuous actions alone: mean over the components of the squared distance of the likeliest action from the one
   * taken, in units in which bounds are -1 and 1.
   */
  meanSquaredError: number | null;
  /** For each part of an action that is a choice (one of Discrete): `counts[taken][told]`. */
  confusion: { part: string; labels: string[]; counts: number[][]; accuracy: number }[];
}

/** Episodes of an evaluation by a field of their infos, or by a parameter of the environment. */
export interface EvalGroups {
  /** The field or parameter. */
  by: string;
  /** What the worst and the best group are the worst and the best in. */
  measure: 'success' | 'mean';
  groups: EvalGroup[];
  worst: string;
  best: string;
  /** Between these two, of the measure. */
  gap: number;
}

export interface EvalGroup {
  name: string;
  episodes: number;
  /** Mean return, its standard error and 95 % percentile bootstrap interval. */
  mean: number;
  standardError: number;
  ci: [number, number];
  /** Share of successes with its 95 % interval (Wilson's), where the environment tells it. */
  success?: number;
  successCi?: [number, number];
}

/** A replay that now holds `episodes` whole episodes. */
export interface ReplayEvent {
  event: 'replay';
  step: number;
  path: string;
  episodes: number;
}

/** In self-play: the policy as it is now was added to the pool that it plays against. */
export interface SnapshotEvent {
  event: 'snapshot';
  step: number;
  /** Number of the snapshot; 0 is the untrained policy. */
  snapshot: number;
  /** Its rating to begin with: the policy's own. */
  elo: number;
  /** All that the policy now plays against, oldest first: what each had learned from, its rating and games so far. */
  pool: { snapshot: number; step: number; elo: number; games: number }[];
}

/** A worker thread of the environments died and another one stands in for it: its episodes count as truncated. */
export interface WorkerRestartedEvent {
  event: 'workerRestarted';
  /** Training steps at the last update. */
  step: number;
  worker: number;
  /** Its environments, each with an episode that was lost. */
  environments: number;
  /** The error that it died of, or its exit code. */
  reason: string;
}

/** How far the download of a pretrained model is, before training begins. */
export interface DownloadEvent extends DownloadProgress {
  event: 'download';
}

/** Something that training lived through, but a person should know. */
export interface WarningEvent {
  event: 'warning';
  message: string;
}

export interface DoneEvent {
  event: 'done';
  run: string;
  steps: number;
  seconds: number;
  /** Whether `untilReturn` was reached; null when none was asked for. */
  solved: boolean | null;
  interrupted: boolean;
  /** Of all sessions of the run. */
  cost: Cost;
}
