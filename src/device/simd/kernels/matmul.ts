import { fma, splat, storeSome } from './vector';

/** Columns of a panel of B: with two rows of A its products fill the registers, and more of either would spill. */
const PANEL: i32 = 16;
/** Rows of a panel worked on at a time: 16 KiB, which stays in the first-level cache. */
const DEPTH: i32 = 256;

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
    let source = b + ((usize(panel / panels) * usize(batchStride) + usize(first) * usize(nStride)) << 2);
    let target = out + ((usize(panel) * usize(K * PANEL)) << 2);
    if (nStride == 1 && columns == PANEL) {
      for (let k: i32 = 0; k < K; k++) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
        v128.store(target, v128.load(source, 32), 32);
        v128.store(target, v128.load(source, 48), 48);
        source += usize(kStride) << 2;
        target += PANEL << 2;
      }
      continue;
    }
    for (let n: i32 = 0; n < PANEL; n++) {
      let at = target + (usize(n) << 2);
      let x = source + ((usize(n) * usize(nStride)) << 2);
      for (let k: i32 = 0; k < K; k++) {
        store<f32>(at, n < columns ? load<f32>(x) : 0);
        at += PANEL << 2;
        x += usize(kStride) << 2;
      }
    }
  }
}

const NONE: i32 = 0;
const RELU: i32 = 1;

/**
 * C = activation(A B + bias) for pairs of rows, numbered through all batches, of which each has ceil(M / 2). Element
 * [m, k] of A lies at m * mStride + k * kStride. B comes in panels, `panelStep` numbers apart, their rows `panelRow`
 * numbers apart: packed, or as it lies where a few rows of A would not repay packing. A bias of 0 is none; a batch
 * stride of 0 is one operand for all.
 */
export function matmulPairs(
  from: i32, to: i32, scratch: usize, a: usize, panels: usize, bias: usize, out: usize, M: i32, K: i32, N: i32,
  mStride: i32, kStride: i32, aBatch: i32, panelsBatch: i32, panelStep: i32, panelRow: i32, activation: i32,
): void {
  const pairs = (M + 1) >> 1;
  const panelCount = (N + PANEL - 1) / PANEL;
  let unit = from;
  while (unit < to) {
    const batch = unit / pairs;
    const firstPair = unit % pairs;
    const lastPair = min(pairs, firstPair + to - unit);
    const left = a + ((usize(batch) * usize(aBatch)) << 2);
    const right = panels + ((usize(batch) * usize(panelsBatch)) << 2);
    const product = out + ((usize(batch) * usize(M) * usize(N)) << 2);
    let k0: i32 = 0;
    do {
      const depth = min(K - k0, DEPTH);
      const isLast = k0 + depth >= K;
      for (let p: i32 = 0; p < panelCount; p++) {
        const panel = right + ((usize(p) * usize(panelStep) + usize(k0) * usize(panelRow)) << 2);
        const columns = min(N - p * PANEL, PANEL);
        for (let pair = firstPair; pair < lastPair; pair++) {
          const m = pair << 1;
          const x = left + ((usize(m) * usize(mStride) + usize(k0) * usize(kStride)) << 2);
          const y = product + ((usize(m) * usize(N) + usize(p * PANEL)) << 2);
          const second = m + 1 < M;
          tile(
            x, second ? x + (usize(mStride) << 2) : x, usize(kStride) << 2, panel, usize(panelRow) << 2, depth,
            y, second ? y + (usize(N) << 2) : 0, columns, k0 > 0,
            isLast && bias ? bias + (usize(p * PANEL) << 2) : 0, isLast ? activation : NONE,
          );
        }
      }
      k0 += depth;
    } while (k0 < K);
    unit += lastPair - firstPair;
  }
}

/** Two rows of A times a panel. `y1` is 0 where there is no second row. */
function tile(
  x0: usize, x1: usize, xStride: usize, panel: usize, panelRow: usize, depth: i32, y0: usize, y1: usize, columns: i32,
  accumulate: bool, bias: usize, activation: i32,
): void {
  let c00 = splat(0), c01 = splat(0), c02 = splat(0), c03 = splat(0);
  let c10 = splat(0), c11 = splat(0), c12 = splat(0), c13 = splat(0);
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
    x0 += xStride;
    x1 += xStride;
    panel += panelRow;
  }
  finish(y0, c00, c01, c02, c03, columns, accumulate, bias, activation);
  if (y1) finish(y1, c10, c11, c12, c13, columns, accumulate, bias, activation);
}

// @ts-ignore: decorator
@inline
function finish(
  y: usize, c0: v128, c1: v128, c2: v128, c3: v128, columns: i32, accumulate: bool, bias: usize, activation: i32,
): void {
  finishVector(y, c0, columns, accumulate, bias, activation);
  finishVector(y + 16, c1, columns - 4, accumulate, bias + 16, activation);
  finishVector(y + 32, c2, columns - 8, accumulate, bias + 32, activation);
  finishVector(y + 48, c3, columns - 12, accumulate, bias + 48, activation);
}

// @ts-ignore: decorator
@inline
function finishVector(y: usize, c: v128, count: i32, accumulate: bool, bias: usize, activation: i32): void {
  if (count <= 0) return;
  let v = c;
  if (accumulate) v = f32x4.add(v, v128.load(y));
  // Its own address is 0 where there is none.
  if (bias > 48) v = f32x4.add(v, v128.load(bias));
  if (activation == RELU) v = f32x4.pmax(v, splat(0));
  if (count >= 4) v128.store(y, v);
  else storeSome(y, v, count);
}
