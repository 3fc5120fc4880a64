export interface AttentionShape {
  layers: number;
  heads: number;
}

/**
 * The weight of each past step in a decision, index 0 the step itself, index `lag` that many steps before: [context + 1].
 *
 * @param attention  [layers, heads, context + 1] flat, as a replay's decisions have it
 */
export function weightsByLag(
  attention: ArrayLike<number>,
  { layers, heads }: AttentionShape,
  { layer, head, merge }: { layer: number | null; head: number | null; merge: 'mean' | 'max' },
): Float32Array {
  const lags = Math.floor(attention.length / (layers * heads));
  const weights = new Float32Array(lags);
  const chosenLayers = layer === null ? range(layers) : [layer];
  const chosenHeads = head === null ? range(heads) : [head];
  const share = 1 / (chosenLayers.length * chosenHeads.length);
  for (const l of chosenLayers) {
    for (const h of chosenHeads) {
      const offset = (l * heads + h) * lags;
      for (let lag = 0; lag < lags; lag++) {
        const [sofar, weight] = [weights[lag] as number, attention[offset + lag] ?? 0];
        weights[lag] = merge === 'max' ? Math.max(sofar, weight) : sofar + weight * share;
      }
    }
  }
  return weights;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
