import { ACCENT, BACKGROUND, DETAIL } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Colour, Scene, Shape } from '../scene.ts';

const CARDS_IN_DECK = 52;
const COLUMNS = 13;
export const SUITS = ['spades', 'diamonds', 'clubs', 'hearts'];
export const SUIT_SYMBOLS = ['♠', '♦', '♣', '♥'];

/** What a card of a fresh deck is taken for, by its place in it: aces first, of each rank one of every suit. */
export const KINDS = {
  suit: { count: 4, of: (place: number) => place % 4 },
  colour: { count: 2, of: (place: number) => place % 2 },
  rank: { count: 13, of: (place: number) => Math.floor((place % CARDS_IN_DECK) / 4) },
} as const;

export type Kind = keyof typeof KINDS;

/** Shuffled decks side by side, of which only the kind of each card counts. */
export class Decks {
  /** Cards in a row. */
  readonly size: number;
  readonly #fresh: Uint8Array;
  readonly #rows: Uint8Array[];

  /** @param decks  decks of 52 in each row */
  constructor(count: number, decks: number, kind: Kind) {
    this.size = CARDS_IN_DECK * decks;
    this.#fresh = Uint8Array.from({ length: this.size }, (_, place) => KINDS[kind].of(place));
    this.#rows = Array.from({ length: count }, () => new Uint8Array(this.size));
  }

  shuffle(row: number, random: Generator): void {
    const cards = this.#rows[row] as Uint8Array;
    cards.set(this.#fresh);
    random.shuffle(cards);
  }

  /** The kind of the card that lies at a place. */
  at(row: number, place: number): number {
    return (this.#rows[row] as Uint8Array)[place] as number;
  }

  /** The kind of the card that is dealt as number `index`, from 0 on: they are dealt from the end. */
  dealt(row: number, index: number): number {
    return this.at(row, this.size - 1 - index);
  }
}

/** How a card looks on the table. */
export interface CardLook {
  fill: Colour;
  text?: string;
  textFill?: Colour;
  /** A frame in the accent's colour. */
  framed?: boolean;
  /** The part of the observation that says what it is. */
  shows?: string;
}

/** Cards in rows of thirteen, with a line of text below; a card keeps its id while it lies. */
export function drawTable({ cards, state }: { cards: readonly CardLook[]; state: string }): Scene {
  const width = COLUMNS + 1;
  const pitch = 1.3; // cards are higher than wide
  const rows = Math.ceil(cards.length / COLUMNS);
  const shapes = cards.flatMap((card, i): Shape[] => {
    const x = 0.5 + (i % COLUMNS);
    const y = 0.5 + pitch * Math.floor(i / COLUMNS);
    const frame = { stroke: card.framed ? ACCENT : BACKGROUND, strokeWidth: 0.07 };
    return [
      {
        kind: 'rect',
        id: `card${i}`,
        x: x + 0.07,
        y,
        width: 0.86,
        height: 1.16,
        radius: 0.12,
        fill: card.fill,
        ...frame,
        ...(card.shows !== undefined && { shows: card.shows }),
      },
      {
        kind: 'text',
        id: `face${i}`,
        x: x + 0.5,
        y: y + 0.58,
        text: card.text ?? '',
        size: 0.5,
        fill: card.textFill ?? BACKGROUND,
      },
    ];
  });
  const below = 0.5 + pitch * rows;
  return {
    width,
    height: below + 1.3,
    background: BACKGROUND,
    shapes: [
      ...shapes,
      { kind: 'text', id: 'state', x: width / 2, y: below + 0.6, text: state, size: 0.5, fill: DETAIL },
    ],
  };
}
