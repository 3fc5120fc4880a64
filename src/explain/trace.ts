import { type AttentionShape, weightsByLag } from '../../agents/model/attentionWeights.ts';
import { AttentionRollout } from '../../agents/model/attentionRollout.ts';
import { Generator } from '../../envs/random.ts';
import { Actor } from '../actor.ts';
import { EXIT, GymformerError } from '../errors.ts';
import type { EvaluateOptions, Player } from '../evaluate.ts';
import { byLag } from '../game.ts';

/** A decision, with what the policy had to go on. */
export interface TracedStep {
  /** [input size]: the observation as the policy takes it, and behind it what else it is told. */
  input: Float32Array;
  mask: Uint8Array | null;
  /** [A], as the policy draws it. */
  action: Float32Array;
  /** As the head's `describe` has it. */
  distribution: Float32Array;
  /** [layers, heads, context + 1] by how many steps before; null where it does not attend. */
  attention: Float32Array | null;
  /** [H, tokens]; null where there is but one token. */
  tokenAttention: Float32Array | null;
}

/** An episode from its first step on, perhaps not to its end. */
export type Trace = TracedStep[];

const EPISODES = 16; // side by side
/** Numbers kept of all: 64 MB. Episodes are cut where that is full. */
const MOST_NUMBERS = 2 ** 24;

/** Plays some episodes and keeps what was seen, looked at and decided. */
export async function trace(player: Player, options: EvaluateOptions): Promise<Trace[]> {
  const { seed, actions, signal } = options;
  const count = Math.min(options.episodes, EPISODES);
  const random = new Generator(seed);
  const envs = player.openEnvs({ count, seed: random.integers(2 ** 31) });
  const normalizer = player.normalizer(count);
  const actor = new Actor(player.policy, count, player.target);
  const traces: Trace[] = Array.from({ length: count }, () => []);
  const ended = new Set<number>();
  let numbers = 0;
  try {
    envs.reset();
    while (ended.size < count && numbers < MOST_NUMBERS) {
      if (signal?.aborted) throw new GymformerError('tracing was interrupted', EXIT.interrupted);
      const observations = normalizer.apply(envs.observations);
      const inputs = actor.inputsOf(observations);
      const masks = envs.actionMasks;
      const choice = actions === 'drawn' ? { draw: random } : 'likeliest';
      await actor.act(observations, masks, choice, { attention: true });
      for (let i = 0; i < count; i++) {
        if (ended.has(i)) continue;
        const step = stepOf(player, actor, { inputs, masks }, i, count);
        (traces[i] as Trace).push(step);
        numbers += step.input.length + (step.attention?.length ?? 0) + (step.tokenAttention?.length ?? 0);
      }
      envs.step(actor.environmentActions);
      actor.rewarded(envs.rewards);
      for (let i = 0; i < count; i++) {
        if (!envs.terminated[i] && !envs.truncated[i]) continue;
        actor.starts[i] = 1;
        ended.add(i);
      }
      await new Promise(setImmediate); // let signals and timers through
    }
    return traces;
  } finally {
    actor.dispose();
    envs.close();
  }
}

function stepOf(
  { policy: { head } }: Player,
  actor: Actor,
  { inputs, masks }: { inputs: Float32Array; masks: Uint8Array | null },
  i: number,
  count: number,
): TracedStep {
  const row = <Numbers extends Float32Array | Uint8Array>(all: Numbers): Numbers => {
    const size = all.length / count;
    return all.slice(i * size, (i + 1) * size) as Numbers;
  };
  const mask = masks && head.maskSize ? row(masks) : null;
  return {
    input: row(inputs),
    mask,
    action: row(actor.actions),
    distribution: head.describe(actor.output(i), mask),
    attention: actor.attention && byLag(row(actor.attention), actor.attentionSteps),
    tokenAttention: actor.tokenAttention && row(actor.tokenAttention),
  };
}

/** Attention rollout by how many steps before, the mean over all decisions: a sum of 1. Without the zeros at its end. */
export function meanRollout(traces: readonly Trace[], shape: AttentionShape): number[] {
  let sums = new Float64Array(0);
  let decisions = 0;
  for (const steps of traces) {
    const rollout = new AttentionRollout(shape, (step) => steps[step]?.attention ?? null);
    steps.forEach((_, step) => {
      const weights = rollout.weights(step);
      if (!weights) return;
      if (sums.length === 0) sums = new Float64Array(weights.length);
      weights.forEach((weight, lag) => (sums[lag] = (sums[lag] as number) + weight));
      decisions++;
    });
  }
  const last = sums.findLastIndex((sum) => sum > 0);
  return Array.from(sums.subarray(0, last + 1), (sum) => sum / decisions);
}

/** [tokens] the mean over decisions and heads of the encoder's attention. */
export function meanLook(traces: readonly Trace[], heads: number): Float32Array {
  const looks = traces.flat().flatMap(({ tokenAttention }) => (tokenAttention ? [tokenAttention] : []));
  const sums = new Float32Array((looks[0]?.length ?? 0) / heads);
  for (const look of looks)
    weightsByLag(look, { layers: 1, heads }, { layer: null, head: null, merge: 'mean' }).forEach(
      (weight, token) => (sums[token] = (sums[token] as number) + weight / looks.length),
    );
  return sums;
}
