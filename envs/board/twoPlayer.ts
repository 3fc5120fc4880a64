import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import type { Opponent } from '../opponent.ts';
import type { Parameters } from '../parameters.ts';
import { Generator } from '../random.ts';

/** The two sides of a game. */
export const AGENT = 0;
export const OTHER = 1;
export type Side = typeof AGENT | typeof OTHER;

/** What a move did to the game: nothing yet, won it for who made it, or filled the board. */
export const GOES_ON = 0;
export const WINS = 1;
export const DRAWS = 2;
export type MoveResult = typeof GOES_ON | typeof WINS | typeof DRAWS;

/** The rules of a game for two, and many boards of it side by side: all that a game has to say of itself. */
export interface Boards {
  /** Different moves, legal or not: those of the action space. */
  readonly moves: number;
  /** Numbers in an observation. */
  readonly observationSize: number;
  /** Sets a board up for a new game. */
  clear(row: number): void;
  /** Whether the move could be made now, by either side. */
  isLegal(row: number, move: number): boolean;
  /** Makes a legal move. */
  play(row: number, side: Side, move: number): MoveResult;
  /** What a side sees, at `offset` of `flat`: its own stones always in the same place, whichever side it is. */
  observe(row: number, side: Side, flat: Float32Array, offset: number): void;
  /** The move of the game's scripted player. */
  advise(row: number, side: Side, random: Generator): number;
}

/** Who plays against the agent, and who begins: the parameters of every game. */
export function gameParameters(opponent: 'random' | 'scripted') {
  return {
    opponent: {
      kind: 'choice',
      default: opponent,
      choices: ['random', 'scripted', 'self'],
      meaning: 'who plays against the agent; self: in training, its own past policies',
    },
    starts: {
      kind: 'choice',
      default: 'either',
      choices: ['agent', 'opponent', 'either'],
      meaning: 'who makes the first move; either: drawn for each episode',
    },
  } as const satisfies Parameters;
}

export interface GameOptions {
  /** `random`, `scripted` or `self`. */
  opponent: string;
  /** `agent`, `opponent` or `either`. */
  starts: string;
}

/** How an episode stands, or ended for the agent. */
const ENDINGS = [null, 'won', 'lost', 'drawn', 'illegal'] as const;
export type Ending = (typeof ENDINGS)[number];
const [UNDER_WAY, WON, LOST, DRAWN, ILLEGAL] = [0, 1, 2, 3, 4];
const REWARDS = [0, 1, -1, 0, -1];
const INFOS: readonly Info[] = ENDINGS.map((outcome) =>
  outcome === null ? NO_INFO : Object.freeze({ success: outcome === 'won', outcome }),
);

/**
 * A game for two as an environment for one: the agent moves, the opponent replies, and that is a step.
 *
 * - **Reward**: 1 for the move that wins, -1 for the one after which the opponent wins, 0 for all else. A move that the
 *   mask forbids loses the game, as in PettingZoo.
 * - **Info** of the last step: `success`, whether the agent has won, and `outcome`: won, lost, drawn or illegal.
 * - **Start**: an empty board, or one with the opponent's first move.
 */
export abstract class BoardGame<B extends Boards> extends BatchOfOne<Games<B>, number> {
  readonly needsOpponent: boolean;
  // Only where an opponent is wanted.
  readonly meet?: (opponent: Opponent) => void;

  constructor(makeBoards: (count: number) => B, options: GameOptions) {
    super((count) => new Games(makeBoards(count), count, options));
    this.needsOpponent = options.opponent === 'self';
    const { meet } = this.batch;
    if (meet) this.meet = meet;
  }

  actionMask(): Uint8Array {
    return this.batch.actionMask(0).slice();
  }

  // Beside `actionMask`: a subclass that masks otherwise is then known to have one of its own.
  override vectorize(count: number): EnvBatch {
    return super.vectorize(count);
  }
}

/** The dynamics, of games side by side. */
export class Games<B extends Boards> implements EnvBatch {
  // Only where an opponent is wanted.
  readonly meet?: (opponent: Opponent) => void;
  private opponent: Opponent | undefined;
  private readonly randoms: Generator[];
  private readonly endings: Uint8Array;
  private readonly mask: Uint8Array;
  /** What the opponent is asked, for as many rows as there are. */
  private readonly turns: { rows: Int32Array; observations: Float32Array; masks: Uint8Array; actions: Float32Array };

  constructor(
    readonly boards: B,
    count: number,
    private readonly options: GameOptions,
  ) {
    this.randoms = Array.from({ length: count }, () => new Generator());
    this.endings = new Uint8Array(count);
    this.mask = new Uint8Array(boards.moves);
    const asked = options.opponent === 'self' ? count : 0;
    this.turns = {
      rows: new Int32Array(asked),
      observations: new Float32Array(asked * boards.observationSize),
      masks: new Uint8Array(asked * boards.moves),
      actions: new Float32Array(asked),
    };
    if (asked > 0) this.meet = (opponent) => void (this.opponent = opponent);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { boards, opponent } = this;
    const { starts } = this.options;
    const random = this.randoms[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    boards.clear(row);
    this.endings[row] = UNDER_WAY;
    const opens = starts === 'either' ? random.integers(2) === OTHER : starts === 'opponent';
    if (this.meet) this.present().begin(row, random.integers(2 ** 31));
    if (opens && opponent) {
      this.ask(row, 0);
      this.reply(1);
    } else if (opens) this.take(row, OTHER, this.chosen(row));
    boards.observe(row, AGENT, observations, row * boards.observationSize);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { boards, endings, opponent } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    const size = boards.observationSize;
    let asked = 0;
    for (let row = from; row < to; row++) {
      this.take(row, AGENT, actions[row] as number);
      if (endings[row] !== UNDER_WAY) continue;
      if (opponent) this.ask(row, asked++);
      else this.take(row, OTHER, this.chosen(row));
    }
    if (asked > 0) this.reply(asked);
    for (let row = from; row < to; row++) {
      const ending = endings[row] as number;
      boards.observe(row, AGENT, observations, row * size);
      rewards[row] = REWARDS[ending] as number;
      terminated[row] = ending === UNDER_WAY ? 0 : 1;
      truncated[row] = 0;
      if (opponent && ending !== UNDER_WAY) opponent.end(row, (1 - (REWARDS[ending] as number)) / 2);
    }
  }

  info(row: number): Info {
    return INFOS[this.endings[row] as number] as Info;
  }

  actionMask(row: number): Uint8Array {
    this.writeMask(row, this.mask, 0);
    return this.mask;
  }

  /** How the game of a row has ended, null while it has not. */
  ending(row: number): Ending {
    return ENDINGS[this.endings[row] as number] as Ending;
  }

  private take(row: number, side: Side, move: number): void {
    const { boards, endings } = this;
    if (!boards.isLegal(row, move)) {
      // A mask keeps the agent from this; nothing keeps a person's program.
      if (side === OTHER) throw new RangeError(`the opponent chose move ${move}, which is not legal`);
      endings[row] = ILLEGAL;
      return;
    }
    const result = boards.play(row, side, move);
    if (result !== GOES_ON) endings[row] = result === DRAWS ? DRAWN : side === AGENT ? WON : LOST;
  }

  /** The move of the random or scripted player. */
  private chosen(row: number): number {
    const { boards } = this;
    const random = this.randoms[row] as Generator;
    if (this.options.opponent === 'scripted') return boards.advise(row, OTHER, random);
    const { moves } = boards;
    let legal = 0;
    for (let move = 0; move < moves; move++) if (boards.isLegal(row, move)) legal++;
    let left = random.integers(legal);
    for (let move = 0; ; move++) if (boards.isLegal(row, move) && left-- === 0) return move;
  }

  private present(): Opponent {
    if (this.opponent) return this.opponent;
    throw new Error(
      'opponent=self has nobody to play against here: in training it is the agent itself; elsewhere choose another opponent, such as --env.opponent scripted',
    );
  }

  /** Shows the opponent a row as the `k`-th of its turns. */
  private ask(row: number, k: number): void {
    const { boards, turns } = this;
    turns.rows[k] = row;
    boards.observe(row, OTHER, turns.observations, k * boards.observationSize);
    this.writeMask(row, turns.masks, k * boards.moves);
  }

  /** Makes the opponent's moves in the first `count` of its turns. */
  private reply(count: number): void {
    const { rows, actions } = this.turns;
    this.present().reply({ ...this.turns, count });
    for (let k = 0; k < count; k++) this.take(rows[k] as number, OTHER, actions[k] as number);
  }

  private writeMask(row: number, mask: Uint8Array, offset: number): void {
    const { boards } = this;
    const { moves } = boards;
    for (let move = 0; move < moves; move++) mask[offset + move] = boards.isLegal(row, move) ? 1 : 0;
  }
}
