import * as tf from '@tensorflow/tfjs-core';
import { distance } from '../../agents/model/distance.ts';
import type { Neutral } from '../../agents/model/neutral.ts';
import type { Policy } from '../../agents/model/policy.ts';
import type { Space } from '../../envs/spaces.ts';
import { bootstrapInterval, mean } from '../statistics.ts';
import type { Estimate, ReachPoint } from './explanation.ts';
import type { Trace, TracedStep } from './trace.ts';

/** Steps that are run again for a curve, about. */
const STEPS_A_CURVE = 200_000;
/** The same for a single look. */
const STEPS_A_LOOK = 16_000;
const MOST_DECISIONS = 256;
const FEWEST_DECISIONS = 16;
const ROWS_AT_ONCE = 4096;

/** A decision of a traced episode. */
export interface Decision {
  episode: number;
  step: number;
}

export interface ReachOptions {
  actionSpace: Space;
  /** Most steps before a decision that it can depend on. */
  reach: number;
  signal?: AbortSignal | undefined;
}

/**
 * How far memory reaches: for each `k` the decisions as they would be, had memory begun with the last `k` steps before
 * them. All is run anew, so that nothing older comes along inside of what is remembered.
 */
export async function memoryReach(
  policy: Policy,
  traces: readonly Trace[],
  options: ReachOptions,
): Promise<ReachPoint[]> {
  const past = Math.min(longest(traces) - 1, options.reach);
  const lags = lagsBelow(past);
  const some = decisionsOf(traces, STEPS_A_CURVE / (sum(lags) + lags.length));
  return await curve(policy, traces, options, lags, (k) => ({
    decisions: some.filter(({ step }) => step > k),
    seen: ({ episode, step }) => inputsOf(traces, episode, step - k, step),
  }));
}

/** What single steps count for: for each `k` the decisions as they would be, had the step `k` before shown something neutral. */
export async function hiddenSteps(
  policy: Policy,
  traces: readonly Trace[],
  neutral: Neutral,
  options: ReachOptions,
): Promise<ReachPoint[]> {
  const past = Math.min(longest(traces) - 1, options.reach);
  const lags = lagsBelow(past + 1);
  const some = decisionsOf(traces, STEPS_A_CURVE / (lags.length * (past + 1)));
  return await curve(policy, traces, options, lags, (k) => ({
    decisions: some.filter(({ step }) => step >= k),
    seen: ({ episode, step }) => {
      const seen = inputsOf(traces, episode, Math.max(0, step - past), step);
      const hidden = seen.length - 1 - k;
      return seen.map((input, i) => (i === hidden ? neutral.of(input) : input));
    },
  }));
}

/** How far the distribution over actions is, as the policy is now, from what it was when it was traced: the mean distance. */
export async function moved(policy: Policy, traces: readonly Trace[], options: ReachOptions): Promise<number> {
  const past = Math.min(longest(traces) - 1, options.reach);
  const decisions = decisionsOf(traces, STEPS_A_LOOK / (past + 1));
  const [point] = await curve(policy, traces, options, [past], () => ({
    decisions,
    seen: ({ episode, step }) => inputsOf(traces, episode, Math.max(0, step - past), step),
  }));
  return point?.distance.mean ?? 0;
}

/** So many decisions at most, evenly spread over all. */
export function decisionsOf(traces: readonly Trace[], most: number): Decision[] {
  const all = traces.flatMap((steps, episode) => steps.map((_, step) => ({ episode, step })));
  const count = Math.min(all.length, MOST_DECISIONS, Math.max(FEWEST_DECISIONS, Math.floor(most)));
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as Decision);
}

export function longest(traces: readonly Trace[]): number {
  return Math.max(0, ...traces.map(({ length }) => length));
}

/** [to - from + 1] inputs of an episode, both ends included. */
export function inputsOf(traces: readonly Trace[], episode: number, from: number, to: number): Float32Array[] {
  return (traces[episode] as Trace).slice(from, to + 1).map(({ input }) => input);
}

/** 0, 1, 2, 3, 4, 6, 8, 12, 16, … below `limit`. */
function lagsBelow(limit: number): number[] {
  const lags = [0, 1, 2, 3];
  for (let k = 4; k < limit; k *= 2) lags.push(k, k * 1.5);
  return lags.filter((k) => k < limit);
}

interface Question {
  decisions: Decision[];
  /** What the policy takes up to a decision, that of the decision last. */
  seen: (decision: Decision) => Float32Array[];
}

async function curve(
  policy: Policy,
  traces: readonly Trace[],
  { actionSpace, signal }: ReachOptions,
  lags: readonly number[],
  questionOf: (k: number) => Question,
): Promise<ReachPoint[]> {
  const points: ReachPoint[] = [];
  for (const k of lags) {
    const { decisions, seen } = questionOf(k);
    if (signal?.aborted || decisions.length === 0) break;
    const outputs = await decideOn(policy, decisions.map(seen));
    const byEpisode = new Map<number, number[]>();
    let others = 0;
    decisions.forEach(({ episode, step }, i) => {
      const { distribution, mask } = (traces[episode] as Trace)[step] as TracedStep;
      const output = outputs[i] as Float32Array;
      const found = distance(actionSpace, distribution, policy.head.describe(output, mask));
      byEpisode.set(episode, [...(byEpisode.get(episode) ?? []), found]);
      if (likeliest(actionSpace, distribution) !== likeliest(actionSpace, policy.head.describe(output, mask))) others++;
    });
    points.push({
      k,
      distance: estimate([...byEpisode.values()].map(mean)),
      changed: actionSpace.kind === 'box' ? null : others / decisions.length,
      decisions: decisions.length,
    });
  }
  return points;
}

export function estimate(values: readonly number[]): Estimate {
  return { mean: mean(values), ci: bootstrapInterval(values) };
}

/** The likeliest action, as something to compare; of actions that are not chosen from a list always the same. */
function likeliest(space: Space, probabilities: Float32Array): string {
  if (space.kind === 'multiBinary') return probabilities.map((p) => Number(p > 0.5)).join();
  if (space.kind !== 'discrete' && space.kind !== 'multiDiscrete') return '';
  let offset = 0;
  return (space.kind === 'discrete' ? [space.n] : space.n)
    .map((n) => {
      const part = probabilities.subarray(offset, (offset += n));
      return part.indexOf(Math.max(...part));
    })
    .join();
}

/** What a policy puts out at the end of each sequence, before which it remembers nothing. */
async function decideOn(policy: Policy, sequences: readonly (readonly Float32Array[])[]): Promise<Float32Array[]> {
  const found: Float32Array[] = new Array<Float32Array>(sequences.length);
  const byLength = new Map<number, number[]>();
  sequences.forEach(({ length }, i) => byLength.set(length, [...(byLength.get(length) ?? []), i]));
  for (const [T, indices] of byLength) {
    const together = Math.max(1, Math.floor(ROWS_AT_ONCE / T));
    for (let from = 0; from < indices.length; from += together) {
      const some = indices.slice(from, from + together);
      const outputs = await runTogether(
        policy,
        some.map((i) => sequences[i] as Float32Array[]),
        T,
      );
      some.forEach((i, row) => (found[i] = outputs[row] as Float32Array));
      await new Promise(setImmediate); // let signals and timers through
    }
  }
  return found;
}

/** Of N sequences of T steps. */
async function runTogether(
  policy: Policy,
  sequences: readonly (readonly Float32Array[])[],
  T: number,
): Promise<Float32Array[]> {
  const [N, size] = [sequences.length, policy.inputSize];
  const flat = new Float32Array(N * T * size);
  sequences.forEach((sequence, n) => sequence.forEach((step, t) => flat.set(step, (n * T + t) * size)));
  const last = tf.tidy(() => {
    const inputs = tf.tensor2d(flat, [N * T, size]);
    const { outputs } = policy.run(inputs, new Uint8Array(N * T), policy.emptyCache(N));
    const byStep = tf.reshape(outputs, [N, T, outputs.shape[1]]);
    return tf.slice(byStep, [0, T - 1, 0], [N, 1, outputs.shape[1]]);
  });
  const numbers = (await last.data()) as Float32Array;
  last.dispose();
  return sequences.map((_, n) => numbers.slice((n * numbers.length) / N, ((n + 1) * numbers.length) / N));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
