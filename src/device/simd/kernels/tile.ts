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
 * Two rows of A times a panel of B, [depth, 16], into `columns` numbers at y0 and y1.
 *
 * Element k of a row of A lies `xStep` bytes further than the one before, row k of the panel `panelStep`. The sums start
 * from 16 numbers of each of `start0` and `start1`, and of `bias` for both; 0 is none. `y1` is 0 where there is no
 * second row.
 */
export function tile(
  x0: usize, x1: usize, xStep: usize, panel: usize, panelStep: usize, depth: i32, y0: usize, y1: usize, columns: i32,
  start0: usize, start1: usize, bias: usize,
): void {
  let c00 = splat(0), c01 = splat(0), c02 = splat(0), c03 = splat(0);
  let c10 = splat(0), c11 = splat(0), c12 = splat(0), c13 = splat(0);
  if (bias) {
    c00 = c10 = v128.load(bias);
    c01 = c11 = v128.load(bias, 16);
    c02 = c12 = v128.load(bias, 32);
    c03 = c13 = v128.load(bias, 48);
  }
  if (start0) {
    c00 = f32x4.add(c00, v128.load(start0));
    c01 = f32x4.add(c01, v128.load(start0, 16));
    c02 = f32x4.add(c02, v128.load(start0, 32));
    c03 = f32x4.add(c03, v128.load(start0, 48));
    c10 = f32x4.add(c10, v128.load(start1));
    c11 = f32x4.add(c11, v128.load(start1, 16));
    c12 = f32x4.add(c12, v128.load(start1, 32));
    c13 = f32x4.add(c13, v128.load(start1, 48));
  }
  for (let k: i32 = 0; k < depth; k++) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    const b2 = v128.load(panel, 32);
    const b3 = v128.load(panel, 48);
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
    x0 += xStep;
    x1 += xStep;
    panel += panelStep;
  }
  if (columns >= PANEL) {
    v128.store(y0, c00);
    v128.store(y0, c01, 16);
    v128.store(y0, c02, 32);
    v128.store(y0, c03, 48);
    if (!y1) return;
    v128.store(y1, c10);
    v128.store(y1, c11, 16);
    v128.store(y1, c12, 32);
    v128.store(y1, c13, 48);
    return;
  }
  storeUpTo(y0, c00, columns);
  storeUpTo(y0 + 16, c01, columns - 4);
  storeUpTo(y0 + 32, c02, columns - 8);
  storeUpTo(y0 + 48, c03, columns - 12);
  if (!y1) return;
  storeUpTo(y1, c10, columns);
  storeUpTo(y1 + 16, c11, columns - 4);
  storeUpTo(y1 + 32, c12, columns - 8);
  storeUpTo(y1 + 48, c13, columns - 12);
}

/**
 * y = op(A B + bias) for `rows` rows, two at a time. Steps are in bytes: of A from row to row and from k to k, of B's
 * panels from one to the next and from row to row. `r` has the shape of y. A bias of 0 is none.
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
    let panel = panels + usize(k0) * panelStep;
    for (let n: i32 = 0; n < N; n += PANEL) {
      const columns = min(N - n, PANEL);
      const at = usize(n) << 2;
      const b = isFirst && bias ? bias + at : 0;
      let x = a + usize(k0) * kStep;
      let offset = at;
      for (let m: i32 = 0; m < rows; m += 2) {
        const second = m + 1 < rows;
        const y0 = y + offset;
        const y1 = second ? y0 + yStep : 0;
        const start = before ? before + offset : 0;
        tile(
          x, second ? x + mStep : x, kStep, panel, panelStep, depth, y0, y1, columns, start, second ? start + yStep : start, b,
        );
        if (isLast && op != PLAIN && op != PLUS) {
          finishRow(y0, columns, op, r + offset);
          if (second) finishRow(y1, columns, op, r + offset + yStep);
        }
        x += mStep << 1;
        offset += yStep << 1;
      }
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
