import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { BAD, BODY, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene } from '../scene.ts';
import { Discrete } from '../spaces.ts';
import { type CardLook, Decks, drawTable, SUIT_SYMBOLS, SUITS } from './cards.ts';

const NONE = -1;

/**
 * Repeat previous: say which suit the card had that was dealt a while ago.
 *
 * Shuffled decks are dealt, one card at a time, of which only the suit is seen. From the time that k cards have been
 * dealt, each action answers which suit the k-th last of them has: the card k - 1 steps ago, the last one being the
 * first. Nothing can be forgotten early, and what is remembered changes with each step.
 *
 * | id                       | decks | k  | steps |
 * |--------------------------|-------|----|-------|
 * | RepeatPreviousEasy-v0    | 1     | 4  | 51    |
 * | RepeatPreviousMedium-v0  | 2     | 32 | 103   |
 * | RepeatPreviousHard-v0    | 3     | 64 | 155   |
 *
 * | action | meaning                                     |
 * |--------|---------------------------------------------|
 * | 0 to 3 | it was a spade, a diamond, a club, a heart  |
 *
 * | observation | from | to | meaning                                       |
 * |-------------|------|----|-----------------------------------------------|
 * | suit        | 0    | 3  | of the card just dealt, numbered like actions |
 *
 * - **Reward**: 1/(cards - k) for a right answer and -1/(cards - k) for a wrong one, so that a return lies between -1
 *   and 1; 0 before k cards are dealt.
 * - **Start**: a shuffled pack, one card dealt.
 * - **End**: terminates when the last card is dealt.
 * - **Solved**: a mean return of 1, which is the best there is; the same answer every time gives about -0.5.
 *
 * @see Morad et al. 2023, "POPGym: Benchmarking Partially Observable Reinforcement Learning"
 * @see https://github.com/proroklab/popgym/blob/master/popgym/envs/repeat_previous.py
 */
export class RepeatPrevious extends BatchOfOne<Dealings, number, number> {
  readonly observationSpace = new Discrete(4, { names: SUITS });
  readonly actionSpace = new Discrete(4, { names: SUITS });

  /** @param decks  of 52 cards each, which say how long an episode is */
  constructor({ decks = 1, k = 4 }: { decks?: number; k?: number } = {}) {
    super((count) => new Dealings(count, decks, k));
  }

  draw(): Scene {
    const { decks, answers, k } = this.batch;
    const last = (this.batch.dealt[0] as number) - 1;
    const isOver = last === decks.size - 1;
    const asked = isOver ? -1 : last - k + 1;
    const cards = Array.from({ length: decks.size }, (_, i): CardLook => {
      const suit = decks.dealt(0, i);
      const text = SUIT_SYMBOLS[suit] as string;
      const framed = i === asked;
      if (i > last) return { fill: SURFACE };
      if (i === last) return { fill: BODY, text, framed };
      if (answers[i] !== NONE) return { fill: answers[i] === suit ? GOOD : BAD, text };
      return { fill: EDGE, text: framed ? '?' : '', textFill: BODY, framed };
    });
    const question = asked < 0 ? 'remember the suits' : `which suit was it, ${k - 1} cards back?`;
    return drawTable({ cards, state: isOver ? 'all cards are dealt' : question });
  }
}

/** The dynamics, of dealings side by side. */
class Dealings implements EnvBatch {
  readonly decks: Decks;
  /** Cards dealt. */
  readonly dealt: Int32Array;
  /** [count, cards] What was said of each card, in the order of dealing. */
  readonly answers: Int8Array;
  private readonly random = new Generator();

  constructor(
    count: number,
    decks: number,
    readonly k: number,
  ) {
    this.decks = new Decks(count, decks, 'suit');
    this.dealt = new Int32Array(count);
    this.answers = new Int8Array(count * this.decks.size);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { decks, random } = this;
    if (seed !== undefined) random.reseed(seed);
    decks.shuffle(row, random);
    this.answers.fill(NONE, row * decks.size, (row + 1) * decks.size);
    this.dealt[row] = 1;
    observations[row] = decks.dealt(row, 0);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { decks, k } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    const share = 1 / (decks.size - k);
    for (let i = from; i < to; i++) {
      const dealt = this.dealt[i] as number;
      const asked = dealt - k;
      rewards[i] = 0;
      if (asked >= 0) {
        this.answers[i * decks.size + asked] = actions[i] as number;
        rewards[i] = actions[i] === decks.dealt(i, asked) ? share : -share;
      }
      observations[i] = decks.dealt(i, dealt);
      this.dealt[i] = dealt + 1;
      terminated[i] = dealt + 1 === decks.size ? 1 : 0;
      truncated[i] = 0;
    }
  }
}
