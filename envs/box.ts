import { checkedNames, every, isNumbers } from './components.ts';
import type { Generator } from './random.ts';

export interface BoxOptions {
  /** Lower bound, of every component or one each. -Infinity where there is none. */
  low: number | readonly number[];
  high: number | readonly number[];
  /** Taken from the bounds' length when left out. */
  shape?: readonly number[];
  /** `uint8` marks pixels and other bytes: a viewer shows them as an image, an encoder scales them to 0…1. */
  dtype?: 'float32' | 'uint8' | 'int32';
  /**
   * What an encoder takes as one thing to look at, of a shape [rows, columns, channels]: each `cell`, or square `patch`
   * of pixels. A `patch` of a shape [samples] or [samples, channels] is a stretch of a waveform. Left out: the whole Box
   * at once.
   */
  tokens?: 'cell' | 'patch';
  /** Pixels of a patch's side, or samples of a stretch. Left out: an image is about 8 x 8 patches, a waveform about 16. */
  patchSize?: number;
  /**
   * How many values each channel of a cell can have, where they are categories: integers from 0 on, of which none is
   * larger for being a larger number. Only with `tokens: 'cell'`; left out, they are quantities.
   */
  categories?: readonly number[];
  /** What a person calls each channel of a cell, and each of its categories: for those who look on. Only with `tokens`. */
  channels?: readonly string[];
  categoryNames?: readonly (readonly string[])[];
  /** Whether the shape begins with rows (`yx`, the default) or, as in MiniGrid, with columns. Only with `tokens`. */
  axes?: 'yx' | 'xy';
  /** One for each component, row-major. */
  names?: readonly string[];
  /** `m`, `rad/s`, …: one for each component; '' where there is none. */
  units?: readonly string[];
}

const product = (sizes: readonly number[]): number => sizes.reduce((left, right) => left * right, 1);

/** Real numbers in an n-dimensional box, each with bounds of its own. */
export class Box {
  readonly kind = 'box';
  readonly shape: readonly number[];
  readonly size: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly dtype: 'float32' | 'uint8' | 'int32';
  readonly tokens: 'cell' | 'patch' | undefined;
  readonly patchSize: number | undefined;
  readonly categories: readonly number[] | undefined;
  readonly channels: readonly string[] | undefined;
  readonly categoryNames: readonly (readonly string[])[] | undefined;
  readonly axes: 'yx' | 'xy';
  readonly names: readonly string[] | undefined;
  readonly units: readonly string[] | undefined;

  constructor(options: BoxOptions) {
    const { low, high, shape, dtype = 'float32', tokens, categories, axes = 'yx', names, units } = options;
    const { channels, categoryNames, patchSize } = options;
    const bounds = typeof low === 'object' ? low : typeof high === 'object' ? high : undefined;
    this.shape = shape ?? [bounds?.length ?? 1];
    this.size = product(this.shape);
    this.low = spread('low', low, this.size);
    this.high = spread('high', high, this.size);
    for (let i = 0; i < this.size; i++) {
      if (!((this.low[i] as number) <= (this.high[i] as number)))
        throw new RangeError(`Box: low[${i}] is ${this.low[i]}, which is not at most high[${i}], ${this.high[i]}`);
    }
    this.dtype = dtype;
    checkTokens(options, this.shape);
    this.tokens = tokens;
    this.patchSize = patchSize;
    this.categories = categories;
    this.channels = channels && checkedNames('Box', channels, this.shape.at(-1) ?? 0);
    this.categoryNames = categoryNames;
    this.axes = axes;
    this.names = checkedNames('Box', names, this.size);
    this.units = checkedNames('Box', units, this.size);
  }

  /**
   * A value drawn as Gymnasium draws it: uniform between two bounds, exponential beyond one, normal without any.
   */
  sample(random: Generator): number[] {
    return Array.from(this.low, (low, i) => {
      const high = this.high[i] as number;
      if (this.dtype !== 'float32') return random.integers(low, high + 1);
      if (Number.isFinite(low) && Number.isFinite(high)) return random.uniform(low, high);
      if (Number.isFinite(low)) return low - Math.log1p(-random.random());
      if (Number.isFinite(high)) return high + Math.log1p(-random.random());
      return random.standardNormal();
    });
  }

  contains(value: unknown): boolean {
    return (
      isNumbers(value, this.size) &&
      every(value, (x, i) => Math.fround(x) >= (this.low[i] as number) && Math.fround(x) <= (this.high[i] as number))
    );
  }
}

/** @throws RangeError when what an encoder is to look at does not fit the shape */
function checkTokens(options: BoxOptions, shape: readonly number[]): void {
  const { tokens, patchSize, categories, categoryNames } = options;
  if (tokens && shape.length !== 3 && (tokens === 'cell' || shape.length > 2)) {
    const wanted = tokens === 'cell' ? '' : ', [samples] or [samples, channels]';
    const found = shape.join(', ');
    throw new RangeError(`Box: tokens: '${tokens}' wants a shape [rows, columns, channels]${wanted}, found [${found}]`);
  }
  if (categories && (tokens !== 'cell' || categories.length !== shape[2]))
    throw new RangeError(`Box: ${categories.length} categories, wanted tokens: 'cell' and one for each channel`);
  if (categoryNames?.some((ofChannel, c) => ofChannel.length !== categories?.[c]))
    throw new RangeError('Box: categoryNames wants a name for each of the categories of each channel');
  if (patchSize !== undefined && (tokens !== 'patch' || !Number.isInteger(patchSize) || patchSize < 1))
    throw new RangeError(`Box: patchSize is ${patchSize}, wanted a positive integer, and tokens: 'patch'`);
}

function spread(name: string, bound: number | readonly number[], size: number): Float32Array {
  if (typeof bound === 'number') return new Float32Array(size).fill(bound);
  if (bound.length !== size) throw new RangeError(`Box: ${name} has ${bound.length} numbers, the shape holds ${size}`);
  return Float32Array.from(bound);
}
