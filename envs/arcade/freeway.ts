import { ACCENT, BODY } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Colour } from '../scene.ts';
import type { Piece } from './boardScene.ts';
import { LAST, MinAtarBatch, MinAtarGame, type MinAtarOptions, type Paint, SIDE } from './minAtar.ts';

/** The faster the car, the brighter. */
const TRAILS: readonly Colour[] = ['#7d6149', '#675342', '#51453b', '#413b36', '#332f2e'];
const [CHICKEN, CAR, TRAIL] = [0, 1, 2];
const CHANNEL_NAMES = ['chicken', 'car', ...TRAILS.map((_, i) => `trail of speed ${i + 1}`)];
const CHANNELS = CHANNEL_NAMES.length;
const PAINTS: readonly Paint[] = [
  ...TRAILS.map((colour, i) => ({ channel: TRAIL + i, colour })),
  { channel: CAR, colour: BODY },
];
const [UP, DOWN] = [1, 2];
const CARS = 8; // rows 1 to 8
const CROSSING = 4; // column
const REST = 3; // steps from one move of the chicken to the next
const SLOWEST = TRAILS.length;

/**
 * Freeway: lead a chicken across eight lanes of traffic, again and again.
 *
 * The chicken goes up and down in column 4, one cell in three steps. Each lane has one car, which comes back on the other
 * side when it leaves the board. A car of speed k moves every k + 1 steps; all speeds and directions are drawn anew
 * each time the chicken has arrived. A car that meets the chicken sends it back to the start.
 *
 * | action | meaning                                                 |
 * |--------|---------------------------------------------------------|
 * | 0      | stay                                                    |
 * | 1      | move up, where the last move is three steps ago         |
 * | 2      | move down, likewise                                     |
 *
 * | channel of a cell | from | to | is 1 where                                                    |
 * |-------------------|------|----|---------------------------------------------------------------|
 * | 0 chicken         | 0    | 1  | the chicken is                                                |
 * | 1 car             | 0    | 1  | a car is                                                      |
 * | 2 to 6 trail      | 0    | 1  | behind a car of speed 1 to 5: it moves the other way          |
 *
 * - **Reward**: 1 for each arrival in the highest row, from where the chicken goes back to the start at once.
 * - **Start**: the chicken in the lowest row, all cars at the left edge, their speeds uniform in 1 to 5.
 * - **End**: truncated after 2500 steps. The original terminates with step 2501, though nothing on the board tells of it.
 * - **Parameters**: `stickyProbability`.
 * - **Source**: MinAtar's `freeway`, with its minimal set of actions; see `MinAtarGame`.
 */
export class Freeway extends MinAtarGame<Freeways> {
  constructor(options: MinAtarOptions = {}) {
    super((count) => new Freeways(count, options), {
      channels: CHANNEL_NAMES,
      paints: PAINTS,
      actions: ['stay', 'up', 'down'],
    });
  }

  protected scenery(): { pieces: Piece[]; status: string } {
    const { position, rest } = this.batch;
    return {
      pieces: [{ id: 'player', row: position[0] as number, column: CROSSING, colour: ACCENT }],
      status: rest[0] === 0 ? 'ready to move' : `rests for ${rest[0]}`,
    };
  }
}

/** The dynamics, of boards side by side. */
class Freeways extends MinAtarBatch {
  /** [B] row of the chicken. */
  readonly position: Int8Array;
  /** [B] steps until the chicken can move. */
  readonly rest: Uint8Array;
  /** [B, CARS] column. */
  private readonly x: Int8Array;
  /** [B, CARS] steps from one move to the next, less one; negative for a car that goes left. */
  private readonly speed: Int8Array;
  /** [B, CARS] steps until the car moves. */
  private readonly timer: Uint8Array;

  constructor(count: number, options: MinAtarOptions) {
    super(count, CHANNELS, options);
    this.position = new Int8Array(count);
    this.rest = new Uint8Array(count);
    this.x = new Int8Array(count * CARS);
    this.speed = new Int8Array(count * CARS);
    this.timer = new Uint8Array(count * CARS);
  }

  show(row: number, observations: Float32Array, at: number): void {
    const { x, speed } = this;
    observations[at + ((this.position[row] as number) * SIDE + CROSSING) * CHANNELS + CHICKEN] = 1;
    for (let lane = 0; lane < CARS; lane++) {
      const k = row * CARS + lane;
      const left = at + (lane + 1) * SIDE * CHANNELS;
      const column = x[k] as number;
      const pace = speed[k] as number;
      observations[left + column * CHANNELS + CAR] = 1;
      const behind = column + (pace > 0 ? -1 : 1);
      const wrapped = behind < 0 ? LAST : behind > LAST ? 0 : behind;
      observations[left + wrapped * CHANNELS + TRAIL + Math.abs(pace) - 1] = 1;
    }
  }

  protected begin(row: number, random: Generator): void {
    this.drawCars(row, random);
    this.x.fill(0, row * CARS, (row + 1) * CARS);
    this.position[row] = LAST;
    this.rest[row] = REST;
  }

  protected act(row: number, action: number, random: Generator): number {
    const { position, rest } = this;
    let reward = 0;
    if (rest[row] === 0 && (action === UP || action === DOWN)) {
      rest[row] = REST;
      const to = (position[row] as number) + (action === UP ? -1 : 1);
      position[row] = Math.min(to, LAST);
      if (to === 0) {
        reward = 1;
        this.drawCars(row, random);
        position[row] = LAST;
      }
    }
    this.drive(row);
    const left = rest[row] as number;
    if (left > 0) rest[row] = left - 1;
    return reward;
  }

  private drive(row: number): void {
    const { x, speed, timer } = this;
    for (let lane = 0; lane < CARS; lane++) {
      const k = row * CARS + lane;
      this.hit(row, lane + 1, x[k] as number);
      const wait = timer[k] as number;
      if (wait > 0) {
        timer[k] = wait - 1;
        continue;
      }
      const pace = speed[k] as number;
      timer[k] = Math.abs(pace);
      const to = (x[k] as number) + (pace > 0 ? 1 : -1);
      x[k] = to < 0 ? LAST : to > LAST ? 0 : to;
      this.hit(row, lane + 1, x[k] as number);
    }
  }

  private hit(row: number, y: number, x: number): void {
    if (x === CROSSING && this.position[row] === y) this.position[row] = LAST;
  }

  private drawCars(row: number, random: Generator): void {
    const { speed, timer } = this;
    const first = row * CARS;
    for (let k = first; k < first + CARS; k++) timer[k] = random.integers(1, SLOWEST + 1);
    for (let k = first; k < first + CARS; k++)
      speed[k] = random.random() < 0.5 ? -(timer[k] as number) : (timer[k] as number);
  }
}
