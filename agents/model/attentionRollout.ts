import { type AttentionShape, weightsByLag } from './attentionWeights.ts';

const NUMBERS_KEPT = 2 ** 22; // 16 MB: all that 4 layers with 512 steps of context look back on

/**
 * Attention rollout: how much each past step could reach a decision through all layers, rather than through one.
 *
 *   mixed_l(t, u) = 1/2 mean_h A_l,h(t, u) + 1/2 [u = t]
 *   R_l(t, s)     = sum_u mixed_l(t, u) R_{l-1}(u, s),   R_0(t, s) = [s = t]
 *
 * A_l,h(t, u) is the weight that head h of layer l gave step u when it decided at step t: an agent decides each step
 * once and keeps keys and values, so what layer l found at step u is what layer l - 1 made of it then. With `context`
 * steps to look back on, L layers reach L * context steps; where an episode has just begun, fewer.
 *
 * It is an approximation, of what flows and not of what it does: heads count alike, a residual connection counts as much
 * as all of attention, and neither values, feed-forward layers, norms nor gates are looked at.
 *
 * @see Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers", section 3
 */
export class AttentionRollout {
  readonly #shape: AttentionShape;
  readonly #attention: (step: number) => ArrayLike<number> | null;
  /** Of the steps that were needed last, R_l of each layer by lag. */
  readonly #known = new Map<number, (Float32Array | undefined)[]>();
  /** Numbers in there. */
  #size = 0;

  /** @param attention  of a step of one episode: [layers, heads, context + 1] flat; null where it has none */
  constructor(shape: AttentionShape, attention: (step: number) => ArrayLike<number> | null) {
    this.#shape = shape;
    this.#attention = attention;
  }

  /** R_L(step, step - lag) at index `lag`: [layers * context + 1], a sum of 1; null where the step has no attention. */
  weights(step: number): Float32Array | null {
    if (!this.#attention(step)) return null;
    const weights = this.#after(this.#shape.layers - 1, step);
    this.#forget(); // not on the way, where what is needed next would have to be found again
    return weights;
  }

  #after(layer: number, step: number): Float32Array {
    const layers = this.#layersOf(step);
    const known = layers[layer];
    if (known) return known;
    const flow = this.#flow(layer, step);
    layers[layer] = flow;
    this.#size += flow.length;
    return flow;
  }

  #flow(layer: number, step: number): Float32Array {
    const attention = this.#attention(step);
    if (!attention) return Float32Array.of(1); // decided by somebody else: nothing flowed to it
    const own = weightsByLag(attention, this.#shape, { layer, head: null, merge: 'mean' });
    const context = own.length - 1;
    const flow = new Float32Array((layer + 1) * context + 1);
    own.forEach((weight, lag) => {
      const mixed = 0.5 * weight + (lag === 0 ? 0.5 : 0);
      if (mixed === 0 || lag > step) return;
      if (layer === 0) flow[lag] = mixed;
      else this.#after(layer - 1, step - lag).forEach((share, further) => add(flow, lag + further, mixed * share));
    });
    return flow;
  }

  #layersOf(step: number): (Float32Array | undefined)[] {
    let layers = this.#known.get(step);
    if (!layers) this.#known.set(step, (layers = []));
    return layers;
  }

  #forget(): void {
    for (const [oldest, layers] of this.#known) {
      if (this.#size <= NUMBERS_KEPT) return;
      this.#known.delete(oldest);
      for (const flow of layers) this.#size -= flow?.length ?? 0;
    }
  }
}

function add(numbers: Float32Array, index: number, amount: number): void {
  numbers[index] = (numbers[index] as number) + amount;
}
