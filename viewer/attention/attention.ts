import type { AttentionShape } from '../../agents/model/attentionWeights.ts';
import type { ReplayHeader } from '../../src/replay/format.ts';

/** How the weights of several heads become one: their mean, the largest of them, or a rollout through all layers. */
export type Merge = 'mean' | 'max' | 'rollout';
export const MERGES = ['mean', 'max', 'rollout'] as const;

/** Which attention to show. Layers and heads are counted from 0; null takes all of them, as `merge` says. */
export interface Selection {
  layer: number | null;
  head: number | null;
  merge: Merge;
}

export const EVERYTHING: Selection = { layer: null, head: null, merge: 'mean' };

/** How many layers and heads a replay's policy has; null when it does not attend. */
export function attentionShape({ policy }: ReplayHeader): AttentionShape | null {
  return policy?.layers && policy.heads ? { layers: policy.layers, heads: policy.heads } : null;
}

/** Whether both show the same weights: with a single head, there is nothing to merge. */
export function sameSelection(a: Selection, b: Selection): boolean {
  if (a.layer !== b.layer || a.head !== b.head) return false;
  return a.merge === b.merge || (a.layer !== null && a.head !== null);
}

/** The heaviest lags, the most recent first. */
export function heaviestLags(weights: Float32Array, count: number): number[] {
  return range(weights.length)
    .filter((lag) => (weights[lag] as number) > 0)
    .sort((a, b) => (weights[b] as number) - (weights[a] as number))
    .slice(0, count)
    .sort((a, b) => a - b);
}

/** What a person calls the weights that are shown. */
export function describeSelection({ layer, head, merge }: Selection): string {
  if (merge === 'rollout') return 'rollout through all layers';
  if (layer !== null && head !== null) return `layer ${layer + 1}, head ${head + 1}`;
  const merged = merge === 'mean' ? 'mean' : 'largest';
  if (layer !== null) return `layer ${layer + 1}, ${merged} of its heads`;
  return head === null ? `${merged} of all layers and heads` : `head ${head + 1}, ${merged} of all layers`;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
