/**
 * Who plays the other side of a game, where the game itself does not: a policy, say.
 *
 * An environment that wants one says so (`Env.needsOpponent`), and it, or its batches, are introduced to it (`meet`).
 * Rows are those of the batch.
 */
export interface Opponent {
  /** A game begins in a row. All that is left to chance there is to come from `seed`. */
  begin(row: number, seed: number): void;
  /** Chooses an action in each of the rows that wait for one, into `turns.actions`. */
  reply(turns: Turns): void;
  /** The game of a row is over: 1 where the opponent has won it, 0.5 for a draw, 0 where it has lost. */
  end(row: number, score: number): void;
}

/** What an opponent sees of the rows in which it is to move: K of them, packed. */
export interface Turns {
  /** K; what lies behind in the arrays is stale. */
  readonly count: number;
  /** [K] numbers of the rows. */
  readonly rows: Int32Array;
  /** [K, flat size of an observation] as the opponent sees it: its own stones are where the agent's would be. */
  readonly observations: Float32Array;
  /** [K, mask size] */
  readonly masks: Uint8Array;
  /** [K, flat size of an action] to be written. */
  readonly actions: Float32Array;
}
