import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { ACCENT, BACKGROUND, BAD, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';

/**
 * Memory length: say at the end which bit was shown at the start.
 *
 * `bits` coins are thrown and shown on the reset and after the first step. Then nothing is seen but the time that is
 * left, until the query names one of the coins; the action that answers it is the only one that matters. With one coin
 * and a growing `length` it is bsuite's `memory_len`, with a `length` of 2 and growing `bits` its `memory_size`.
 *
 * | action | meaning          |
 * |--------|------------------|
 * | 0      | the bit was -1   |
 * | 1      | the bit was 1    |
 *
 * | observation | from | to       | meaning                                                     |
 * |-------------|------|----------|-------------------------------------------------------------|
 * | time left   | 0    | 1        | 1 on the reset and after the first step, then 1/`length` less after each |
 * | query       | 0    | bits - 1 | which bit is asked for, before the last action; else 0      |
 * | bit …       | -1   | 1        | the coins while they are shown, else 0                      |
 *
 * - **Reward**: 1 on the last step for the right answer, -1 for the wrong one; 0 before. `info.success` says which.
 * - **Start**: each coin is 1 or -1, equally likely, and so is each query.
 * - **End**: terminates with step `length` + 1.
 * - **Solved**: a mean return of 1, which is the best there is; answering without having seen gives 0.
 *
 * @see Osband et al. 2020, "Behaviour Suite for Reinforcement Learning"
 * @see https://github.com/google-deepmind/bsuite/blob/main/bsuite/environments/memory_chain.py
 */
export class MemoryLength extends BatchOfOne<Chains, number> {
  readonly observationSpace: Box;
  readonly actionSpace = new Discrete(2, { names: ['answer -1', 'answer 1'] });

  /** @param length  the bits are last seen `length` - 1 steps before they are asked for */
  constructor({ length = 10, bits = 1 }: { length?: number; bits?: number } = {}) {
    super((count) => new Chains(count, length, bits));
    const each = Array.from({ length: bits }, (_, i) => i + 1);
    this.observationSpace = new Box({
      low: [0, 0, ...each.map(() => -1)],
      high: [1, bits - 1, ...each.map(() => 1)],
      names: ['time left', 'query', ...each.map((bit) => `bit ${bit}`)],
    });
  }

  draw(): Scene {
    const width = 12;
    const height = 5;
    const { length, bits } = this.batch;
    const time = this.batch.time[0] as number;
    const ended = time > length;
    const shown = time <= 1 || ended;
    const asked = time >= length ? (this.batch.query[0] as number) : undefined;
    const pitch = Math.min(1.6, (width - 1) / bits);
    const coins = Array.from({ length: bits }, (_, i): Shape[] => {
      const x = width / 2 + (i - (bits - 1) / 2) * pitch;
      const bit = this.batch.context[i] as number;
      const fill = !shown ? SURFACE : bit > 0 ? ACCENT : EDGE;
      const stroke = asked === i ? (ended ? (this.#succeeded() ? GOOD : BAD) : ACCENT) : BACKGROUND;
      const text = shown ? (bit > 0 ? '1' : '−1') : '?';
      const mark = shown && bit > 0 ? BACKGROUND : DETAIL;
      const radius = 0.42 * pitch;
      return [
        { kind: 'circle', id: `coin${i}`, x, y: 1.7, radius, fill, stroke, strokeWidth: 0.06 * pitch },
        { kind: 'text', id: `mark${i}`, x, y: 1.7, text, size: 0.4 * pitch, fill: mark },
      ];
    });
    const left = (width - 2) * (1 - Math.min(time, length) / length);
    return {
      width,
      height,
      background: BACKGROUND,
      shapes: [
        ...coins.flat(),
        { kind: 'rect', x: 1, y: 3.2, width: width - 2, height: 0.14, radius: 0.07, fill: SURFACE },
        { kind: 'rect', id: 'time', x: 1, y: 3.2, width: left, height: 0.14, radius: 0.07, fill: DETAIL },
        { kind: 'text', id: 'state', x: width / 2, y: 4.2, text: this.#state(), size: 0.42, fill: DETAIL },
      ],
    };
  }

  #succeeded(): boolean {
    return this.batch.info(0) === SUCCESS;
  }

  #state(): string {
    const { length, bits } = this.batch;
    const time = this.batch.time[0] as number;
    if (time > length) return this.#succeeded() ? 'right' : 'wrong';
    if (time === length) return bits === 1 ? 'which was it?' : 'which was that one?';
    return time <= 1 ? 'remember' : `asked in ${length - time}`;
  }
}

/** The dynamics, of chains side by side. */
class Chains implements EnvBatch {
  /** [count, bits] 1 or -1. */
  readonly context: Int8Array;
  readonly query: Int32Array;
  /** Steps taken. */
  readonly time: Int32Array;
  /** 1 where the last answer was right. */
  readonly right: Uint8Array;
  private readonly random = new Generator();

  constructor(
    count: number,
    readonly length: number,
    readonly bits: number,
  ) {
    this.context = new Int8Array(count * bits);
    this.query = new Int32Array(count);
    this.time = new Int32Array(count);
    this.right = new Uint8Array(count);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { random, bits } = this;
    if (seed !== undefined) random.reseed(seed);
    for (let k = 0; k < bits; k++) this.context[row * bits + k] = 2 * random.integers(2) - 1;
    this.query[row] = random.integers(bits);
    this.time[row] = 0;
    this.observe(row, 0, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { length, bits } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const tick = this.time[i] as number;
      this.time[i] = tick + 1;
      this.observe(i, tick, observations);
      const ended = tick === length;
      const asked = this.context[i * bits + (this.query[i] as number)];
      this.right[i] = (actions[i] === 1 ? 1 : -1) === asked ? 1 : 0;
      rewards[i] = ended ? (this.right[i] ? 1 : -1) : 0;
      terminated[i] = ended ? 1 : 0;
      truncated[i] = 0;
    }
  }

  info(row: number): Info {
    if ((this.time[row] as number) <= this.length) return NO_INFO;
    return this.right[row] ? SUCCESS : FAILURE;
  }

  /** As in bsuite, the clock stands still for the first step: it is at 0 on the reset and once more after that step. */
  private observe(row: number, tick: number, observations: Float32Array): void {
    const { length, bits } = this;
    const at = row * (bits + 2);
    observations[at] = 1 - tick / length;
    observations[at + 1] = tick === length - 1 ? (this.query[row] as number) : 0;
    for (let k = 0; k < bits; k++) observations[at + 2 + k] = tick === 0 ? (this.context[row * bits + k] as number) : 0;
  }
}
