import { constant, fma, sigmoidOfMinus4, splat, storeSome } from './vector';

/** Columns of a panel: with two rows of A its products fill the registers, and more of either would spill. */
export const PANEL: i32 = 16;
/** Rows of a panel worked on at a time: 16 KiB, which leaves room beside it in the first-level cache. */
const DEPTH: i32 = 256;

/** What becomes of a product y: itself, max(y, 0), y + r, y r, or gelu(y) with its slope into r. */
export const PLAIN: i32 = 0;
export const RELU: i32 = 1;
export const PLUS: i32 = 2;
export const TIMES: i32 = 3;
export const GELU: i32 = 4;

// @ts-ignore: decorator
@inline
export function storeUpTo(at: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(at, v);
  else if (count > 0) storeSome(at, v, count);
}

/**
 * Rows of A times a panel of B, [depth, 16], two at a time, into the first `columns` of the panel's 16 of y.
 *
 * Steps are in bytes: of A from row to row and from k to k, of the panel from k to k, of y and `start` from row to row.
 * The sums start from 16 numbers of each row of `start`, and of `bias` for all; 0 is none.
 */
export function multiplyPanel(
  x: usize, mStep: usize, kStep: usize, rows: i32, panel: usize, panelStep: usize, depth: i32, y: usize, yStep: usize,
  columns: i32, start: usize, bias: usize,
): void {
  for (let m: i32 = 0; m < rows; m += 2) {
    let c00 = splat(0), c01 = splat(0), c02 = splat(0), c03 = splat(0);
    let c10 = splat(0), c11 = splat(0), c12 = splat(0), c13 = splat(0);
    const second = m + 1 < rows;
    if (bias) {
      c00 = c10 = v128.load(bias);
      c01 = c11 = v128.load(bias, 16);
      c02 = c12 = v128.load(bias, 32);
      c03 = c13 = v128.load(bias, 48);
    }
    if (start) {
      const next = second ? start + yStep : start;
      c00 = f32x4.add(c00, v128.load(start));
      c01 = f32x4.add(c01, v128.load(start, 16));
      c02 = f32x4.add(c02, v128.load(start, 32));
      c03 = f32x4.add(c03, v128.load(start, 48));
      c10 = f32x4.add(c10, v128.load(next));
      c11 = f32x4.add(c11, v128.load(next, 16));
      c12 = f32x4.add(c12, v128.load(next, 32));
      c13 = f32x4.add(c13, v128.load(next, 48));
      start += yStep << 1;
    }
    let x0 = x;
    let x1 = second ? x + mStep : x;
    let b = panel;
    for (let k: i32 = 0; k < depth; k++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const b2 = v128.load(b, 32);
      const b3 = v128.load(b, 48);
      const a0 = v128.load32_splat(x0);
      c00 = fma(a0, b0, c00);
      c01 = fma(a0, b1, c01);
      c02 = fma(a0, b2, c02);
      c03 = fma(a0, b3, c03);
      const a1 = v128.load32_splat(x1);
      c10 = fma(a1, b0, c10);
      c11 = fma(a1, b1, c11);
      c12 = fma(a1, b2, c12);
      c13 = fma(a1, b3, c13);
      x0 += kStep;
      x1 += kStep;
      b += panelStep;
    }
    x += mStep << 1;
    if (columns >= PANEL) {
      v128.store(y, c00);
      v128.store(y, c01, 16);
      v128.store(y, c02, 32);
      v128.store(y, c03, 48);
      y += yStep;
      if (!second) return;
      v128.store(y, c10);
      v128.store(y, c11, 16);
      v128.store(y, c12, 32);
      v128.store(y, c13, 48);
      y += yStep;
    } else {
      storeUpTo(y, c00, columns);
      storeUpTo(y + 16, c01, columns - 4);
      storeUpTo(y + 32, c02, columns - 8);
      storeUpTo(y + 48, c03, columns - 12);
      y += yStep;
      if (!second) return;
      storeUpTo(y, c10, columns);
      storeUpTo(y + 16, c11, columns - 4);
      storeUpTo(y + 32, c12, columns - 8);
      storeUpTo(y + 48, c13, columns - 12);
      y += yStep;
    }
  }
}

/**
 * y = op(A B + bias) for `rows` rows. Steps are in bytes: of A from row to row and from k to k, of B's panels from one to
 * the next and from row to row. `r` has the shape of y. A bias of 0 is none.
 */
export function multiplyRows(
  a: usize, mStep: usize, kStep: usize, rows: i32, K: i32, panels: usize, panelsStep: usize, panelStep: usize,
  bias: usize, y: usize, N: i32, op: i32, r: usize,
): void {
  const yStep = usize(N) << 2;
  let k0: i32 = 0;
  do {
    const depth = min(K - k0, DEPTH);
    const isLast = k0 + depth >= K;
    const isFirst = k0 == 0;
    // Where sums start: from what is to be added, then from what the depths before have left.
    const before = isFirst ? (op == PLUS ? r : 0) : y;
    const x = a + usize(k0) * kStep;
    let panel = panels + usize(k0) * panelStep;
    for (let n: i32 = 0; n < N; n += PANEL) {
      const at = usize(n) << 2;
      const start = before ? before + at : 0;
      const b = isFirst && bias ? bias + at : 0;
      multiplyPanel(x, mStep, kStep, rows, panel, panelStep, depth, y + at, yStep, N - n, start, b);
      if (isLast && op != PLAIN && op != PLUS)
        for (let m: i32 = 0; m < rows; m++) finishRow(y + at + usize(m) * yStep, N - n, op, r + at + usize(m) * yStep);
      panel += panelsStep;
    }
    k0 += depth;
  } while (k0 < K);
}

/** `op` on up to 16 numbers, which have just been stored. */
function finishRow(y: usize, columns: i32, op: i32, r: usize): void {
  const end = min(columns, PANEL);
  for (let n: i32 = 0; n < end; n += 4) {
    const at = usize(n) << 2;
    const v = v128.load(y + at);
    if (op == GELU) {
      const s = sigmoidOfMinus4(minusGeluArgument(v));
      const slope = geluSlope(v, s);
      storeUpTo(y + at, f32x4.mul(v, s), end - n);
      storeUpTo(r + at, slope, end - n);
    } else {
      storeUpTo(y + at, op == TIMES ? f32x4.mul(v, v128.load(r + at)) : f32x4.pmax(v, splat(0)), end - n);
    }
  }
}

/** 2 sqrt(2 / pi) and the same times 3 * 0.044715; less that, and less that times 0.044715. */
const GELU_SCALES = memory.data<f32>([1.5957691216057308, 0.21406444881780076, -1.5957691216057308, -0.07135481627260025]);

/** -u = -2 sqrt(2 / pi) (x + 0.044715 x^3): gelu(x) = x sigmoid(u) */
// @ts-ignore: decorator
@inline
function minusGeluArgument(x: v128): v128 {
  return f32x4.mul(x, fma(f32x4.mul(x, x), constant(GELU_SCALES + 12), constant(GELU_SCALES + 8)));
}

/** s + x s (1 - s) u' with s = sigmoid(u) */
// @ts-ignore: decorator
@inline
function geluSlope(x: v128, s: v128): v128 {
  const inner = f32x4.mul(x, fma(f32x4.mul(x, x), constant(GELU_SCALES + 4), constant(GELU_SCALES)));
  return fma(inner, f32x4.sub(s, f32x4.mul(s, s)), s);
}
