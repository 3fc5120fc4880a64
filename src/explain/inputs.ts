import type { Decided } from '../../agents/model/decided.ts';
import { distance } from '../../agents/model/distance.ts';
import type { Neutral } from '../../agents/model/neutral.ts';
import { occlude } from '../../agents/model/occlusion.ts';
import type { Policy } from '../../agents/model/policy.ts';
import { saliency } from '../../agents/model/saliency.ts';
import { type Part, partsOf } from '../../envs/parts.ts';
import { type TokenGroup, tokenName } from '../../envs/tokens.ts';
import type { Weight } from './explanation.ts';
import { type Decision, decisionsOf, inputsOf, type ReachOptions } from './reach.ts';
import type { Trace, TracedStep } from './trace.ts';

const HIDDEN_DECISIONS = 64;
const SALIENT_DECISIONS = 32; // on a slow device
/** Steps that a policy without a limit is shown of what came before. */
const MOST_PAST = 256;
const LISTED = 32;

/** How far the action's distribution moves when a part of what is seen is hidden, one at a time. */
export async function hiddenParts(
  policy: Policy,
  traces: readonly Trace[],
  neutral: Neutral,
  options: ReachOptions,
): Promise<Weight[]> {
  const parts = partsSeenBy(policy);
  const sums = new Float64Array(parts.length);
  const decisions = decisionsOf(traces, HIDDEN_DECISIONS);
  for (const decision of decisions) {
    if (options.signal?.aborted) break;
    const { mask } = stepOf(traces, decision);
    const decided = decidedAt(policy, traces, decision, options.reach);
    const numbers = parts.map((part) => part.numbers);
    const [whole, ...hidden] = await occlude(policy, decided, neutral.of(decided.now), numbers);
    const before = policy.head.describe(whole as Float32Array, mask);
    hidden.forEach((output, i) => {
      const after = policy.head.describe(output, mask);
      sums[i] = (sums[i] as number) + distance(options.actionSpace, before, after) / decisions.length;
    });
  }
  return heaviest(parts.map(({ name }, i) => ({ name, value: sums[i] as number })));
}

/**
 * How fast the log-probability of the action taken changes with each part of what is seen, whichever way.
 *
 * @param policy  on a device whose layers have gradients to what they are given
 * @returns null where nothing that is seen can change by little
 */
export async function slopes(
  policy: Policy,
  traces: readonly Trace[],
  { actionSpace, reach, signal }: ReachOptions,
): Promise<Weight[] | null> {
  const parts = partsSeenBy(policy);
  const sums = new Float64Array(parts.length);
  const decisions = decisionsOf(traces, SALIENT_DECISIONS);
  for (const decision of decisions) {
    if (signal?.aborted) break;
    const { action, mask } = stepOf(traces, decision);
    const taken = { action, mask, continuous: actionSpace.kind === 'box' };
    const found = await saliency(policy, decidedAt(policy, traces, decision, reach), taken);
    if (!found) return null;
    parts.forEach(({ numbers }, i) => {
      const size = Math.hypot(...numbers.map((number) => found[number] as number));
      sums[i] = (sums[i] as number) + size / decisions.length; // NaN of what has no gradient
    });
    await new Promise(setImmediate); // let signals and timers through
  }
  return heaviest(parts.map(({ name }, i) => ({ name, value: sums[i] as number })));
}

function partsSeenBy({ observationSpace, sentences }: Policy): Part[] {
  return partsOf(observationSpace, null, { sentences: sentences !== null });
}

/** The parts that the encoder looks at, with their weights. */
export function lookedAt(tokens: readonly TokenGroup[], weights: Float32Array): Weight[] {
  const names = tokens.flatMap((group) => Array.from({ length: group.tokens }, (_, i) => tokenName(group, i)));
  return heaviest(names.map((name, i) => ({ name, value: weights[i] as number })));
}

function heaviest(weights: readonly Weight[]): Weight[] {
  return weights
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .slice(0, LISTED);
}

function stepOf(traces: readonly Trace[], { episode, step }: Decision): TracedStep {
  return (traces[episode] as Trace)[step] as TracedStep;
}

function decidedAt(policy: Policy, traces: readonly Trace[], { episode, step }: Decision, reach: number): Decided {
  const first = Math.max(0, step - Math.min(reach, MOST_PAST));
  const past = inputsOf(traces, episode, first, step - 1);
  const flat = new Float32Array(past.length * policy.inputSize);
  past.forEach((input, t) => flat.set(input, t * policy.inputSize));
  return { past: flat, fromStart: first === 0, now: stepOf(traces, { episode, step }).input };
}
