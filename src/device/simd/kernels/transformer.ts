import { attendHead, attendHeadGradient, attendStep, remember } from './attention';
import { layerNorm, layerNormGradient, layerNormParameterGradients, NORM_COLUMNS } from './norm';
import { GELU, multiplyRows, PANEL, PLAIN, PLUS, TIMES } from './tile';

// Pre-norm blocks, one after the other, for a few sequences at a time, so that what one layer leaves is still near when
// the next one takes it. All addresses are in a table of 32-bit words: those of the whole first, then each block's.

/** Rows that go through all blocks together. */
const ROWS: i32 = 64;

// Words of the table: sizes, then addresses. A weight's address is that of its panels.
const T_: i32 = 0;
const P_: i32 = 1;
const H_: i32 = 2;
const D_: i32 = 3;
const F_: i32 = 4;
const LAYERS: i32 = 5;
const X: i32 = 6;
const FIRST: i32 = 7;
const COS: i32 = 8;
const SIN: i32 = 9;
const FINAL_SCALE: i32 = 10;
const FINAL_SHIFT: i32 = 11;
const FINAL_STATISTICS: i32 = 12;
const FEATURES: i32 = 13;
const D_FEATURES: i32 = 14;
const D_X: i32 = 15;
const N_: i32 = 16;
const FINAL_SUMS: i32 = 17;
const WHOLE: i32 = 18;

// Words of a block.
const PAST_KEYS: i32 = 0;
const PAST_VALUES: i32 = 1;
const KEYS: i32 = 2;
const VALUES: i32 = 3;
const SCALE1: i32 = 4;
const SHIFT1: i32 = 5;
const PROJECT: i32 = 6;
const PROJECT_BIAS: i32 = 7;
const MIX: i32 = 8;
const MIX_BIAS: i32 = 9;
const SCALE2: i32 = 10;
const SHIFT2: i32 = 11;
const WIDEN: i32 = 12;
const WIDEN_BIAS: i32 = 13;
const NARROW: i32 = 14;
const NARROW_BIAS: i32 = 15;
const STATISTICS1: i32 = 16;
const NORMED1: i32 = 17;
const PROJECTION: i32 = 18;
const ATTENDED: i32 = 19;
const MIDDLE: i32 = 20;
const STATISTICS2: i32 = 21;
const NORMED2: i32 = 22;
const HIDDEN: i32 = 23;
const SLOPE: i32 = 24;
const OUT: i32 = 25;
// The weights' panels the other way round, gradients of what lies between the layers, and each norm's two sums of every
// sequence, [2, N, C].
const PROJECT_BACK: i32 = 26;
const MIX_BACK: i32 = 27;
const WIDEN_BACK: i32 = 28;
const NARROW_BACK: i32 = 29;
const SUMS1: i32 = 30;
const D_MIDDLE: i32 = 31;
const SUMS2: i32 = 32;
const D_OUT: i32 = 33;
const D_HIDDEN: i32 = 34;
const BLOCK_WORDS: i32 = 35;

const EPSILON: f32 = 1e-5;

// @ts-ignore: decorator
@inline
function word(table: usize, i: i32): i32 {
  return load<i32>(table + (usize(i) << 2));
}

/** Address of row `row` of an array [., n] that the table names. */
// @ts-ignore: decorator
@inline
function rowsOf(table: usize, i: i32, row: i32, n: i32): usize {
  return usize(word(table, i)) + ((usize(row) * usize(n)) << 2);
}

// @ts-ignore: decorator
@inline
function multiply(x: usize, rows: i32, K: i32, panels: i32, bias: i32, y: usize, N: i32, op: i32, r: usize): void {
  const panelsStep = usize(K * PANEL) << 2;
  multiplyRows(x, usize(K) << 2, 4, rows, K, usize(panels), panelsStep, PANEL << 2, usize(bias), y, N, op, r);
}

/** Units: sequences. */
export function transformer(from: i32, to: i32, scratch: usize, table: usize): void {
  const T = word(table, T_);
  const step = max(ROWS / T, 1);
  for (let n = from; n < to; n += step) forwardSequences(n, min(to, n + step), scratch, table);
}

function forwardSequences(from: i32, to: i32, scratch: usize, table: usize): void {
  const T = word(table, T_);
  const P = word(table, P_);
  const H = word(table, H_);
  const D = word(table, D_);
  const F = word(table, F_);
  const C = H * D;
  const layers = word(table, LAYERS);
  const r = from * T;
  const rows = (to - from) * T;
  let x = rowsOf(table, X, r, C);
  for (let layer: i32 = 0; layer < layers; layer++) {
    const block = table + (usize(WHOLE + layer * BLOCK_WORDS) << 2);
    const normed1 = rowsOf(block, NORMED1, r, C);
    const projection = word(block, PROJECTION);
    const attended = word(block, ATTENDED);
    const middle = rowsOf(block, MIDDLE, r, C);
    const normed2 = rowsOf(block, NORMED2, r, C);
    const hidden = rowsOf(block, HIDDEN, r, F);
    const statistics1 = rowsOf(block, STATISTICS1, r, 2);
    const statistics2 = rowsOf(block, STATISTICS2, r, 2);
    layerNorm(0, rows, scratch, x, word(block, SCALE1), word(block, SHIFT1), normed1, statistics1, C, EPSILON);
    const y = rowsOf(block, PROJECTION, r, 3 * C);
    multiply(normed1, rows, C, word(block, PROJECT), word(block, PROJECT_BIAS), y, 3 * C, PLAIN, 0);
    const pastKeys = word(block, PAST_KEYS);
    const pastValues = word(block, PAST_VALUES);
    for (let n = from; n < to; n++)
      for (let h: i32 = 0; h < H; h++) {
        if (T == 1)
          attendStep(
            n, h, scratch, projection, pastKeys, pastValues, word(table, FIRST), word(table, COS), word(table, SIN),
            attended, P, H, D,
          );
        else
          attendHead(
            n, h, scratch, projection, pastKeys, pastValues, word(table, FIRST), word(table, COS), word(table, SIN),
            attended, T, P, H, D,
          );
        if (!word(block, KEYS)) continue;
        remember(n, h, projection, pastKeys, word(block, KEYS), T, P, H, D, 1);
        remember(n, h, projection, pastValues, word(block, VALUES), T, P, H, D, 2);
      }
    const mixed = rowsOf(block, ATTENDED, r, C);
    multiply(mixed, rows, C, word(block, MIX), word(block, MIX_BIAS), middle, C, PLUS, x);
    layerNorm(0, rows, scratch, middle, word(block, SCALE2), word(block, SHIFT2), normed2, statistics2, C, EPSILON);
    const slope = rowsOf(block, SLOPE, r, F);
    multiply(normed2, rows, C, word(block, WIDEN), word(block, WIDEN_BIAS), hidden, F, GELU, slope);
    const out = rowsOf(block, OUT, r, C);
    multiply(hidden, rows, F, word(block, NARROW), word(block, NARROW_BIAS), out, C, PLUS, middle);
    x = out;
  }
  layerNorm(
    0, rows, scratch, x, word(table, FINAL_SCALE), word(table, FINAL_SHIFT), rowsOf(table, FEATURES, r, C),
    rowsOf(table, FINAL_STATISTICS, r, 2), C, EPSILON,
  );
}

/**
 * From the gradient of the features to that of x, leaving those in between for `weightGradients`. Projections give their
 * place to their gradients. Units: sequences.
 */
export function transformerGradient(from: i32, to: i32, scratch: usize, table: usize): void {
  const T = word(table, T_);
  const step = max(ROWS / T, 1);
  for (let n = from; n < to; n += step) backwardSequences(n, min(to, n + step), scratch, table);
}

function backwardSequences(from: i32, to: i32, scratch: usize, table: usize): void {
  const T = word(table, T_);
  const P = word(table, P_);
  const H = word(table, H_);
  const D = word(table, D_);
  const F = word(table, F_);
  const C = H * D;
  const layers = word(table, LAYERS);
  const r = from * T;
  const rows = (to - from) * T;
  const last = table + (usize(WHOLE + (layers - 1) * BLOCK_WORDS) << 2);
  // The gradient of what a norm puts out, and of what attention does, for these rows alone.
  const dNormed = scratch;
  const rest = scratch + ((usize(max(ROWS, T)) * usize(C)) << 2);
  const normOut = rowsOf(last, OUT, r, C);
  const dFeatures = rowsOf(table, D_FEATURES, r, C);
  const finalStatistics = rowsOf(table, FINAL_STATISTICS, r, 2);
  layerNormGradient(
    0, rows, rest, normOut, dFeatures, word(table, FINAL_SCALE), finalStatistics, rowsOf(last, D_OUT, r, C), C, 0,
  );
  sumNorm(from, to, table, normOut, dFeatures, finalStatistics, word(table, FINAL_SUMS));
  for (let layer = layers - 1; layer >= 0; layer--) {
    const block = table + (usize(WHOLE + layer * BLOCK_WORDS) << 2);
    const before = block - (usize(BLOCK_WORDS) << 2);
    const x = layer ? rowsOf(before, OUT, r, C) : rowsOf(table, X, r, C);
    const dx = layer ? rowsOf(before, D_OUT, r, C) : rowsOf(table, D_X, r, C);
    const dOut = rowsOf(block, D_OUT, r, C);
    const slope = rowsOf(block, SLOPE, r, F);
    const dHidden = rowsOf(block, D_HIDDEN, r, F);
    const dMiddle = rowsOf(block, D_MIDDLE, r, C);
    multiply(dOut, rows, C, word(block, NARROW_BACK), 0, dHidden, F, TIMES, slope);
    multiply(dHidden, rows, F, word(block, WIDEN_BACK), 0, dNormed, C, PLAIN, 0);
    const statistics2 = rowsOf(block, STATISTICS2, r, 2);
    const middle = rowsOf(block, MIDDLE, r, C);
    layerNormGradient(0, rows, rest, middle, dNormed, word(block, SCALE2), statistics2, dMiddle, C, dOut);
    sumNorm(from, to, table, middle, dNormed, statistics2, word(block, SUMS2));
    multiply(dMiddle, rows, C, word(block, MIX_BACK), 0, dNormed, C, PLAIN, 0);
    // As if it held the rows of all sequences.
    const dAttended = dNormed - ((usize(r) * usize(C)) << 2);
    for (let n = from; n < to; n++)
      for (let h: i32 = 0; h < H; h++)
        attendHeadGradient(
          n, h, rest, word(block, PROJECTION), word(block, PAST_KEYS), word(block, PAST_VALUES), word(table, FIRST),
          word(table, COS), word(table, SIN), dAttended, word(block, PROJECTION), T, P, H, D,
        );
    multiply(rowsOf(block, PROJECTION, r, 3 * C), rows, 3 * C, word(block, PROJECT_BACK), 0, dNormed, C, PLAIN, 0);
    const statistics1 = rowsOf(block, STATISTICS1, r, 2);
    layerNormGradient(0, rows, rest, x, dNormed, word(block, SCALE1), statistics1, dx, C, dMiddle);
    sumNorm(from, to, table, x, dNormed, statistics1, word(block, SUMS1));
  }
}

/** What each sequence adds to the gradients of a norm's scale and shift; x, dy and statistics begin with the first one's. */
function sumNorm(from: i32, to: i32, table: usize, x: usize, dy: usize, statistics: usize, sums: usize): void {
  const T = word(table, T_);
  const C = word(table, H_) * word(table, D_);
  const half = (usize(word(table, N_)) * usize(C)) << 2;
  const groups = (C + NORM_COLUMNS - 1) / NORM_COLUMNS;
  for (let n = from; n < to; n++) {
    const row = usize((n - from) * T);
    const at = row * (usize(C) << 2);
    const out = sums + ((usize(n) * usize(C)) << 2);
    layerNormParameterGradients(0, groups, 0, x + at, dy + at, statistics + (row << 3), out, out + half, T, C);
  }
}
