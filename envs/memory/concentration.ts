import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, Info, ResetOptions, StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { BAD, BODY, DETAIL, EDGE, GOOD } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Colour, Scene } from '../scene.ts';
import { Discrete, MultiDiscrete } from '../spaces.ts';
import { type CardLook, Decks, drawTable, KINDS } from './cards.ts';

const NONE = -1;
const RANKS = ['A', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'J', 'Q', 'K'];
const COLOURS: readonly Colour[] = [DETAIL, BAD];

/** Steps in which a player who forgets nothing finds all pairs, and some: where POPGym cuts an episode. */
export function concentrationSteps(decks: number): number {
  const cards = 52 * decks;
  return Math.ceil(2 * cards - cards / (2 * cards - 1));
}

/**
 * Concentration, or pairs: find cards that are alike by turning over two at a time.
 *
 * All cards lie face down. An action turns one up; when two are up that match, they stay up, else they are turned back
 * after they were seen. A card that is up already is a wasted turn, and so is turning the same one twice.
 *
 * | id                        | decks | match by | steps at most |
 * |---------------------------|-------|----------|---------------|
 * | ConcentrationEasy-v0      | 1     | colour   | 104           |
 * | ConcentrationMedium-v0    | 2     | colour   | 208           |
 * | ConcentrationHard-v0      | 1     | rank     | 104           |
 *
 * | action            | meaning            |
 * |-------------------|--------------------|
 * | 0 to cards - 1    | turn up this card  |
 *
 * | observation       | from | to                  | meaning                                              |
 * |-------------------|------|---------------------|------------------------------------------------------|
 * | card 1, card 2, … | 0    | 2 (colour), 13 (rank) | which colour or rank it shows; the highest: face down |
 *
 * - **Reward**: 2/cards for a pair that matches; -2/steps for one that does not, where steps is the most there are; for
 *   a card that is up already -1/steps, or -2/steps when it was to be the second of a pair, which it ends. So a return
 *   lies between -1 and 1.
 * - **Start**: a shuffled pack, all cards face down.
 * - **End**: terminates when all cards are up, which `info.success` says; registered with as many steps as above.
 * - **Solved**: a return of 1 takes luck as well as memory.
 *
 * @see Morad et al. 2023, "POPGym: Benchmarking Partially Observable Reinforcement Learning"
 * @see https://github.com/proroklab/popgym/blob/master/popgym/envs/concentration.py
 */
export class Concentration extends BatchOfOne<Tables, number> {
  readonly observationSpace: MultiDiscrete;
  readonly actionSpace: Discrete;
  readonly #match: 'colour' | 'rank';

  constructor({ decks = 1, match = 'colour' }: { decks?: number; match?: 'colour' | 'rank' } = {}) {
    super((count) => new Tables(count, decks, match));
    this.#match = match;
    const names = Array.from({ length: 52 * decks }, (_, i) => `card ${i + 1}`);
    const values = KINDS[match].count + 1;
    this.observationSpace = new MultiDiscrete(
      names.map(() => values),
      { names },
    );
    this.actionSpace = new Discrete(names.length, { names: names.map((name) => `turn up ${name}`) });
  }

  draw(): Scene {
    const { decks, up, lastFirst, lastSecond } = this.batch;
    const found = this.batch.found[0] as number;
    const cards = Array.from({ length: decks.size }, (_, i): CardLook => {
      const kind = decks.at(0, i);
      const turned = i === lastFirst[0] || i === lastSecond[0];
      const shows = `card ${i + 1}`;
      if (!up[i] && !turned) return { fill: EDGE, shows };
      const text = this.#match === 'rank' ? (RANKS[kind] as string) : '';
      const face = this.#match === 'rank' ? BODY : (COLOURS[kind] as Colour);
      return { fill: up[i] && this.#match === 'rank' ? GOOD : face, text, framed: turned, shows };
    });
    return drawTable({ cards, state: `${found / 2} of ${decks.size / 2} pairs` });
  }
}

/** The dynamics, of tables side by side. */
class Tables implements EnvBatch {
  readonly decks: Decks;
  /** [count, cards] 1 for a card whose pair is found. */
  readonly up: Uint8Array;
  /** Cards whose pair is found. */
  readonly found: Int32Array;
  /** The cards that the last step showed: the one that was turned, and one before that it came to. */
  readonly lastFirst: Int16Array;
  readonly lastSecond: Int16Array;
  /** The card that waits for a second one. */
  private readonly first: Int16Array;
  /** [count, cards] What there is to see: a card's kind, or that it lies face down. */
  private readonly faces: Float32Array;
  private readonly faceDown: number;
  private readonly random = new Generator();
  private readonly pairReward: number;
  private readonly turnCost: number;

  constructor(count: number, decks: number, match: 'colour' | 'rank') {
    this.decks = new Decks(count, decks, match);
    const { size } = this.decks;
    this.up = new Uint8Array(count * size);
    this.faces = new Float32Array(count * size);
    this.found = new Int32Array(count);
    this.first = new Int16Array(count);
    this.lastFirst = new Int16Array(count);
    this.lastSecond = new Int16Array(count);
    this.faceDown = KINDS[match].count;
    this.pairReward = 2 / size;
    this.turnCost = 1 / concentrationSteps(decks);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { decks, random } = this;
    if (seed !== undefined) random.reseed(seed);
    decks.shuffle(row, random);
    this.up.fill(0, row * decks.size, (row + 1) * decks.size);
    this.faces.fill(this.faceDown, row * decks.size, (row + 1) * decks.size);
    this.found[row] = 0;
    this.first[row] = this.lastFirst[row] = this.lastSecond[row] = NONE;
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const card = actions[i] as number;
      const first = this.first[i] as number;
      this.show(i, first, card);
      this.observe(i, observations);
      rewards[i] = this.turn(i, first, card);
      terminated[i] = this.found[i] === this.decks.size ? 1 : 0;
      truncated[i] = 0;
    }
  }

  info(row: number): Info {
    return this.found[row] === this.decks.size ? SUCCESS : FAILURE;
  }

  /** Turns the cards of the step before face down, unless they stay, and `card` up. */
  private show(row: number, first: number, card: number): void {
    const { decks, faces, lastFirst, lastSecond } = this;
    const base = row * decks.size;
    if (first === NONE) {
      this.hide(base, lastFirst[row] as number);
      this.hide(base, lastSecond[row] as number);
    }
    lastFirst[row] = first === NONE ? card : first;
    lastSecond[row] = first === NONE ? NONE : card;
    faces[base + card] = decks.at(row, card);
  }

  private hide(base: number, card: number): void {
    if (card !== NONE && !this.up[base + card]) this.faces[base + card] = this.faceDown;
  }

  /** What it gives to turn up `card` after `first`, or as the first one. */
  private turn(row: number, first: number, card: number): number {
    const { decks, up, turnCost } = this;
    const base = row * decks.size;
    if (up[base + card]) {
      this.first[row] = NONE;
      return first === NONE ? -turnCost : -2 * turnCost;
    }
    if (first === NONE) {
      this.first[row] = card;
      return 0;
    }
    this.first[row] = NONE;
    if (first === card || decks.at(row, first) !== decks.at(row, card)) return -2 * turnCost;
    up[base + first] = up[base + card] = 1;
    this.found[row] = (this.found[row] as number) + 2;
    return this.pairReward;
  }

  private observe(row: number, observations: Float32Array): void {
    const { faces } = this;
    const end = (row + 1) * this.decks.size;
    for (let k = row * this.decks.size; k < end; k++) observations[k] = faces[k] as number;
  }
}
