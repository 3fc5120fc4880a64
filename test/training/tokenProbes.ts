import type { Env, StepResult } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Dict, Discrete, type Space, Text, type Value } from '../../envs/spaces.ts';
import { type ACTION_SPACES, rightness } from './environments.ts';

/** Observations of many tokens of which one says what to do, and the others nothing. */
export interface TokenProbe {
  space: Space;
  /** An observation that says `sign`, 0 or 1. */
  draw: (random: Generator, sign: number) => Value;
}

const WORDS = ['red', 'blue', 'go', 'to', 'the', 'a', 'key', 'door'];
const [ROWS, COLUMNS] = [5, 4];
const SIDE = 24;

const grid = new Box({ low: 0, high: 4, shape: [ROWS, COLUMNS, 3], tokens: 'cell', categories: [3, 4, 2] });
const planes = new Box({ low: 0, high: 1, shape: [ROWS, COLUMNS, 6], tokens: 'cell' });
const PAIR_SIDE = 7;
const pairs = new Box({ low: 0, high: 1, shape: [PAIR_SIDE, PAIR_SIDE, 2], tokens: 'cell' });
const image = new Box({ low: 0, high: 255, shape: [SIDE, SIDE, 3], dtype: 'uint8' });
const sound = new Box({ low: -1, high: 1, shape: [64], tokens: 'patch' });
const mission = new Text(30, { words: WORDS });

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** One cell has a thing, of a colour. */
function drawGrid(random: Generator, sign: number): number[] {
  const cells = zeros(grid.size);
  const at = 3 * random.integers(ROWS * COLUMNS);
  cells[at] = 1 + random.integers(2);
  cells[at + 1] = 1 + 2 * sign + random.integers(sign ? 1 : 2);
  cells[at + 2] = random.integers(2);
  return cells;
}

/** Several planes have something somewhere; it is the third one's that is in the left half, or the right one. */
function drawPlanes(random: Generator, sign: number): number[] {
  const cells = zeros(planes.size);
  for (let plane = 0; plane < 6; plane++) {
    const column = plane === 2 ? (COLUMNS / 2) * sign + random.integers(COLUMNS / 2) : random.integers(COLUMNS);
    cells[(random.integers(ROWS) * COLUMNS + column) * 6 + plane] = 1;
  }
  return cells;
}

/** A bright square at the left or the right of noise. */
function drawImage(random: Generator, sign: number): number[] {
  const pixels = Array.from({ length: image.size }, () => random.integers(64));
  const [top, left] = [random.integers(SIDE - 6), (SIDE / 2) * sign + random.integers(SIDE / 2 - 6)];
  for (let y = top; y < top + 6; y++) for (let x = left; x < left + 6; x++) pixels[3 * (y * SIDE + x) + 1] = 255;
  return pixels;
}

/** A slow wave or a fast one, from anywhere in its cycle, in noise. */
function drawSound(random: Generator, sign: number): number[] {
  const [phase, speed] = [random.uniform(0, 2 * Math.PI), Math.PI / (sign ? 4 : 8)];
  return Array.from({ length: 64 }, (_, i) => 0.5 * Math.sin(phase + speed * i) + random.uniform(-0.3, 0.3));
}

/** Any words, of which the second one tells. */
function drawMission(random: Generator, sign: number): string {
  const word = (from: number, to: number): string => WORDS[from + random.integers(to - from)] as string;
  return [word(0, 8), word(4 * sign, 4 * sign + 4), word(0, 8)].join(' ');
}

/** Two things side by side somewhere, of which the first one is at the left, or at the right; others are apart. */
function drawNeighbours(random: Generator, sign: number): number[] {
  const cells = zeros(pairs.size);
  const put = (row: number, column: number, thing: number): number =>
    (cells[2 * (row * PAIR_SIDE + column) + thing] = 1);
  const isFree = (row: number, column: number): boolean =>
    column < 0 ||
    column >= PAIR_SIDE ||
    !(cells[2 * (row * PAIR_SIDE + column)] || cells[2 * (row * PAIR_SIDE + column) + 1]);
  const [pairRow, pairColumn] = [random.integers(PAIR_SIDE), random.integers(PAIR_SIDE - 1)];
  put(pairRow, pairColumn, sign);
  put(pairRow, pairColumn + 1, 1 - sign);
  for (let other = 0; other < 4; other++) {
    const [row, column] = [random.integers(PAIR_SIDE), random.integers(PAIR_SIDE)];
    if ([column - 1, column, column + 1].every((beside) => isFree(row, beside))) put(row, column, other % 2);
  }
  return cells;
}

/** What is next to what says what to do, wherever that is. */
export const NEIGHBOURS: TokenProbe = { space: pairs, draw: drawNeighbours };

export const TOKEN_PROBES: Record<string, TokenProbe> = {
  'the colour of the one thing in a grid': { space: grid, draw: drawGrid },
  'where the third plane has something': { space: planes, draw: drawPlanes },
  'the second word': { space: mission, draw: drawMission },
  'the second word, of a text of any words': {
    space: new Text(30, { characters: 'abcdefghijklmnopqrstuvwxyz ' }),
    draw: drawMission,
  },
  'the side of an image that is bright': { space: image, draw: drawImage },
  'how fast the waves of a sound are': { space: sound, draw: drawSound },
  'a category beside a grid, numbers and words': {
    space: new Dict({ grid, numbers: new Box({ low: -1, high: 1, shape: [3] }), what: new Discrete(4), mission }),
    draw: (random, sign) => ({
      grid: drawGrid(random, random.integers(2)),
      numbers: Array.from({ length: 3 }, () => random.uniform(-1, 1)),
      what: 2 * sign + random.integers(2),
      mission: drawMission(random, random.integers(2)),
    }),
  },
};

/** Four things somewhere, a key, a ball, a box and a door, of two colours; the text names one of them. */
const things = new Dict({
  room: new Box({ low: 0, high: 5, shape: [4, 4, 2], tokens: 'cell', categories: [5, 3] }),
  told: new Text(4, { words: ['key', 'ball', 'box', 'door'] }),
});

/** The colour of the one that the text names. */
export const NAMED: TokenProbe = {
  space: things,
  draw(random, sign) {
    const room = zeros(32);
    const named = random.integers(4);
    random
      .permutation(16)
      .slice(0, 4)
      .forEach((cell, thing) => {
        room[2 * cell] = 1 + thing;
        room[2 * cell + 1] = 1 + (thing === named ? sign : random.integers(2));
      });
    return { room, told: ['key', 'ball', 'box', 'door'][named] as string };
  },
};

type Actions = (typeof ACTION_SPACES)[string];

/** Episodes of one step: the action that the observation tells of is worth 1. */
export class TokenProbeEnv implements Env {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  #random = new Generator(0);
  #sign = 0;

  constructor(
    private readonly probe: TokenProbe,
    private readonly actions: Actions,
  ) {
    this.observationSpace = probe.space;
    this.actionSpace = actions.space;
  }

  reset({ seed }: { seed?: number } = {}): { observation: Value; info: Record<string, unknown> } {
    if (seed !== undefined) this.#random = new Generator(seed);
    this.#sign = this.#random.integers(2);
    return { observation: this.probe.draw(this.#random, this.#sign), info: {} };
  }

  step(action: Value): StepResult {
    const right = this.actions.right[this.#sign as 0 | 1];
    const given = typeof action === 'number' ? [action] : (action as ArrayLike<number>);
    const reward = rightness(this.actionSpace, given, right);
    const observation = this.probe.draw(this.#random, this.#sign);
    return { observation, reward, terminated: true, truncated: false, info: {} };
  }
}
