import { Box, Discrete } from '../../envs/spaces.ts';
import {
  type Boards,
  BoardGame,
  type GameOptions,
  GOES_ON,
  type MoveResult,
  type Side,
  WINS,
} from '../../envs/board/twoPlayer.ts';
import type { Generator } from '../../envs/random.ts';

const STONES = 10;
const MOST = 3;

/**
 * A game for two in as few words as there may be: take one to three of ten stones; who takes the last one wins.
 *
 * Who leaves a multiple of four wins whatever the other does, so that who begins can always win.
 *
 * @see Bouton 1901, "Nim, A Game with a Complete Mathematical Theory"
 */
export class Nim extends BoardGame<Heaps> {
  readonly observationSpace = new Box({ low: 0, high: 1, shape: [STONES + 1] });
  readonly actionSpace = new Discrete(MOST, { names: ['take one', 'take two', 'take three'] });

  constructor(options: GameOptions) {
    super((count) => new Heaps(count), options);
  }
}

class Heaps implements Boards {
  readonly moves = MOST;
  readonly observationSize = STONES + 1;
  private readonly left: Uint8Array;

  constructor(count: number) {
    this.left = new Uint8Array(count);
  }

  clear(row: number): void {
    this.left[row] = STONES;
  }

  isLegal(row: number, move: number): boolean {
    return move < (this.left[row] as number);
  }

  play(row: number, _side: Side, move: number): MoveResult {
    this.left[row] = (this.left[row] as number) - move - 1;
    return this.left[row] === 0 ? WINS : GOES_ON;
  }

  /** A one for as many stones as are left. */
  observe(row: number, _side: Side, flat: Float32Array, offset: number): void {
    flat.fill(0, offset, offset + STONES + 1);
    flat[offset + (this.left[row] as number)] = 1;
  }

  /** Leaves a multiple of four where it can. */
  advise(row: number, _side: Side, random: Generator): number {
    const left = this.left[row] as number;
    return left % 4 > 0 ? (left % 4) - 1 : random.integers(Math.min(left, MOST));
  }
}
