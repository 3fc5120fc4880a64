import * as tf from '@tensorflow/tfjs-core';
import type { StoredTensor } from '../agents/model/parameters.ts';
import type { Policy } from '../agents/model/policy.ts';
import type { Opponent, Turns } from '../envs/opponent.ts';
import { Generator, type GeneratorState } from '../envs/random.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import { ratingGain, UNTRAINED } from './elo.ts';
import type { SnapshotEvent } from './metrics.ts';
import type { ObservationNormalizer } from './normalizers.ts';
import { frozenNormalizer } from './trained.ts';

export interface SelfPlayOptions {
  /** B games side by side. */
  rows: number;
  /** Past policies to play against. */
  poolSize: number;
  /** How often a game is against the newest of them; else it is against any. */
  newestShare: number;
  /** Makes a policy like the learner's. */
  build: () => Policy;
}

/** The learner as it was. */
interface Snapshot {
  /** Counted from 0, the untrained policy. */
  id: number;
  /** Environment steps that it had learned from. */
  step: number;
  elo: number;
  /** Games that it has played. */
  games: number;
  policy: Policy;
  statistics: RunningStatisticsState | null;
  normalizer: ObservationNormalizer;
}

/** One game, as its opponent has it. */
interface Game {
  opponent: Snapshot;
  /** Draws the opponent's actions. */
  random: Generator;
  /** Flat actions of the opponent so far. */
  replies: number[];
  /** Of the replies, those that a game that is played again has made again. */
  repeated: number;
}

export interface SelfPlayState {
  elo: number;
  /** Ids of the pool, oldest first. */
  pool: number[];
  /** The pool, and what else games under way are played against. */
  snapshots: { id: number; step: number; elo: number; games: number; statistics: RunningStatisticsState | null }[];
  games: { opponent: number; random: GeneratorState; replies: number[]; starts: number; length: number }[];
}

/**
 * The learner's opponent is the learner, as it was: a pool of snapshots, one of which is drawn for every game.
 *
 * Snapshots play as the learner does in training, by drawing from their distribution, each game with a memory of its own.
 * They are rated by Elo's rule from the games of training alone: a new one starts with the learner's rating, and the first,
 * which has learned nothing, keeps the rating 0.
 *
 * @see Bansal et al. 2018, "Emergent Complexity via Multi-Agent Competition", section 4.2, for why older ones are kept
 */
export class SelfPlay implements Opponent {
  /** The learner's rating. */
  elo = UNTRAINED;
  readonly #options: SelfPlayOptions;
  /** Oldest first. */
  #pool: Snapshot[] = [];
  #games: Game[] = [];
  /** [B] 1 where the opponent has not moved yet. */
  readonly #starts: Uint8Array;
  /** What each game's opponent remembers, as in a `Cache`: [B, …] numbers of each tensor, and how many steps they hold. */
  #memory: Float32Array[] = [];
  readonly #lengths: Int32Array;
  #repeating = false;
  /** Steps in which opponents have acted, each a policy of the learner's shapes. */
  #acted = 0;

  constructor(options: SelfPlayOptions) {
    this.#options = options;
    this.#starts = new Uint8Array(options.rows);
    this.#lengths = new Int32Array(options.rows);
  }

  /** Adds the learner as it is now to the pool, which drops its oldest when it is full. */
  async add(learner: Policy, step: number, statistics: RunningStatisticsState | null): Promise<SnapshotEvent> {
    const id = (this.#pool.at(-1)?.id ?? -1) + 1;
    const snapshot = this.#restored({ id, step, elo: this.elo, games: 0, statistics }, await learner.parameters.save());
    const before = this.#all();
    this.#pool = [...this.#pool, snapshot].slice(-this.#options.poolSize);
    this.#disposeUnused(before);
    const pool = this.#pool.map(({ id, step, elo, games }) => ({ snapshot: id, step, elo, games }));
    return { event: 'snapshot', step, snapshot: id, elo: this.elo, pool };
  }

  begin(row: number, seed: number): void {
    const game = this.#games[row];
    if (this.#repeating) {
      (game as Game).repeated = 0;
      return;
    }
    const random = game?.random ?? new Generator(0);
    random.reseed(seed);
    const before = game?.opponent;
    this.#games[row] = { opponent: this.#choose(random), random, replies: [], repeated: 0 };
    this.#starts[row] = 1;
    if (before) this.#disposeUnused([before]);
  }

  reply(turns: Turns): void {
    if (this.#repeating) return this.#repeat(turns);
    const byOpponent = new Map<Snapshot, number[]>();
    for (let k = 0; k < turns.count; k++) {
      const { opponent } = this.#game(turns.rows[k] as number);
      const group = byOpponent.get(opponent);
      if (group) group.push(k);
      else byOpponent.set(opponent, [k]);
    }
    for (const [opponent, group] of byOpponent) this.#act(opponent, group, turns);
  }

  end(row: number, score: number): void {
    const { opponent } = this.#game(row);
    const gain = ratingGain(this.elo, opponent.elo, 1 - score);
    this.elo += gain;
    // The untrained policy is the zero of the scale.
    if (opponent.id > 0) opponent.elo -= gain;
    opponent.games++;
  }

  /** Mean rating of the pool. */
  get poolElo(): number {
    return this.#pool.reduce((sum, { elo }) => sum + elo, 0) / this.#pool.length;
  }

  /** What opponents have computed so far. */
  get flopsSoFar(): number {
    return this.#acted * (this.#pool[0]?.policy.flops.forward ?? 0);
  }

  async save(): Promise<{ state: SelfPlayState; tensors: Map<string, StoredTensor> }> {
    const snapshots = this.#all();
    const tensors = new Map<string, StoredTensor>();
    for (const { id, policy } of snapshots)
      for (const [name, tensor] of await policy.parameters.save()) tensors.set(`${id}/${name}`, tensor);
    this.#memory.forEach((data, i) => tensors.set(`memory/${i}`, { shape: [data.length], data }));
    const state: SelfPlayState = {
      elo: this.elo,
      pool: this.#pool.map(({ id }) => id),
      snapshots: snapshots.map(({ id, step, elo, games, statistics }) => ({ id, step, elo, games, statistics })),
      games: this.#games.map(({ opponent, random, replies }, row) => ({
        opponent: opponent.id,
        random: random.state(),
        replies: [...replies],
        starts: this.#starts[row] as number,
        length: this.#lengths[row] as number,
      })),
    };
    return { state, tensors };
  }

  /**
   * Goes back to a state, while `replay` plays the games under way again: their opponents make the moves that they made.
   *
   * @throws RangeError when the tensors do not fit the policy
   */
  restore(state: SelfPlayState, tensors: ReadonlyMap<string, StoredTensor>, replay: () => void): void {
    const of = (prefix: string): Map<string, StoredTensor> =>
      new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([n, t]) => [n.slice(prefix.length), t]));
    const snapshots = new Map(
      state.snapshots.map((known) => [known.id, this.#restored(known, of(`${known.id}/`))] as const),
    );
    const snapshot = (id: number): Snapshot => snapshots.get(id) as Snapshot;
    this.elo = state.elo;
    this.#pool = state.pool.map(snapshot);
    this.#games = state.games.map(({ opponent, random, replies }) => ({
      opponent: snapshot(opponent),
      random: Generator.fromState(random),
      replies,
      repeated: 0,
    }));
    this.#starts.set(state.games.map(({ starts }) => starts));
    this.#lengths.set(state.games.map(({ length }) => length));
    this.#memory = this.#memory.map((_, i) => (tensors.get(`memory/${i}`) as StoredTensor).data);
    this.#repeating = true;
    try {
      replay();
    } finally {
      this.#repeating = false;
    }
  }

  dispose(): void {
    for (const { policy } of this.#all()) policy.dispose();
  }

  #restored(known: Omit<Snapshot, 'policy' | 'normalizer'>, weights: ReadonlyMap<string, StoredTensor>): Snapshot {
    const { rows, build } = this.#options;
    const policy = build();
    policy.parameters.load(weights);
    if (this.#memory.length === 0)
      this.#memory = policy.cacheShapes.map((shape) => new Float32Array(rows * sizeOf(shape)));
    return { ...known, policy, normalizer: frozenNormalizer(known.statistics, policy, rows) };
  }

  #choose(random: Generator): Snapshot {
    const newest = random.random() < this.#options.newestShare;
    const other = random.integers(this.#pool.length);
    return (newest ? this.#pool.at(-1) : this.#pool[other]) as Snapshot;
  }

  #game(row: number): Game {
    return this.#games[row] as Game;
  }

  /** The turns numbered `group`, all of them against one opponent. */
  #act({ policy, normalizer }: Snapshot, group: readonly number[], turns: Turns): void {
    const { head } = policy;
    const [N, O, A, M] = [group.length, policy.observationSize, head.actionSize, head.maskSize];
    const rows = group.map((k) => turns.rows[k] as number);
    const observations = normalizer.apply(pick(turns.observations, group, O)).subarray(0, N * O);
    const outputs = this.#run(policy, rows, observations);
    const size = outputs.length / N;
    group.forEach((k, n) => {
      const game = this.#game(turns.rows[k] as number);
      const action = turns.actions.subarray(k * A, (k + 1) * A);
      const mask = M ? turns.masks.subarray(k * M, (k + 1) * M) : null;
      head.sample(outputs.subarray(n * size, (n + 1) * size), mask, game.random, action);
      head.toEnvironment(action);
      game.replies.push(...action);
    });
  }

  /** What the policy puts out for games in these rows, in which it remembers the step. */
  #run(policy: Policy, rows: readonly number[], observations: Float32Array): Float32Array {
    const N = rows.length;
    this.#acted += N;
    const shapes = policy.cacheShapes;
    return tf.tidy(() => {
      const cache = {
        tensors: shapes.map((shape, i) =>
          tf.tensor(pick(this.#memory[i] as Float32Array, rows, sizeOf(shape)), [N, ...shape]),
        ),
        lengths: Int32Array.from(rows, (row) => this.#lengths[row] as number),
      };
      const starts = Uint8Array.from(rows, (row) => this.#starts[row] as number);
      const input = tf.tensor2d(observations, [N, observations.length / N]);
      const result = policy.run(input, starts, cache);
      result.cache.tensors.forEach((tensor, i) => {
        const size = sizeOf(shapes[i] as readonly number[]);
        const data = tensor.dataSync() as Float32Array;
        rows.forEach((row, n) => this.#memory[i]?.set(data.subarray(n * size, (n + 1) * size), row * size));
      });
      rows.forEach((row, n) => {
        this.#lengths[row] = result.cache.lengths[n] as number;
        this.#starts[row] = 0;
      });
      return result.outputs.dataSync() as Float32Array;
    });
  }

  /** The moves that were made when the game was played first. */
  #repeat({ count, rows, actions }: Turns): void {
    for (let k = 0; k < count; k++) {
      const game = this.#game(rows[k] as number);
      const size = actions.length / rows.length;
      for (let a = 0; a < size; a++) actions[k * size + a] = game.replies[game.repeated++] as number;
    }
  }

  /** The pool, and snapshots that are no longer in it but in games under way. */
  #all(): Snapshot[] {
    return [...new Set([...this.#pool, ...this.#games.map(({ opponent }) => opponent)])];
  }

  #disposeUnused(candidates: readonly Snapshot[]): void {
    for (const snapshot of candidates) {
      const used = this.#pool.includes(snapshot) || this.#games.some(({ opponent }) => opponent === snapshot);
      if (!used) snapshot.policy.dispose();
    }
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The pieces numbered `indices` of an array made of pieces of `size`. */
function pick(array: Float32Array, indices: readonly number[], size: number): Float32Array {
  const picked = new Float32Array(indices.length * size);
  indices.forEach((index, n) => picked.set(array.subarray(index * size, (index + 1) * size), n * size));
  return picked;
}
