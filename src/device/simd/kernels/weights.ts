import { packColumns } from './matmul';
import { sumColumns } from './reduce';
import { multiplyPanel, PANEL, storeUpTo } from './tile';
import { splat } from './vector';

// Gradients of weights: sums over all rows, as a list of jobs that threads take one by one.

/** Rows of x and dy worked on at a time: panels of both stay in the first-level cache. */
const DEPTH: i32 = 128;
/** Most columns of x in a job. */
const MOST_COLUMNS: i32 = 64;

// Words of a job. Of a linear layer: x [rows, inputs] from a column on, of which `columns` are taken, dy [rows, outputs],
// that row of the weight's gradient, and the bias's or 0. A sum of the rows of x, [rows, outputs], goes to `weight`.
const IS_SUM: i32 = 0;
const ROWS: i32 = 1;
const X: i32 = 2;
const INPUTS: i32 = 3;
const COLUMNS: i32 = 4;
const DY: i32 = 5;
const OUTPUTS: i32 = 6;
const WEIGHT: i32 = 7;
const BIAS: i32 = 8;
const JOB_WORDS: i32 = 9;

// @ts-ignore: decorator
@inline
function word(job: usize, i: i32): i32 {
  return load<i32>(job + (usize(i) << 2));
}

/** Units: jobs. */
export function weightGradients(from: i32, to: i32, scratch: usize, jobs: usize): void {
  for (let unit = from; unit < to; unit++) {
    const job = jobs + (usize(unit * JOB_WORDS) << 2);
    const rows = word(job, ROWS);
    const outputs = word(job, OUTPUTS);
    if (word(job, IS_SUM)) {
      sumColumns(0, (outputs + PANEL - 1) / PANEL, scratch, word(job, X), word(job, WEIGHT), rows, outputs, 1);
    } else {
      linearWeights(
        scratch, word(job, X), usize(word(job, INPUTS)) << 2, word(job, COLUMNS), word(job, DY), outputs, rows,
        word(job, WEIGHT), word(job, BIAS),
      );
    }
  }
}

/** dWeight = x^T dy for up to 64 columns of x, and dBias, the sum of dy, unless its address is 0. */
function linearWeights(
  scratch: usize, x: usize, xStep: usize, columns: i32, dy: usize, N: i32, rows: i32, weight: usize, bias: usize,
): void {
  const dyPanel = scratch + ((usize(DEPTH) * MOST_COLUMNS) << 2);
  const dyStep = usize(N) << 2;
  let k: i32 = 0;
  do {
    const depth = min(rows - k, DEPTH);
    const xPanel = usize(depth * PANEL) << 2;
    for (let m: i32 = 0; m < columns; m += PANEL)
      packColumns(
        x + usize(k) * xStep + (usize(m) << 2), xStep, depth, min(PANEL, columns - m), scratch + usize(m / PANEL) * xPanel,
      );
    for (let n: i32 = 0; n < N; n += PANEL) {
      const at = usize(n) << 2;
      packColumns(dy + usize(k) * dyStep + at, dyStep, depth, min(PANEL, N - n), dyPanel);
      if (bias) sumPanel(dyPanel, depth, bias + at, N - n, k > 0);
      for (let m: i32 = 0; m < columns; m += PANEL) {
        const y = weight + usize(m) * dyStep + at;
        multiplyPanel(
          scratch + usize(m / PANEL) * xPanel, 4, PANEL << 2, min(PANEL, columns - m), dyPanel, PANEL << 2, depth, y, dyStep,
          N - n, k ? y : 0, 0,
        );
      }
    }
    k += DEPTH;
  } while (k < rows);
}

/** Sums of a panel's columns, on top of what is there where they go on. */
function sumPanel(panel: usize, depth: i32, out: usize, columns: i32, goesOn: bool): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  if (goesOn) {
    s0 = v128.load(out);
    s1 = v128.load(out, 16);
    s2 = v128.load(out, 32);
    s3 = v128.load(out, 48);
  }
  for (let k: i32 = 0; k < depth; k++) {
    s0 = f32x4.add(s0, v128.load(panel));
    s1 = f32x4.add(s1, v128.load(panel, 16));
    s2 = f32x4.add(s2, v128.load(panel, 32));
    s3 = f32x4.add(s3, v128.load(panel, 48));
    panel += PANEL << 2;
  }
  storeUpTo(out, s0, columns);
  storeUpTo(out + 16, s1, columns - 4);
  storeUpTo(out + 32, s2, columns - 8);
  storeUpTo(out + 48, s3, columns - 12);
}
