import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { BAD, BODY, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene } from '../scene.ts';
import { Discrete, Tuple } from '../spaces.ts';
import { type CardLook, Decks, drawTable, SUIT_SYMBOLS, SUITS } from './cards.ts';

const NONE = -1;
const PLAY = 0;
const WATCH = 1;

/**
 * Autoencode: watch cards being dealt, then name their suits in reverse order.
 *
 * All cards of shuffled decks are dealt, one at a time, of which only the suit is seen. Then each action names the
 * suit of one of them, the last one first, while nothing is seen any more.
 *
 * | id                   | decks | steps |
 * |----------------------|-------|-------|
 * | AutoencodeEasy-v0    | 1     | 103   |
 * | AutoencodeMedium-v0  | 2     | 207   |
 * | AutoencodeHard-v0    | 3     | 311   |
 *
 * | action | meaning                                    |
 * |--------|--------------------------------------------|
 * | 0 to 3 | it was a spade, a diamond, a club, a heart |
 *
 * | observation | from | to | meaning                                                                     |
 * |-------------|------|----|-----------------------------------------------------------------------------|
 * | mode        | 0    | 1  | 1 while watching, 0 from the last card on: the next action names a suit     |
 * | suit        | 0    | 3  | of the card just dealt, numbered like actions; 0 once all are dealt         |
 *
 * - **Reward**: 1/cards for a right name, -1/cards for a wrong one, so that a return lies between -1 and 1; 0 while
 *   watching.
 * - **Start**: shuffled decks, one card dealt.
 * - **End**: terminates when all cards are named.
 * - **Solved**: a mean return of 1, which is the best there is; the same name every time gives -0.5.
 *
 * @see Morad et al. 2023, "POPGym: Benchmarking Partially Observable Reinforcement Learning"
 * @see https://github.com/proroklab/popgym/blob/master/popgym/envs/autoencode.py
 */
export class Autoencode extends BatchOfOne<Recitals, number, number[]> {
  readonly observationSpace = new Tuple([
    new Discrete(2, { names: ['name them', 'watch'] }),
    new Discrete(4, { names: SUITS }),
  ]);
  readonly actionSpace = new Discrete(4, { names: SUITS });

  /** @param decks  of 52 cards each */
  constructor({ decks = 1 }: { decks?: number } = {}) {
    super((count) => new Recitals(count, decks));
  }

  draw(): Scene {
    const { decks, answers } = this.batch;
    const dealt = this.batch.dealt[0] as number;
    const named = this.batch.named[0] as number;
    const watching = dealt < decks.size;
    const asked = watching ? -1 : decks.size - 1 - named;
    const cards = Array.from({ length: decks.size }, (_, i): CardLook => {
      const suit = decks.dealt(0, i);
      const text = SUIT_SYMBOLS[suit] as string;
      const framed = i === asked;
      if (i >= dealt) return { fill: SURFACE };
      if (answers[i] !== NONE) return { fill: answers[i] === suit ? GOOD : BAD, text };
      if (i === dealt - 1 && named === 0) return { fill: BODY, text, framed };
      return { fill: EDGE, text: framed ? '?' : '', textFill: BODY, framed };
    });
    const question = named === decks.size ? 'all cards are named' : 'name them, the last one first';
    return drawTable({ cards, state: watching ? 'remember the suits' : question });
  }
}

/** The dynamics, of recitals side by side. */
class Recitals implements EnvBatch {
  readonly decks: Decks;
  /** Cards dealt. */
  readonly dealt: Int32Array;
  /** Cards named. */
  readonly named: Int32Array;
  /** [count, cards] What was said of each card, in the order of dealing. */
  readonly answers: Int8Array;
  private readonly random = new Generator();

  constructor(count: number, decks: number) {
    this.decks = new Decks(count, decks, 'suit');
    this.dealt = new Int32Array(count);
    this.named = new Int32Array(count);
    this.answers = new Int8Array(count * this.decks.size);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { decks, random } = this;
    if (seed !== undefined) random.reseed(seed);
    decks.shuffle(row, random);
    this.answers.fill(NONE, row * decks.size, (row + 1) * decks.size);
    this.dealt[row] = 1;
    this.named[row] = 0;
    observations[2 * row] = WATCH;
    observations[2 * row + 1] = decks.dealt(row, 0);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { decks } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const dealt = this.dealt[i] as number;
      rewards[i] = terminated[i] = truncated[i] = 0;
      if (dealt < decks.size) {
        this.dealt[i] = dealt + 1;
        observations[2 * i] = dealt + 1 < decks.size ? WATCH : PLAY;
        observations[2 * i + 1] = decks.dealt(i, dealt);
        continue;
      }
      const named = this.named[i] as number;
      const asked = decks.size - 1 - named;
      this.answers[i * decks.size + asked] = actions[i] as number;
      rewards[i] = (actions[i] === decks.dealt(i, asked) ? 1 : -1) / decks.size;
      this.named[i] = named + 1;
      terminated[i] = named + 1 === decks.size ? 1 : 0;
      observations[2 * i] = PLAY;
      observations[2 * i + 1] = 0;
    }
  }
}
