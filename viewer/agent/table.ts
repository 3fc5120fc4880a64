import type { Env } from '../../envs/env.ts';
import { GuardedEnv } from '../../envs/guarded.ts';
import { Generator } from '../../envs/random.ts';
import { type EnvSpec, make } from '../../envs/registry.ts';
import { flatSize, flatten, type Value } from '../../envs/spaces.ts';
import { AgentOpponent, Game, NotedOpponent, type Trained } from '../../src/playing.ts';
import type { Moment } from '../../src/replay/format.ts';
import type { Beginning, Call, GameRequest, Situation, Stepped } from './protocol.ts';

/** Moments that are told of at a time; between two such messages the worker looks whether it is to stop. */
const TOLD_AT_ONCE = 32;

/** Who sits at a table. */
export interface Seats {
  /** Thinks along, and plays where no action is given. */
  agent: Trained | null;
  /** Plays the other side, where there is one. */
  opponent: Trained | null;
}

/** A game under way: its environment, and who plays. */
export class Table {
  readonly game: Game;
  readonly mind: Trained | null;
  readonly #env: Env;
  readonly #guarded: GuardedEnv;
  readonly #opponent: AgentOpponent | null;

  /** @throws EnvError; Error when the environment needs an opponent and there is none */
  constructor(spec: EnvSpec, { seed, choice }: Pick<GameRequest, 'seed' | 'choice'>, { agent, opponent }: Seats) {
    this.mind = agent;
    this.#env = make(spec);
    this.#guarded = new GuardedEnv(this.#env, spec.id);
    this.#opponent = opponent && new AgentOpponent(opponent, { draws: choice === 'drawn' });
    const noted = this.#opponent && new NotedOpponent(this.#opponent);
    if (noted) this.#env.meet?.(noted);
    this.game = new Game({
      env: this.#guarded,
      seed,
      mind: agent,
      choice: choice === 'drawn' ? { draw: new Generator(seed) } : 'likeliest',
      ...(noted && { aside: () => noted.takeNotes() }),
    });
  }

  get spaces(): Pick<Env, 'observationSpace' | 'actionSpace'> {
    const { observationSpace, actionSpace } = this.#guarded;
    return { observationSpace, actionSpace };
  }

  get takesPointer(): boolean {
    return this.#env.actionAt !== undefined;
  }

  get now(): Situation {
    const { game } = this;
    return { step: game.steps, ...game.seen, ended: game.ended };
  }

  /** Plays actions again. An episode that is over before all are played ends there. */
  async repeat(actions: GameRequest['actions'], { signal, tell }: Call<'begin'>): Promise<Beginning['past']> {
    const size = flatSize(this.#guarded.observationSpace);
    const past = {
      observations: new Float32Array(actions.length * size),
      rewards: new Float64Array(actions.length),
      ended: new Uint8Array(actions.length),
    };
    for (const [step, action] of actions.entries()) {
      if (this.game.ended) break;
      const { observation, decision } = await this.game.step(action);
      past.observations.set(observation, step * size);
      past.rewards[step] = decision?.reward ?? 0;
      past.ended[step] = Number(this.game.ended);
      if ((step + 1) % TOLD_AT_ONCE !== 0) continue;
      tell({ steps: step + 1 });
      await breathe();
      signal.throwIfAborted();
    }
    return past;
  }

  async step(action: ArrayLike<number> | null): Promise<Stepped> {
    const moment = await this.game.step(action ?? undefined);
    return { moment, now: this.now };
  }

  /** Lets the agent play, to the end of the episode or so many steps. */
  async playOn(steps: number, { signal, tell }: Call<'play'>): Promise<Situation> {
    let moments: Moment[] = [];
    for (let played = 0; played < steps && !this.game.ended && !signal.aborted; played++) {
      moments.push(await this.game.step());
      if (moments.length < TOLD_AT_ONCE) continue;
      tell({ moments });
      moments = [];
      await breathe();
    }
    if (moments.length > 0) tell({ moments });
    return this.now;
  }

  actionAt(x: number, y: number): Float32Array | null {
    const action = this.#env.actionAt?.(x, y) as Value | undefined;
    if (action === undefined) return null;
    const { actionSpace } = this.#guarded;
    const flat = new Float32Array(flatSize(actionSpace));
    flatten(actionSpace, action, flat);
    return flat;
  }

  dispose(): void {
    this.game.dispose();
    this.#opponent?.dispose();
    this.#guarded.close();
  }
}

/** Lets messages in. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
