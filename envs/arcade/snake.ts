import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { ACCENT, GOOD } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Colour, Scene } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { boardScene } from './boardScene.ts';

const CHANNEL_NAMES = ['head', 'body', 'food'];
const CHANNELS = CHANNEL_NAMES.length;
const [HEAD, BODY, FOOD] = [0, 1, 2];
const [UP, RIGHT, DOWN] = [0, 1, 2];
const ACTIONS = ['up', 'right', 'down', 'left'];
const FIRST_LENGTH = 3;
/** Steps without food after which an episode is cut short, for each cell of the board. */
const PATIENCE = 2;
const BODY_COLOUR: Colour = '#2b6f94';

/**
 * Snake: eat, grow, and don't bite yourself.
 *
 * The snake goes one cell a step. Where there is food it grows by a cell and new food appears in one of the free cells,
 * each equally likely; elsewhere its tail follows, so that the head may go where the tail just was. Turning straight
 * back is not possible: the mask says so, and who tries it goes straight on.
 *
 * | action | meaning  |
 * |--------|----------|
 * | 0      | go up    |
 * | 1      | go right |
 * | 2      | go down  |
 * | 3      | go left  |
 *
 * | channel of a cell | from | to | meaning                                                                             |
 * |-------------------|------|----|-------------------------------------------------------------------------------------|
 * | 0 head            | 0    | 1  | 1 where the head is                                                                 |
 * | 1 body            | 0    | 1  | where the body is, how long it stays: 1 behind the head, then less and less          |
 * | 2 food            | 0    | 1  | 1 where the food is                                                                 |
 *
 * - **Reward**: 1 for food, -1 for the step that ends in a wall or in the body.
 * - **Start**: three cells long, the head in the middle on its way right, food in any other cell.
 * - **End**: terminates at a wall, at its own body, and when the board is full, which alone `info.success` calls a success;
 *   truncated after twice as many steps without food as the board has cells.
 * - **Parameters**: `size`, the rows and columns of the board.
 */
export class Snake extends BatchOfOne<Snakes, number> {
  readonly observationSpace: Box;
  readonly actionSpace = new Discrete(ACTIONS.length, { names: ACTIONS });

  constructor(private readonly size = 10) {
    super((count) => new Snakes(count, size));
    const shape = [size, size, CHANNELS];
    this.observationSpace = new Box({ low: 0, high: 1, shape, tokens: 'cell', channels: CHANNEL_NAMES });
  }

  actionMask(): ArrayLike<number> {
    return Array.from(this.batch.actionMask(0));
  }

  /** The batch knows the mask, too. */
  override vectorize(count: number): EnvBatch {
    return new Snakes(count, this.size);
  }

  draw(): Scene {
    const { size, batch } = this;
    const set = new Float32Array(size * size * CHANNELS);
    batch.show(0, set);
    const layer = (colour: Colour, channel: number): { colour: Colour; isSet(cell: number): boolean } => ({
      colour,
      isSet: (cell) => (set[cell * CHANNELS + channel] as number) > 0,
    });
    const head = batch.headOf(0);
    const length = batch.length[0] as number;
    return boardScene({
      side: size,
      layers: [layer(BODY_COLOUR, BODY), layer(GOOD, FOOD)],
      pieces: [{ id: 'player', row: Math.floor(head / size), column: head % size, colour: ACCENT }],
      score: length - FIRST_LENGTH,
      status: `length ${length}`,
    });
  }
}

/** The dynamics, of boards side by side. */
class Snakes implements EnvBatch {
  /** [B] cells of the snake, the head's too. */
  readonly length: Uint16Array;
  /** [B, cells] the snake's cells, from the head on, in a ring that begins at `start`. */
  private readonly ring: Uint16Array;
  private readonly start: Uint16Array;
  /** [B, cells] 1 where the snake is. */
  private readonly taken: Uint8Array;
  /** [B] a cell; beyond the last one where the board is full. */
  private readonly food: Uint16Array;
  /** [B] the way that it goes, as an action. */
  private readonly heading: Uint8Array;
  /** [B] steps since it ate. */
  private readonly hunger: Uint16Array;
  private readonly ended: Uint8Array;
  private readonly randoms: readonly Generator[];
  private readonly cells: number;
  private readonly mask = new Uint8Array(ACTIONS.length);

  constructor(
    count: number,
    private readonly size: number,
  ) {
    this.cells = size * size;
    this.length = new Uint16Array(count);
    this.ring = new Uint16Array(count * this.cells);
    this.start = new Uint16Array(count);
    this.taken = new Uint8Array(count * this.cells);
    this.food = new Uint16Array(count);
    this.heading = new Uint8Array(count);
    this.hunger = new Uint16Array(count);
    this.ended = new Uint8Array(count);
    this.randoms = Array.from({ length: count }, () => new Generator());
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { size, cells } = this;
    const random = this.randoms[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    const middle = Math.floor(size / 2);
    this.taken.fill(0, row * cells, (row + 1) * cells);
    this.start[row] = 0;
    this.length[row] = FIRST_LENGTH;
    for (let i = 0; i < FIRST_LENGTH; i++) {
      const cell = middle * size + middle - i;
      this.ring[row * cells + i] = cell;
      this.taken[row * cells + cell] = 1;
    }
    this.heading[row] = RIGHT;
    this.hunger[row] = 0;
    this.ended[row] = 0;
    this.placeFood(row);
    this.show(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { heading, length, hunger, cells } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const action = actions[i] as number;
      if (action !== ((heading[i] as number) + 2) % ACTIONS.length) heading[i] = action;
      const reward = this.advance(i);
      const isFull = length[i] === cells;
      const starves = hunger[i] === PATIENCE * cells;
      rewards[i] = reward;
      terminated[i] = reward < 0 || isFull ? 1 : 0;
      truncated[i] = starves && reward === 0 ? 1 : 0;
      this.ended[i] = terminated[i] === 1 || starves ? 1 : 0;
      this.show(i, observations);
    }
  }

  info(row: number): Info {
    if (this.ended[row] === 0) return NO_INFO;
    return this.length[row] === this.cells ? SUCCESS : FAILURE;
  }

  actionMask(row: number): Uint8Array {
    this.mask.fill(1);
    this.mask[((this.heading[row] as number) + 2) % ACTIONS.length] = 0;
    return this.mask;
  }

  headOf(row: number): number {
    return this.ring[row * this.cells + (this.start[row] as number)] as number;
  }

  /** Writes the observation of row `row`. */
  show(row: number, observations: Float32Array): void {
    const { cells, ring } = this;
    const at = row * cells * CHANNELS;
    const length = this.length[row] as number;
    observations.fill(0, at, at + cells * CHANNELS);
    let k = this.start[row] as number;
    observations[at + (ring[row * cells + k] as number) * CHANNELS + HEAD] = 1;
    for (let behind = 1; behind < length; behind++) {
      k = k + 1 === cells ? 0 : k + 1;
      const cell = ring[row * cells + k] as number;
      observations[at + cell * CHANNELS + BODY] = (length - behind) / (length - 1);
    }
    const food = this.food[row] as number;
    if (food < cells) observations[at + food * CHANNELS + FOOD] = 1;
  }

  /** Moves the snake, and returns the reward; one that bites or hits a wall stays where it was. */
  private advance(row: number): number {
    const { cells, ring, start, taken, length, hunger } = this;
    const first = row * cells;
    const grown = length[row] as number;
    const next = this.nextCell(row);
    const tail = ring[first + (((start[row] as number) + grown - 1) % cells)] as number;
    hunger[row] = (hunger[row] as number) + 1;
    if (next < 0 || (taken[first + next] === 1 && next !== tail)) return -1;
    const eats = next === this.food[row];
    if (!eats) taken[first + tail] = 0;
    taken[first + next] = 1;
    start[row] = ((start[row] as number) + cells - 1) % cells;
    ring[first + (start[row] as number)] = next;
    if (!eats) return 0;
    length[row] = grown + 1;
    hunger[row] = 0;
    this.placeFood(row);
    return 1;
  }

  /** Where the head goes, negative for a wall. */
  private nextCell(row: number): number {
    const { size } = this;
    const head = this.headOf(row);
    const heading = this.heading[row];
    if (heading === UP) return head - size;
    if (heading === DOWN) return head + size < this.cells ? head + size : -1;
    const column = head % size;
    if (heading === RIGHT) return column + 1 < size ? head + 1 : -1;
    return column > 0 ? head - 1 : -1;
  }

  private placeFood(row: number): void {
    const { cells, taken } = this;
    const free = cells - (this.length[row] as number);
    if (free === 0) {
      this.food[row] = cells;
      return;
    }
    let skipped = (this.randoms[row] as Generator).integers(free);
    let cell = 0;
    while (taken[row * cells + cell] === 1 || skipped-- > 0) cell++;
    this.food[row] = cell;
  }
}
