import { multiplyRows, PANEL } from './tile';

/**
 * Copies the panels `from` to `to` of B, each [K, 16], into `out`; missing columns are zero. Panels are numbered through
 * all batches; element [k, n] of a batch lies at k * kStride + n * nStride (in numbers).
 */
export function packPanels(
  from: i32, to: i32, scratch: usize, b: usize, out: usize, K: i32, N: i32,
  kStride: i32, nStride: i32, batchStride: i32,
): void {
  const panels = (N + PANEL - 1) / PANEL;
  for (let panel = from; panel < to; panel++) {
    const first = (panel % panels) * PANEL;
    const columns = min(N - first, PANEL);
    const source = b + ((usize(panel / panels) * usize(batchStride) + usize(first) * usize(nStride)) << 2);
    const target = out + ((usize(panel) * usize(K * PANEL)) << 2);
    if (nStride == 1) packColumns(source, usize(kStride) << 2, K, columns, target);
    else packRows(source, usize(nStride) << 2, K, columns, target);
  }
}

/** Numbers of a job of `packWeights`: source, target, K, N, kStride and nStride as `packPanels` takes them. */
const JOB_WORDS: i32 = 6;

/** `packPanels` for many matrices. Units: jobs. */
export function packWeights(from: i32, to: i32, scratch: usize, jobs: usize): void {
  for (let unit = from; unit < to; unit++) {
    const job = jobs + (usize(unit * JOB_WORDS) << 2);
    const K = load<i32>(job, 8);
    const N = load<i32>(job, 12);
    const panels = (N + PANEL - 1) / PANEL;
    packPanels(0, panels, scratch, load<i32>(job), load<i32>(job, 4), K, N, load<i32>(job, 16), load<i32>(job, 20), 0);
  }
}

/** A panel of neighbouring columns: rows of B as they lie, `step` bytes apart. */
export function packColumns(source: usize, step: usize, K: i32, columns: i32, target: usize): void {
  if (columns == PANEL) {
    for (let k: i32 = 0; k < K; k++) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      v128.store(target, v128.load(source, 32), 32);
      v128.store(target, v128.load(source, 48), 48);
      source += step;
      target += PANEL << 2;
    }
    return;
  }
  for (let k: i32 = 0; k < K; k++) {
    for (let n: i32 = 0; n < PANEL; n++)
      store<f32>(target + (usize(n) << 2), n < columns ? load<f32>(source + (usize(n) << 2)) : 0);
    source += step;
    target += PANEL << 2;
  }
}

/** A panel whose columns are rows of the source, `step` bytes apart and [K] each: a transposition. */
export function packRows(source: usize, step: usize, K: i32, columns: i32, target: usize): void {
  const whole = K & ~3;
  for (let n: i32 = 0; n < PANEL; n += 4) {
    const at = target + (usize(n) << 2);
    let k: i32 = 0;
    if (n + 4 <= columns) {
      const x = source + usize(n) * step;
      for (; k < whole; k += 4) transpose4(x + (usize(k) << 2), step, at + usize(k) * (PANEL << 2), PANEL << 2);
    }
    for (; k < K; k++)
      for (let i: i32 = 0; i < 4; i++) {
        const x = source + usize(n + i) * step + (usize(k) << 2);
        store<f32>(at + usize(k) * (PANEL << 2) + (usize(i) << 2), n + i < columns ? load<f32>(x) : 0);
      }
  }
}

/** Four rows of four numbers, `step` bytes apart, into columns, `targetStep` bytes from row to row. */
// @ts-ignore: decorator
@inline
export function transpose4(x: usize, step: usize, target: usize, targetStep: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const d = v128.load(x + 3 * step);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(target + targetStep, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(target + 2 * targetStep, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(target + 3 * targetStep, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/**
 * y = op(A B + bias) for pairs of rows, numbered through all batches, of which each has ceil(M / 2). Element [m, k] of A
 * lies at m * mStride + k * kStride. B comes in panels, `panelStep` numbers apart, their rows `panelRow` numbers apart:
 * packed, or as it lies where a few rows of A would not repay packing. A bias of 0 is none; a batch stride of 0 is one
 * operand for all. `r` has the shape of y.
 */
export function matmulPairs(
  from: i32, to: i32, scratch: usize, a: usize, panels: usize, bias: usize, out: usize, M: i32, K: i32, N: i32,
  mStride: i32, kStride: i32, aBatch: i32, panelsBatch: i32, panelStep: i32, panelRow: i32, op: i32, r: usize,
): void {
  const pairs = (M + 1) >> 1;
  let unit = from;
  while (unit < to) {
    const batch = usize(unit / pairs);
    const m = (unit % pairs) << 1;
    const last = min(M, m + ((to - unit) << 1));
    const row = ((batch * usize(M) + usize(m)) * usize(N)) << 2;
    multiplyRows(
      a + ((batch * usize(aBatch) + usize(m) * usize(mStride)) << 2), usize(mStride) << 2, usize(kStride) << 2, last - m,
      K, panels + ((batch * usize(panelsBatch)) << 2), usize(panelStep) << 2, usize(panelRow) << 2, bias, out + row, N,
      op, r + row,
    );
    unit += (last - m + 1) >> 1;
  }
}
