import type { Info } from '../envs/env.ts';
import type { GuardedEnv } from '../envs/guarded.ts';
import type { Scene } from '../envs/scene.ts';
import { unflatten } from '../envs/spaces.ts';
import { Actor, type Choice } from './actor.ts';
import type { ObservationNormalizer } from './normalizers.ts';
import type { Decision, Moment } from './replay/format.ts';
import type { Trained } from './trained.ts';

/** What a policy makes of a moment: how likely each action, how good the moment, what was looked at, what it would do. */
export interface Thought extends Pick<Decision, 'distribution' | 'value' | 'attention' | 'tokenAttention'> {
  /** Flat form, as the environment takes it. */
  action: Float32Array;
}

export interface GameOptions {
  /** Not shared with another game that is under way. */
  env: GuardedEnv;
  seed: number;
  /** Who thinks at each moment; null: nobody, and every action has to be given. */
  mind: Trained | null;
  choice: Choice;
  /** What is to be kept with a step beside what the environment says of it. */
  aside?: () => Info;
}

/**
 * An episode as it is played, moment by moment: what is seen, what a policy thinks of it, which action is taken, by the
 * policy or by somebody else.
 *
 * A policy that only thinks remembers the episode as one that acts does, so it can take over at any moment.
 */
export class Game {
  /** Actions taken. */
  steps = 0;
  /** Whether the episode is over. */
  ended = false;
  readonly #options: GameOptions;
  readonly #actor: Actor | null;
  readonly #normalizer: ObservationNormalizer | null;
  #seen: { observation: Float32Array; scene: Scene | null; mask: Uint8Array | null };
  #thought: Promise<Thought> | null = null;

  /** Resets the environment. @throws EnvError */
  constructor(options: GameOptions) {
    const { env, seed, mind } = options;
    this.#options = options;
    this.#actor = mind && new Actor(mind.policy, 1, mind.target);
    this.#normalizer = mind && mind.normalizer(1);
    env.reset({ seed });
    this.#seen = this.#look();
  }

  /** What there is to see now; the mask is null where all actions are possible, and at the end. */
  get seen(): Readonly<{ observation: Float32Array; scene: Scene | null; mask: Uint8Array | null }> {
    return this.#seen;
  }

  /**
   * What the policy makes of the moment. It is asked once for each; until then `actor` remembers the moments before alone.
   *
   * @returns null where nobody thinks, or the episode is over
   */
  async think(): Promise<Thought | null> {
    if (!this.#actor || this.ended) return null;
    return await (this.#thought ??= this.#ask(this.#actor));
  }

  /** The policy's actor; null where nobody thinks. */
  get actor(): Actor | null {
    return this.#actor;
  }

  /** The observation as the policy takes it, [1, size]; null where nobody thinks. */
  get input(): Float32Array | null {
    return this.#normalizer?.apply(this.#seen.observation).slice() ?? null;
  }

  /**
   * Takes an action, the policy's own where none is given.
   *
   * @param action flat form, as the environment takes it
   * @returns      the moment that it was taken in, and what came of it
   * @throws Error when the episode is over, or there is no policy to choose; EnvError
   */
  async step(action?: ArrayLike<number>): Promise<Moment> {
    if (this.ended) throw new Error('the episode is over');
    const { env, aside } = this.#options;
    const { observation, scene, mask } = this.#seen;
    const thought = await this.think();
    const taken = action ? Float32Array.from(action) : thought?.action;
    if (action) this.#actor?.took(taken as Float32Array);
    if (!taken) throw new Error('there is no policy here that could choose an action');
    const { reward, terminated, truncated, info } = env.step(unflatten(env.actionSpace, taken));
    this.#actor?.rewarded([reward]);
    this.steps++;
    this.ended = terminated || truncated;
    this.#thought = null;
    this.#seen = this.#look();
    const { distribution = null, value = null, attention = null, tokenAttention = null } = thought ?? {};
    const outcome = { reward, terminated, truncated, info: { ...info, ...aside?.() } };
    return {
      observation,
      scene,
      decision: { action: taken, mask, distribution, value, attention, tokenAttention, ...outcome },
    };
  }

  /** The moment that nothing has been decided in: the last one of an episode that is over. */
  get last(): Moment {
    const { observation, scene } = this.#seen;
    return { observation, scene, decision: null };
  }

  /** Gives back what the policy remembers; the environment is the caller's. */
  dispose(): void {
    this.#actor?.dispose();
  }

  #look(): { observation: Float32Array; scene: Scene | null; mask: Uint8Array | null } {
    const { env } = this.#options;
    return {
      observation: env.flatObservation.slice(),
      scene: env.scene(),
      mask: this.ended ? null : env.mask(),
    };
  }

  async #ask(actor: Actor): Promise<Thought> {
    const { mind, choice } = this.#options;
    const { policy, valueScale } = mind as Trained; // there is an actor only where there is a mind
    const { mask } = this.#seen;
    await actor.act(this.input as Float32Array, mask, choice, { attention: true });
    return {
      action: actor.environmentActions.slice(),
      distribution: policy.head.describe(actor.output(0), mask),
      value: valueScale * (actor.values[0] as number),
      attention: actor.attention && byLag(actor.attention, actor.attentionSteps),
      tokenAttention: actor.tokenAttention,
    };
  }
}

/** Weights [layers, heads, steps] with the oldest step first to the same with the current step first. */
export function byLag(weights: Float32Array, steps: number): Float32Array {
  return weights.map((_, i) => weights[i - (i % steps) + (steps - 1 - (i % steps))] as number);
}
