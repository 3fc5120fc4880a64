import type { Parameters } from './parameters.ts';

/** Floating-point operations of a model for one step. */
export interface Flops {
  forward: number;
  backward: number;
}

/** Steps that a model was run on: forwards alone, and to learn from. */
export interface Ran {
  acting: number;
  learning: number;
}

/** flops = acting * forward + learning * (forward + backward) */
export function flopsOfRuns({ acting, learning }: Ran, { forward, backward }: Flops): number {
  return acting * forward + learning * (forward + backward);
}

/**
 * How much a model computes for one step, from the shapes of its parameters: a multiplication and an addition for each
 * number of a matrix, as often as it is used, and attention over a full window.
 *
 *   forward  = 2 sum over W of uses(W) |W| + attention,  attention = 2 H (context + 1) D for each cached keys and values
 *   backward = forward, for the gradients that flow to the inputs of maps, + 2 sum over learning W of uses(W) |W| + attention
 *
 * Biases, norms, activations, softmax and the optimiser are left out, which are a few percent of a policy of some width.
 * Of tables only the rows that a step looks up count.
 *
 * @param cacheShapes of one episode's memory: keys and values are [H, context, D]
 * @see Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1
 */
export function flopsOf(parameters: Parameters, cacheShapes: readonly (readonly number[])[]): Flops {
  const { all, learning } = parameters.multiplyAdds;
  const attention = cacheShapes
    .filter((shape) => shape.length === 3)
    .map(([H, context, D]) => 2 * (H as number) * ((context as number) + 1) * (D as number))
    .reduce((sum, each) => sum + each, 0);
  const forward = 2 * all + attention;
  return { forward, backward: forward + 2 * learning + attention };
}
