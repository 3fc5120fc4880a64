import type { AttentionHead } from '../../agents/model/silencing.ts';
import type { PolicyHeader } from '../replay/format.ts';

/** Version of `Explanation`; a change that an older viewer could not show raises it. */
export const EXPLANATION_FORMAT = 1;

/** The name that a run's explanation has in its directory. */
export const EXPLANATION_FILE = 'explanation.json';

/** A mean with its 95 % percentile bootstrap interval. */
export interface Estimate {
  mean: number;
  ci: [number, number];
}

/** What becomes of episodes when heads are silenced: the same episodes, by their seeds, as with all heads. */
export interface Loss {
  /** Undiscounted, with the heads silenced. */
  return: Estimate;
  /** How much lower the return of an episode is than with all heads, the mean over pairs of the same seed. */
  lost: Estimate;
  /** The same of `info.success`, as a share of episodes; null where the environment does not say. */
  successLost: Estimate | null;
  /** How far the distribution over actions moves: the mean total variation distance, at the same moments. */
  moved: number;
}

export interface HeadLoss extends AttentionHead, Loss {
  /** The return with all other heads silenced that look at past steps; null of the encoder's, and where it is the only one. */
  alone: Estimate | null;
}

/** Heads silenced together, the one last added being that which lowered the return most. */
export interface TogetherLoss extends Loss {
  heads: AttentionHead[];
}

/** A point of a curve over `k`, steps before a decision. */
export interface ReachPoint {
  k: number;
  /** Total variation distance to the distribution with all of memory, the mean over episodes of their decisions' mean. */
  distance: Estimate;
  /** Share of decisions whose likeliest action is another one; null where actions are continuous. */
  changed: number | null;
  /** Decisions that were looked at: those that come late enough in their episode. */
  decisions: number;
}

/** Something seen, by its name, and how much it counts. */
export interface Weight {
  name: string;
  value: number;
}

/**
 * What a policy looks at, and what it needs: measured over episodes of its own. `gymformer explain --json` prints it, and
 * `explanation.json` of a run holds it. What could not be measured is null, and `notes` says why.
 *
 * Where weights are listed, the heaviest come first, and at most 32 of them.
 */
export interface Explanation {
  event: 'explanation';
  format: number;
  /** Version of gymformer. */
  gymformer: string;
  run: string;
  environment: string;
  /** Training steps of the policy. */
  step: number;
  policy: PolicyHeader;
  /** Episodes that were played for each loss of return. */
  episodes: number;
  /** Of a Decision Transformer: the return that it was asked for. */
  targetReturn?: number;
  /** From which their seeds were drawn. */
  seed: number;
  actions: 'likeliest' | 'drawn';
  /** Whether all was measured that can be; false after an interruption. */
  complete: boolean;
  /** With all heads; null before it was measured. */
  baseline: { return: Estimate; success: Estimate | null } | null;
  /** Each head silenced by itself, that which costs most first. */
  heads: HeadLoss[] | null;
  /** All heads that look at past steps silenced: how the policy does that remembers nothing by attention. */
  none: Loss | null;
  /** Heads silenced together, one more each time (greedily), until nine tenths of what all of them cost are lost. */
  together: TogetherLoss[] | null;
  /** What the action's distribution would be, had memory begun with the last `k` steps before the decision. */
  reach: ReachPoint[] | null;
  /** What it would be, had the step `k` before the decision shown something neutral. */
  hiddenSteps: ReachPoint[] | null;
  /** Attention rollout, mean over decisions: how much the step so many steps before (the index) could reach the decision. */
  rollout: number[] | null;
  /** Mean attention of the encoder's heads over what is in an observation; a sum of 1 over all. */
  looked: Weight[] | null;
  /** Mean total variation distance of the action's distribution when this part of the observation is hidden. */
  occlusion: Weight[] | null;
  /**
   * Mean size of the gradient of the log-probability of the action taken to this part of the observation as the policy
   * takes it: where it is normalised, a standard deviation of it.
   */
  saliency: Weight[] | null;
  /** What was not measured and why, and what was found of all; in words. */
  notes: string[];
}

/** What a person calls a head. */
export function headName({ part, layer, head }: AttentionHead): string {
  return part === 'encoder' ? `encoder head ${head + 1}` : `layer ${layer + 1} head ${head + 1}`;
}
