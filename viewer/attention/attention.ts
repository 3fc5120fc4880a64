import type { Moment, ReplayHeader } from '../../src/replay/format.ts';

/** Which attention to show; null takes the mean over all layers, or over all heads. Both are counted from 0. */
export interface Selection {
  layer: number | null;
  head: number | null;
}

export interface AttentionShape {
  layers: number;
  heads: number;
}

/** How many layers and heads a replay's policy has; null when it does not attend. */
export function attentionShape({ policy }: ReplayHeader): AttentionShape | null {
  return policy?.layers && policy.heads ? { layers: policy.layers, heads: policy.heads } : null;
}

/**
 * The weight of each past step in a decision, index 0 the step itself, index `lag` that many steps before: [context + 1].
 * Null when the moment has none.
 */
export function weightsByLag(
  moment: Moment | null,
  { layers, heads }: AttentionShape,
  { layer, head }: Selection,
): Float32Array | null {
  const attention = moment?.decision?.attention;
  if (!attention) return null;
  const lags = Math.floor(attention.length / (layers * heads));
  const weights = new Float32Array(lags);
  const chosenLayers = layer === null ? range(layers) : [layer];
  const chosenHeads = head === null ? range(heads) : [head];
  const share = 1 / (chosenLayers.length * chosenHeads.length);
  for (const l of chosenLayers) {
    for (const h of chosenHeads) {
      const offset = (l * heads + h) * lags;
      for (let lag = 0; lag < lags; lag++)
        weights[lag] = (weights[lag] as number) + (attention[offset + lag] ?? 0) * share;
    }
  }
  return weights;
}

/** The heaviest lags, the most recent first. */
export function heaviestLags(weights: Float32Array, count: number): number[] {
  return range(weights.length)
    .filter((lag) => (weights[lag] as number) > 0)
    .sort((a, b) => (weights[b] as number) - (weights[a] as number))
    .slice(0, count)
    .sort((a, b) => a - b);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
