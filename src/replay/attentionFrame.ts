import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeColumns, encodeColumns } from './columns.ts';

/*
 * Attention as bytes. A row (one head at one step, lags 0 … context) is `levels = weight * 2^exponent`, with the
 * largest exponent that keeps the row within the highest level, so that a flat row over 1000 steps is as well drawn as
 * a sharp one. Levels are predicted from the step before and the differences deflated.
 *
 * The highest level is 255, or 127, 63, … where 255 would not fit in BITS_PER_WEIGHT: noise costs bytes and shows
 * nothing, so a replay never pays more than that. A small table is cheap however it is written, and stays exact.
 */
const BITS_PER_WEIGHT = 2.8;
const SMALL_TABLE = 256; // weights a step
const MAX_EXPONENT = 40;
const WEIGHT_LIMIT = 2 ** 26;

/** What a level is predicted from. The same key one step later is one lag further away: that is the diagonal. */
const PREDICTORS = ['nothing', 'sameLag', 'sameKey'] as const;
type Predictor = (typeof PREDICTORS)[number];

interface Table {
  rows: number;
  /** Length of a row: context + 1. */
  lags: number;
}

interface Quantised extends Table {
  /** [rows * steps], step by step. */
  exponents: Uint8Array;
  /** [rows * steps, lags] */
  levels: Uint8Array;
}

/**
 * Writes the attention of successive steps.
 *
 * @param weights  [steps, rows, lags] flat, each row a sum of 1
 */
export function encodeAttention(weights: ArrayLike<number>, { rows, lags }: Table): Uint8Array {
  let best = { predictor: 'nothing' as Predictor, bytes: new Uint8Array(0) };
  let bits = Infinity;
  let quantised: Quantised = { rows, lags, exponents: new Uint8Array(0), levels: new Uint8Array(0) };
  const lowest = rows * lags <= SMALL_TABLE ? 255 : 7;
  for (let highest = 255; highest >= lowest && bits > BITS_PER_WEIGHT; highest >>= 1) {
    quantised = quantise(weights, { rows, lags }, highest);
    bits = Infinity;
    for (const predictor of PREDICTORS) {
      const bytes = differences(quantised, predictor);
      const needed = entropy(bytes);
      if (needed >= bits) continue;
      bits = needed;
      best = { predictor, bytes };
    }
  }
  const out = new ByteWriter().u32(rows).u32(lags).u8(PREDICTORS.indexOf(best.predictor));
  encodeColumns(out, quantised.exponents, rows);
  return out.raw(best.bytes).finish();
}

/** The attention of successive steps, read from what `encodeAttention` wrote. */
export class AttentionReader {
  private readonly quantised: Quantised;
  /** About how many bytes it takes. */
  readonly size: number;

  /** @throws RangeError when the bytes are not the attention of `steps` steps. */
  constructor(bytes: Uint8Array, steps: number) {
    const input = new ByteReader(bytes);
    const rows = input.u32();
    const lags = input.u32();
    if (steps * rows * Math.max(1, lags) > WEIGHT_LIMIT)
      throw new RangeError(`${steps} steps of ${rows} x ${lags} weights are too many`);
    const predictor = PREDICTORS[input.u8()];
    if (!predictor) throw new RangeError('unknown predictor of attention');
    const exponents = new Uint8Array(steps * rows);
    decodeColumns(input, steps, rows).forEach((column, row) => {
      for (let step = 0; step < steps; step++) exponents[step * rows + row] = column[step] as number;
    });
    const levels = input.raw(steps * rows * lags).slice();
    this.quantised = { rows, lags, exponents, levels };
    this.size = levels.length + exponents.length;
    undoDifferences(this.quantised, predictor);
  }

  /** [rows, lags] flat; each row sums to 1 again, or is all zeros. */
  weights(step: number): Float32Array {
    const { rows, lags, levels } = this.quantised;
    const weights = Float32Array.from(levels.subarray(step * rows * lags, (step + 1) * rows * lags));
    for (let row = 0; row < rows; row++) {
      const ofRow = weights.subarray(row * lags, (row + 1) * lags);
      const sum = ofRow.reduce((total, weight) => total + weight, 0);
      if (sum > 0) for (let lag = 0; lag < lags; lag++) ofRow[lag] = (ofRow[lag] as number) / sum;
    }
    return weights;
  }
}

function quantise(weights: ArrayLike<number>, { rows, lags }: Table, highest: number): Quantised {
  const levels = new Uint8Array(weights.length);
  const exponents = new Uint8Array(weights.length / lags);
  for (let row = 0; row < exponents.length; row++) {
    let largest = 0;
    for (let i = row * lags; i < (row + 1) * lags; i++) largest = Math.max(largest, weights[i] as number);
    const exponent = largest > 0 ? Math.floor(Math.log2((highest + 0.49) / largest)) : 0;
    exponents[row] = Math.min(MAX_EXPONENT, Math.max(0, exponent));
    const scale = 2 ** (exponents[row] as number);
    for (let i = row * lags; i < (row + 1) * lags; i++)
      levels[i] = Math.min(highest, Math.max(0, Math.round((weights[i] as number) * scale)));
  }
  return { rows, lags, exponents, levels };
}

function differences(quantised: Quantised, predictor: Predictor): Uint8Array<ArrayBuffer> {
  const { levels } = quantised;
  const bytes = levels.slice();
  forEachPredicted(quantised, predictor, ({ from, to, back, shift }) => {
    for (let i = from; i < to; i++) bytes[i] = (levels[i] as number) - rescaled(levels[i - back] as number, shift);
  });
  return bytes;
}

function undoDifferences(quantised: Quantised, predictor: Predictor): void {
  const { levels } = quantised;
  forEachPredicted(quantised, predictor, ({ from, to, back, shift }) => {
    for (let i = from; i < to; i++) levels[i] = (levels[i] as number) + rescaled(levels[i - back] as number, shift);
  });
}

/** Levels `from` … `to - 1`, each predicted from the one `back` before it, which was drawn at another scale. */
interface Predicted {
  from: number;
  to: number;
  back: number;
  /** Powers of two between the two scales. */
  shift: number;
}

/** Visits, row by row, what is predicted: not the first step, and of `sameKey` not the step's own key, which is new. */
function forEachPredicted(
  { rows, lags, exponents }: Quantised,
  predictor: Predictor,
  visit: (predicted: Predicted) => void,
): void {
  if (predictor === 'nothing') return;
  const skipped = predictor === 'sameKey' ? 1 : 0;
  const back = rows * lags + skipped;
  for (let row = rows; row < exponents.length; row++) {
    const shift = (exponents[row] as number) - (exponents[row - rows] as number);
    visit({ from: row * lags + skipped, to: (row + 1) * lags, back, shift });
  }
}

function rescaled(level: number, shift: number): number {
  if (level === 0) return 0;
  return shift >= 0 ? Math.min(255, level * 2 ** shift) : level >> Math.min(8, -shift);
}

/** Bits a byte takes when each is coded by how often it occurs: what deflating comes close to, or under. */
function entropy(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] as number) + 1;
  return counts.reduce(
    (sum, count) => sum - (count > 0 ? (count / bytes.length) * Math.log2(count / bytes.length) : 0),
    0,
  );
}
