import * as tf from '@tensorflow/tfjs-core';
import type { Cache } from '../agents/model/trunk.ts';
import type { Policy, PolicyResult } from '../agents/model/policy.ts';
import type { Generator } from '../envs/random.ts';
import { GymformerError } from './errors.ts';
import type { Target } from './trained.ts';

/** How an action is chosen from its distribution. */
export type Choice = { draw: Generator } | 'likeliest';

/** A policy acting in `B` environments at once, with what it remembers of each. */
export class Actor {
  cache: Cache;
  /** [B] 1 where the next observation starts an episode. */
  readonly starts: Uint8Array;
  /** [B, A] actions as the policy drew them, and as the environments get them. */
  readonly actions: Float32Array;
  readonly environmentActions: Float32Array;
  /** [B] of the actions drawn. */
  readonly logProbs: Float32Array;
  /** [B] value of the observations acted on. */
  values: Float32Array<ArrayBufferLike>;
  /** [B, …] parameters of the distributions. */
  outputs: Float32Array<ArrayBufferLike> = new Float32Array(0);
  /** [B, layers, H, S + 1] oldest first, where it was asked for and the policy attends. */
  attention: Float32Array | null = null;
  /** S + 1 */
  attentionSteps = 0;
  /** [B, H, tokens] where it was asked for and there is more than one token to look at. */
  tokenAttention: Float32Array | null = null;
  readonly #policy: Policy;
  readonly #environments: number;
  readonly #target: Target | null;
  /** [B] return asked for, less the rewards so far. */
  readonly #returnsToGo: Float64Array;

  /** @param target what a policy that is told a return is asked for */
  constructor(policy: Policy, environments: number, target: Target | null = null) {
    if (policy.condition && !target) throw new RangeError('Actor: this policy has to be told a return');
    this.#policy = policy;
    this.#target = target;
    this.#returnsToGo = new Float64Array(environments);
    this.#environments = environments;
    this.cache = policy.emptyCache(environments);
    this.starts = new Uint8Array(environments).fill(1);
    this.actions = new Float32Array(environments * policy.head.actionSize);
    this.environmentActions = new Float32Array(this.actions.length);
    this.logProbs = new Float32Array(environments);
    this.values = new Float32Array(environments);
  }

  /**
   * Chooses an action in every environment, and remembers the step.
   *
   * @param observations [B, size] as the policy takes them
   * @param masks        [B, M] or null
   */
  async act(
    observations: Float32Array,
    masks: Uint8Array | null,
    choice: Choice,
    { attention = false } = {},
  ): Promise<void> {
    const { head } = this.#policy;
    const [B, A, M] = [this.#environments, head.actionSize, head.maskSize];
    const result = this.#run(observations, attention);
    tf.dispose(this.cache.tensors);
    this.cache = result.cache;
    [this.outputs, this.values] = (await Promise.all([result.outputs.data(), result.values.data()])) as [
      Float32Array,
      Float32Array,
    ];
    this.attention = ((await result.attention?.data()) as Float32Array | undefined) ?? null;
    this.attentionSteps = result.attention?.shape[3] ?? 0;
    this.tokenAttention = ((await result.tokenAttention?.data()) as Float32Array | undefined) ?? null;
    tf.dispose([result.outputs, result.values, ...attentions(result)]);
    for (let b = 0; b < B; b++) {
      const output = this.output(b);
      const mask = masks && M ? masks.subarray(b * M, (b + 1) * M) : null;
      const action = this.actions.subarray(b * A, (b + 1) * A);
      if (choice === 'likeliest') head.mode(output, mask, action);
      else this.logProbs[b] = head.sample(output, mask, choice.draw, action);
    }
    if (!this.outputs.every(Number.isFinite) || !this.values.every(Number.isFinite))
      throw new GymformerError('the policy put out numbers that are not finite: its weights have diverged');
    this.environmentActions.set(this.actions);
    for (let b = 0; b < B; b++) head.toEnvironment(this.environmentActions.subarray(b * A, (b + 1) * A));
    this.starts.fill(0);
  }

  /** Takes note that other actions than the policy's were taken: [B, A] as the environments get them. */
  took(actions: Float32Array): void {
    const { head } = this.#policy;
    const A = head.actionSize;
    this.actions.set(actions);
    for (let b = 0; b < this.#environments; b++) head.fromEnvironment(this.actions.subarray(b * A, (b + 1) * A));
  }

  /** Takes note of what the actions brought: [B] rewards of the step just made. */
  rewarded(rewards: ArrayLike<number>): void {
    for (let b = 0; b < this.#environments; b++)
      this.#returnsToGo[b] = (this.#returnsToGo[b] as number) - (rewards[b] as number);
  }

  /**
   * What the policy takes of observations that it is about to act on: with what else it is told.
   *
   * @param observations [B, size]
   * @returns            [B, input size]
   */
  inputsOf(observations: Float32Array): Float32Array {
    const { condition, inputSize: I, observationSize: O, head } = this.#policy;
    if (!condition || !this.#target) return observations;
    const { targetReturn, returnScale } = this.#target;
    const inputs = new Float32Array(this.#environments * I);
    for (let b = 0; b < this.#environments; b++) {
      const starts = this.starts[b] === 1;
      if (starts) this.#returnsToGo[b] = targetReturn;
      inputs.set(observations.subarray(b * O, (b + 1) * O), b * I);
      const action = starts ? null : this.actions.subarray(b * head.actionSize, (b + 1) * head.actionSize);
      const told = inputs.subarray(b * I + O, (b + 1) * I);
      condition.write((this.#returnsToGo[b] as number) / returnScale, action, told);
    }
    return inputs;
  }

  /** Parameters of environment `b`'s distribution. */
  output(b: number): Float32Array {
    const size = this.outputs.length / this.#environments;
    return this.outputs.subarray(b * size, (b + 1) * size);
  }

  /** [B] values of observations that follow on what is remembered, without remembering them. */
  async valuesOf(observations: Float32Array): Promise<Float32Array> {
    const { values, outputs, cache } = this.#run(observations, false);
    const data = (await values.data()) as Float32Array;
    tf.dispose([values, outputs, ...cache.tensors]);
    return data;
  }

  dispose(): void {
    tf.dispose(this.cache.tensors);
  }

  /** The result's tensors are the caller's to dispose. */
  #run(observations: Float32Array, attention: boolean): PolicyResult {
    const B = this.#environments;
    let result: PolicyResult | undefined;
    tf.tidy(() => {
      const inputs = this.inputsOf(observations);
      const input = tf.tensor2d(inputs, [B, inputs.length / B]);
      result = this.#policy.run(input, this.starts, this.cache, { attention });
      const { outputs, values, cache } = result;
      return [outputs, values, ...cache.tensors, ...attentions(result)];
    });
    return result as PolicyResult;
  }
}

function attentions({ attention, tokenAttention }: PolicyResult): tf.Tensor[] {
  return [attention, tokenAttention].filter((weights) => weights !== null);
}
