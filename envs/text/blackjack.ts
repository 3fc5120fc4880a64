import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { ACCENT, BACKGROUND, BAD, BODY, DETAIL, EDGE, GOOD } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Colour, Scene, Shape } from '../scene.ts';
import { Discrete, Tuple } from '../spaces.ts';

/** What cards are worth, an ace 1, as often as each is drawn: tens and faces alike count 10. */
const VALUES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10] as const;
const ACE = 1;
const TEN = 10;
const DEALER_STANDS = 17;
/** As many cards as a hand can come to: twenty-one aces and one more. */
const MOST_CARDS = 22;

export interface BlackjackOptions {
  /** Whether to win with a natural, an ace and a ten at once, gives 1.5. Not with `sab`. */
  natural?: boolean;
  /** Whether the rules are those of Sutton and Barto: a natural wins unless the dealer has one too. */
  sab?: boolean;
}

/**
 * Blackjack: come nearer to 21 than the dealer does, without going over it.
 *
 * Cards are drawn with replacement. Two are dealt to each, of which one of the dealer's is seen. Number cards count
 * their number, faces 10; an ace counts 11, then called usable, unless the sum would go over 21, else 1. The player
 * takes cards as long as they like; then the dealer takes cards up to a sum of 17 or more.
 *
 * | action | meaning                     |
 * |--------|-----------------------------|
 * | 0      | stick: the dealer plays now |
 * | 1      | hit: take a card            |
 *
 * | observation | from | to | meaning                                      |
 * |-------------|------|----|----------------------------------------------|
 * | sum         | 4    | 31 | of the player's cards                        |
 * | dealer      | 1    | 10 | the dealer's card that is seen, an ace is 1  |
 * | usable ace  | 0    | 1  | whether the player has one                   |
 *
 * - **Reward**: on the last step 1 for winning, 0 for a draw, -1 for losing; 0 before. `info.success` says whether it
 *   was won.
 * - **Start**: two cards each.
 * - **End**: terminates when the player sticks or goes over 21.
 * - **Solved**: a mean return of -0.05: the best there is loses a little too, about 0.045.
 *
 * @see Sutton and Barto 2020, "Reinforcement Learning: An Introduction", example 5.1
 * @see https://gymnasium.farama.org/environments/toy_text/blackjack/
 */
export class Blackjack extends BatchOfOne<Games, number, number[]> {
  readonly observationSpace = new Tuple([
    new Discrete(32),
    new Discrete(11),
    new Discrete(2, { names: ['no usable ace', 'usable ace'] }),
  ]);
  readonly actionSpace = new Discrete(2, { names: ['stick', 'hit'] });

  constructor({ natural = false, sab = true }: BlackjackOptions = {}) {
    super((count) => new Games(count, { natural, sab }));
  }

  draw(): Scene {
    const { player, dealer, over, outcome } = this.batch;
    const ended = over[0] === 1;
    const won = outcome[0] as number;
    const frame = !ended ? ACCENT : won > 0 ? GOOD : won < 0 ? BAD : DETAIL;
    const verdict = player.sum(0) > 21 ? 'over 21' : won > 0 ? 'won' : won < 0 ? 'lost' : 'a draw';
    const shown = ended ? dealer.sum(0) : dealer.card(0, 0);
    return {
      width: 12,
      height: 7,
      background: BACKGROUND,
      shapes: [
        ...drawHand({ hand: dealer, id: 'dealer', y: 0.6, seen: ended ? MOST_CARDS : 1, frame: BACKGROUND }),
        ...drawHand({ hand: player, id: 'player', y: 3.4, seen: MOST_CARDS, frame }),
        {
          kind: 'text',
          id: 'dealer sum',
          x: 11.2,
          y: 1.6,
          text: String(shown),
          size: 0.7,
          fill: DETAIL,
          align: 'right',
          shows: '1',
        },
        {
          kind: 'text',
          id: 'player sum',
          x: 11.2,
          y: 4.4,
          text: String(player.sum(0)),
          size: 0.7,
          fill: BODY,
          align: 'right',
          shows: '0',
        },
        { kind: 'text', id: 'state', x: 6, y: 6.3, text: ended ? verdict : 'hit or stick?', size: 0.42, fill: DETAIL },
      ],
    };
  }
}

function drawHand({
  hand,
  id,
  y,
  seen,
  frame,
}: {
  hand: Hands;
  id: string;
  y: number;
  seen: number;
  frame: Colour;
}): Shape[] {
  const cards = hand.size[0] as number;
  const pitch = Math.min(1.6, 8 / cards);
  return Array.from({ length: cards }, (_, i): Shape[] => {
    const x = 0.8 + pitch * i;
    const value = hand.card(0, i);
    const text = i >= seen ? '' : value === ACE ? 'A' : String(value);
    const fill = i >= seen ? EDGE : BODY;
    return [
      {
        kind: 'rect',
        id: `${id}${i}`,
        x,
        y,
        width: 1.4,
        height: 2,
        radius: 0.18,
        fill,
        stroke: frame,
        strokeWidth: 0.07,
      },
      { kind: 'text', id: `${id} face${i}`, x: x + 0.5, y: y + 0.5, text, size: 0.6, fill: BACKGROUND },
    ];
  }).flat();
}

/** A hand of cards for each game. */
class Hands {
  /** Cards in the hand. */
  readonly size: Int32Array;
  /** [count, MOST_CARDS] their values. */
  readonly #cards: Uint8Array;
  /** Sums with each ace as 1. */
  readonly #low: Int32Array;
  readonly #aces: Int32Array;

  constructor(count: number) {
    this.size = new Int32Array(count);
    this.#cards = new Uint8Array(count * MOST_CARDS);
    this.#low = new Int32Array(count);
    this.#aces = new Int32Array(count);
  }

  clear(row: number): void {
    this.size[row] = this.#low[row] = this.#aces[row] = 0;
  }

  draw(row: number, random: Generator): void {
    const value = random.choice(VALUES);
    const size = this.size[row] as number;
    this.#cards[row * MOST_CARDS + size] = value;
    this.size[row] = size + 1;
    this.#low[row] = (this.#low[row] as number) + value;
    if (value === ACE) this.#aces[row] = (this.#aces[row] as number) + 1;
  }

  card(row: number, index: number): number {
    return this.#cards[row * MOST_CARDS + index] as number;
  }

  hasUsableAce(row: number): boolean {
    return (this.#aces[row] as number) > 0 && (this.#low[row] as number) + 10 <= 21;
  }

  sum(row: number): number {
    return (this.#low[row] as number) + (this.hasUsableAce(row) ? 10 : 0);
  }

  /** The sum, 0 where it is over 21. */
  score(row: number): number {
    const sum = this.sum(row);
    return sum > 21 ? 0 : sum;
  }

  isNatural(row: number): boolean {
    return this.size[row] === 2 && this.sum(row) === 21;
  }
}

/** The dynamics, of games side by side. */
class Games implements EnvBatch {
  readonly player: Hands;
  readonly dealer: Hands;
  readonly over: Uint8Array;
  /** The last step's reward. */
  readonly outcome: Float64Array;
  private readonly random: readonly Generator[];
  private readonly rules: Required<BlackjackOptions>;

  constructor(count: number, rules: Required<BlackjackOptions>) {
    this.player = new Hands(count);
    this.dealer = new Hands(count);
    this.over = new Uint8Array(count);
    this.outcome = new Float64Array(count);
    this.random = Array.from({ length: count }, () => new Generator());
    this.rules = rules;
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const random = this.random[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    for (const hand of [this.dealer, this.player]) {
      hand.clear(row);
      hand.draw(row, random);
      hand.draw(row, random);
    }
    // Gymnasium draws what its picture of the dealer's card shows: a suit, and for a ten which face.
    random.integers(4);
    if (this.dealer.card(row, 0) === TEN) random.integers(3);
    this.over[row] = this.outcome[row] = 0;
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const hits = actions[i] === 1;
      if (hits) this.player.draw(i, this.random[i] as Generator);
      const isBust = this.player.sum(i) > 21;
      this.outcome[i] = !hits ? this.stick(i) : isBust ? -1 : 0;
      this.over[i] = !hits || isBust ? 1 : 0;
      rewards[i] = this.outcome[i] as number;
      terminated[i] = this.over[i] as number;
      truncated[i] = 0;
      this.observe(i, observations);
    }
  }

  info(row: number): Info {
    if (!this.over[row]) return NO_INFO;
    return (this.outcome[row] as number) > 0 ? SUCCESS : FAILURE;
  }

  /** The dealer plays; what the player gets. */
  private stick(row: number): number {
    const { player, dealer, rules } = this;
    while (dealer.sum(row) < DEALER_STANDS) dealer.draw(row, this.random[row] as Generator);
    const outcome = Math.sign(player.score(row) - dealer.score(row));
    if (!player.isNatural(row)) return outcome;
    if (rules.sab) return dealer.isNatural(row) ? outcome : 1;
    return rules.natural && outcome === 1 ? 1.5 : outcome;
  }

  private observe(row: number, observations: Float32Array): void {
    observations[3 * row] = this.player.sum(row);
    observations[3 * row + 1] = this.dealer.card(row, 0);
    observations[3 * row + 2] = this.player.hasUsableAce(row) ? 1 : 0;
  }
}
