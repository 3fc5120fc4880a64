import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { ACCENT, BACKGROUND, BAD, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Colour, Scene, Shape } from '../scene.ts';
import { Box, Dict, Discrete } from '../spaces.ts';
import { SAMPLES, Tones } from './tones.ts';

const ROWS = 4;
const COLUMNS = 5;
const CELLS = ROWS * COLUMNS;
/** The upper corners, by the tone that says so: the low one the left door, the high one the right door. */
const DOORS = [0, COLUMNS - 1];
const MOST_STEPS = 20;
const MOVES = [-1, 1, -COLUMNS, COLUMNS]; // left, right, up, down
const FLOOR = 0;
const DOOR = 1;
const AGENT = 2;
const OBSERVATION_SIZE = CELLS + SAMPLES;

/** A value of its observation space. */
// A type and not an interface: only types fit where any record of values is wanted.
// oxlint-disable-next-line typescript/consistent-type-definitions
type Perceived = { room: number[]; sound: number[] };

export interface SoundCueOptions {
  /** Whether there is a tone: without, there is only the noise. */
  audio?: boolean;
  /** When the tone is to be heard: in every observation, or in the first one alone. */
  cue?: 'always' | 'start';
  /** Standard deviation of the noise; a tone's amplitude is 0.4. */
  noise?: number;
}

/**
 * Sound cue: a tone tells which of two doors is the right one.
 *
 * The agent sees the room and hears 16 ms of sound with every step, 128 samples at 8 kHz: a tone of 500 Hz for the left
 * door or of 1000 Hz for the right one, with a phase drawn anew each time, under white noise. Nothing that is seen
 * tells the doors apart. With `cue=start` the tone is to be heard in the first observation alone, and has to be
 * remembered; with `audio=false` there is none, and no way to know.
 *
 * | action | meaning  |
 * |--------|----------|
 * | 0      | go left  |
 * | 1      | go right |
 * | 2      | go up    |
 * | 3      | go down  |
 *
 * Moves into a wall are masked; who makes one all the same stays.
 *
 * | observation | from | to | meaning                                                        |
 * |-------------|------|----|----------------------------------------------------------------|
 * | room        | 0    | 2  | 4 rows of 5 cells: 0 floor, 1 a door, 2 the agent              |
 * | sound       | -1   | 1  | 128 samples of the waveform, clipped; 16 patches of 8 of them  |
 *
 * - **Reward**: 1 for going through the right door, else 0.
 * - **Start**: in any cell of the lowest row; `info.tone` of the reset and of the last step says which tone it is.
 * - **End**: terminates at a door, `info.success` says whether it was the right one; truncated after 20 steps.
 * - **Solved**: a mean return of 1. Without hearing it is 0.5 at best.
 *
 * @see Chen et al. 2020, "SoundSpaces: Audio-Visual Navigation in 3D Environments", for agents that act on what they hear
 */
export class SoundCue extends BatchOfOne<SoundRooms, number, Perceived> {
  readonly observationSpace = new Dict({
    room: new Box({
      low: 0,
      high: 2,
      shape: [ROWS, COLUMNS, 1],
      dtype: 'uint8',
      tokens: 'cell',
      categories: [3],
      channels: ['thing'],
      categoryNames: [['floor', 'door', 'agent']],
    }),
    sound: new Box({ low: -1, high: 1, shape: [SAMPLES], tokens: 'patch' }),
  });
  readonly actionSpace = new Discrete(MOVES.length, { names: ['left', 'right', 'up', 'down'] });

  constructor(options: SoundCueOptions = {}) {
    super((count) => new SoundRooms(count, options));
  }

  actionMask(): ArrayLike<number> {
    return Array.from(this.batch.actionMask(0));
  }

  /** Here and not only inherited, since the batch has the mask too. */
  override vectorize(count: number): EnvBatch {
    return super.vectorize(count);
  }

  draw(): Scene {
    const { batch } = this;
    const cell = batch.cell[0] as number;
    const floor = Array.from({ length: CELLS }, (_, i): Shape => {
      return {
        kind: 'rect',
        x: 1.04 + xOf(i),
        y: 0.54 + yOf(i),
        width: 0.92,
        height: 0.92,
        radius: 0.1,
        fill: SURFACE,
      };
    });
    const doors = DOORS.map((at, side): Shape => {
      const stroke = doorColour(batch, at, side);
      const corner = { x: 1.2 + xOf(at), y: 0.62 + yOf(at) };
      return { kind: 'rect', id: `door${side}`, ...corner, width: 0.6, height: 0.76, stroke, strokeWidth: 0.08 };
    });
    return {
      width: 7,
      height: 7.2,
      background: BACKGROUND,
      shapes: [
        ...floor,
        ...doors,
        { kind: 'rect', x: 1, y: 0.5, width: COLUMNS, height: ROWS, shows: 'room' },
        { kind: 'circle', id: 'agent', x: 1.5 + xOf(cell), y: 1 + yOf(cell), radius: 0.28, fill: ACCENT },
        { kind: 'rect', x: 0.5, y: 4.8, width: 6, height: 1.6, radius: 0.1, fill: SURFACE, shows: 'sound' },
        { kind: 'line', id: 'sound', points: wave(batch.heard(0)), stroke: ACCENT, strokeWidth: 0.03 },
        { kind: 'text', id: 'state', x: 3.5, y: 6.8, text: batch.describe(0), size: 0.32, fill: DETAIL },
      ],
    };
  }
}

const xOf = (cell: number): number => cell % COLUMNS;
const yOf = (cell: number): number => Math.floor(cell / COLUMNS);

/** The right door is known to nobody before one is entered. */
function doorColour({ cell, tone }: SoundRooms, at: number, side: number): Colour {
  if (!DOORS.includes(cell[0] as number)) return EDGE;
  if (side === tone[0]) return GOOD;
  return cell[0] === at ? BAD : EDGE;
}

/** A waveform as points of its panel. */
function wave(samples: Float32Array): number[] {
  return Array.from(samples).flatMap((sample, i) => {
    const [x, y] = [0.6 + (5.8 * i) / (SAMPLES - 1), 5.6 - 0.75 * sample];
    return [Math.round(1000 * x) / 1000, Math.round(1000 * y) / 1000];
  });
}

const TONE_NAMES = ['low', 'high'];
const STARTED: readonly Info[] = TONE_NAMES.map((tone) => Object.freeze({ tone }));
/** [tone][success] */
const ENDED: readonly (readonly Info[])[] = TONE_NAMES.map((tone) =>
  [false, true].map((success) => Object.freeze({ success, tone })),
);

/** The dynamics, of rooms side by side. */
class SoundRooms implements EnvBatch {
  readonly cell: Int32Array;
  /** 0 low, 1 high: the index of the right door. */
  readonly tone: Uint8Array;
  /** Steps taken. */
  private readonly time: Int32Array;
  /** [count, SAMPLES] what was heard last */
  private readonly sounds: Float32Array;
  private readonly random: readonly Generator[];
  private readonly tones: Tones;
  private readonly audible: 'always' | 'start' | 'never';
  private readonly mask = new Uint8Array(MOVES.length);

  constructor(count: number, { audio = true, cue = 'always', noise = 0.2 }: SoundCueOptions) {
    this.cell = new Int32Array(count);
    this.tone = new Uint8Array(count);
    this.time = new Int32Array(count);
    this.sounds = new Float32Array(count * SAMPLES);
    this.random = Array.from({ length: count }, () => new Generator());
    this.tones = new Tones(noise);
    this.audible = audio ? cue : 'never';
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const random = this.random[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    this.tone[row] = random.integers(2);
    this.cell[row] = CELLS - COLUMNS + random.integers(COLUMNS);
    this.time[row] = 0;
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const move = actions[i] as number;
      if (isPossible(this.cell[i] as number, move)) this.cell[i] = (this.cell[i] as number) + (MOVES[move] as number);
      this.time[i] = (this.time[i] as number) + 1;
      const ended = DOORS.includes(this.cell[i] as number);
      rewards[i] = this.succeeded(i) ? 1 : 0;
      terminated[i] = ended ? 1 : 0;
      truncated[i] = !ended && this.time[i] === MOST_STEPS ? 1 : 0;
      this.observe(i, observations);
    }
  }

  info(row: number): Info {
    const tone = this.tone[row] as number;
    if (this.time[row] === 0) return STARTED[tone] as Info;
    const ended = DOORS.includes(this.cell[row] as number) || this.time[row] === MOST_STEPS;
    return ended ? ((ENDED[tone] as readonly Info[])[this.succeeded(row) ? 1 : 0] as Info) : NO_INFO;
  }

  actionMask(row: number): ArrayLike<number> {
    for (let move = 0; move < MOVES.length; move++)
      this.mask[move] = isPossible(this.cell[row] as number, move) ? 1 : 0;
    return this.mask;
  }

  /** The waveform of the last observation, [SAMPLES]. */
  heard(row: number): Float32Array {
    return this.sounds.subarray(row * SAMPLES, (row + 1) * SAMPLES);
  }

  /** What a person is told. */
  describe(row: number): string {
    if (!this.isAudible(row)) return this.audible === 'never' ? 'nothing to be heard' : 'from memory';
    return this.tone[row] === 0 ? 'low tone: the left door' : 'high tone: the right door';
  }

  private isAudible(row: number): boolean {
    return this.audible === 'always' || (this.audible === 'start' && this.time[row] === 0);
  }

  private succeeded(row: number): boolean {
    return this.cell[row] === DOORS[this.tone[row] as number];
  }

  private observe(row: number, observations: Float32Array): void {
    const at = row * OBSERVATION_SIZE;
    observations.fill(FLOOR, at, at + CELLS);
    for (const door of DOORS) observations[at + door] = DOOR;
    observations[at + (this.cell[row] as number)] = AGENT;
    const sound = this.heard(row);
    const tone = this.isAudible(row) ? (this.tone[row] as 0 | 1) : null;
    this.tones.sound(this.random[row] as Generator, tone, sound);
    observations.set(sound, at + CELLS);
  }
}

/** Whether a move stays in the room. */
function isPossible(cell: number, move: number): boolean {
  const [row, column] = [yOf(cell), xOf(cell)];
  return [column > 0, column < COLUMNS - 1, row > 0, row < ROWS - 1][move] ?? false;
}
