import { packRows } from './matmul';
import { multiplyPanel, PANEL, storeUpTo } from './tile';
import { expDown4, fma, max4, splat, sum4 } from './vector';

// Causal attention within episodes, one head of one sequence at a time, straight from the projection [N * T, 3C] and
// the cache [N, H, P, D]. S = P + T steps are seen, of which step t sees first[t] to P + t. Steps come in panels of 16.

/** Steps whose weights are there at one time on the way back. */
const BLOCK: i32 = 64;

/** S in whole panels. */
// @ts-ignore: decorator
@inline
function wholePanels(steps: i32): i32 {
  return (steps + PANEL - 1) & ~(PANEL - 1);
}

/** Copies a row of D, turned to its position and scaled; `sign` -1 turns it back. */
// @ts-ignore: decorator
@inline
function turn(x: usize, out: usize, cos: usize, sin: usize, D: i32, sign: f32, scale: f32): void {
  const half = D >> 1;
  const whole = half & ~3;
  let i: i32 = 0;
  for (; i < whole; i += 4) {
    const at = usize(i) << 2;
    const far = usize(half + i) << 2;
    const a = v128.load(x + at);
    const b = v128.load(x + far);
    const c = f32x4.mul(v128.load(cos + at), splat(scale));
    const d = f32x4.mul(v128.load(sin + at), splat(sign * scale));
    v128.store(out + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, d)));
    v128.store(out + far, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, d)));
  }
  for (; i < half; i++) {
    const a = load<f32>(x + (usize(i) << 2));
    const b = load<f32>(x + (usize(half + i) << 2));
    const c = load<f32>(cos + (usize(i) << 2)) * scale;
    const d = load<f32>(sin + (usize(i) << 2)) * sign * scale;
    store<f32>(out + (usize(i) << 2), a * c - b * d);
    store<f32>(out + (usize(half + i) << 2), b * c + a * d);
  }
}

// @ts-ignore: decorator
@inline
function copyRow(x: usize, out: usize, D: i32): void {
  if (D & 3) {
    memory.copy(out, x, usize(D) << 2);
    return;
  }
  for (let d: usize = 0; d < usize(D) << 2; d += 16) v128.store(out + d, v128.load(x + d));
}

/** The oldest step that any of a sequence's T sees, in whole panels. */
// @ts-ignore: decorator
@inline
function oldestPanel(first: usize, T: i32): i32 {
  let oldest = load<i32>(first);
  for (let t: i32 = 1; t < T; t++) oldest = min(oldest, load<i32>(first + (usize(t) << 2)));
  return oldest & ~(PANEL - 1);
}

/** Softmax of the steps `first` to `last`, in place, and 0 in the rest of the panels from `begin` to `end`. */
// @ts-ignore: decorator
@inline
function softmax(weights: usize, first: i32, last: i32, begin: i32, end: i32): void {
  const lanes = i32x4(0, 1, 2, 3);
  const oldest = i32x4.splat(first);
  const newest = i32x4.splat(last);
  let most = splat(-1e30);
  for (let s = begin; s < end; s += 4) {
    const steps = i32x4.add(i32x4.splat(s), lanes);
    const inside = v128.and(i32x4.ge_s(steps, oldest), i32x4.le_s(steps, newest));
    const v = v128.bitselect(v128.load(weights + (usize(s) << 2)), splat(-1e30), inside);
    v128.store(weights + (usize(s) << 2), v);
    most = f32x4.max(most, v);
  }
  const top = splat(max4(most));
  let sums = splat(0);
  for (let s = begin; s < end; s += 4) {
    const v = v128.load(weights + (usize(s) << 2));
    const e = v128.and(expDown4(f32x4.sub(v, top)), f32x4.gt(v, splat(-1e30)));
    v128.store(weights + (usize(s) << 2), e);
    sums = f32x4.add(sums, e);
  }
  const scale = splat(1 / sum4(sums));
  for (let s = begin; s < end; s += 4)
    v128.store(weights + (usize(s) << 2), f32x4.mul(v128.load(weights + (usize(s) << 2)), scale));
}

/** All keys from step `base` on, turned, and all values, [S, D] each; what fills the last panel is 0. */
// @ts-ignore: decorator
@inline
function gather(
  projection: usize, pastKeys: usize, pastValues: usize, cos: usize, sin: usize, keys: usize, values: usize,
  base: i32, n: i32, h: i32, T: i32, P: i32, H: i32, D: i32,
): void {
  const C = H * D;
  const S = P + T;
  const size = usize(D) << 2;
  for (let s = base; s < S; s++) {
    const isPast = s < P;
    const row = usize(n * T + s - P) * usize(3 * C) + usize(h * D);
    const past = usize((n * H + h) * P + s) * usize(D);
    const key = isPast ? pastKeys + (past << 2) : projection + ((row + C) << 2);
    const value = isPast ? pastValues + (past << 2) : projection + ((row + 2 * C) << 2);
    const table = usize(s * (D >> 1)) << 2;
    turn(key, keys + usize(s) * size, cos + table, sin + table, D, 1, 1);
    copyRow(value, values + usize(s) * size, D);
  }
  const rest = usize(wholePanels(S) - S) * size;
  memory.fill(keys + usize(S) * size, 0, rest);
  memory.fill(values + usize(S) * size, 0, rest);
}

/** Panels [D, 16] of rows [S, D] from step `base` on. */
// @ts-ignore: decorator
@inline
function panelsOf(x: usize, panels: usize, base: i32, S: i32, D: i32): void {
  for (let s = base; s < S; s += PANEL) {
    const at = usize(s * D) << 2;
    packRows(x + at, usize(D) << 2, D, PANEL, panels + at);
  }
}

/** `attendHead` for a sequence of one step, which needs no panels: each key is turned as it is multiplied. */
export function attendStep(
  n: i32, h: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, out: usize, P: i32, H: i32, D: i32,
): void {
  const C = H * D;
  const size = usize(D) << 2;
  const half = D >> 1;
  const whole = half & ~3;
  const far = usize(half) << 2;
  const q = scratch;
  const weights = scratch + usize(wholePanels(D)) * 4;
  const x = projection + ((usize(n) * usize(3 * C) + usize(h * D)) << 2);
  const past = usize((n * H + h) * P) * size;
  const oldest = load<i32>(first + (usize(n) << 2));
  const table = usize(P * half) << 2;
  turn(x, q, cos + table, sin + table, D, 1, 1 / sqrt<f32>(f32(D)));
  for (let s = oldest; s <= P; s++) {
    const key = s < P ? pastKeys + past + usize(s) * size : x + (usize(C) << 2);
    const c = cos + (usize(s * half) << 2);
    const d = sin + (usize(s * half) << 2);
    let sums0 = splat(0);
    let sums1 = splat(0);
    let i: i32 = 0;
    // (k1 c - k2 s) q1 + (k2 c + k1 s) q2
    for (; i < whole; i += 4) {
      const at = usize(i) << 2;
      const q0 = v128.load(q + at);
      const q1 = v128.load(q + far + at);
      const cosines = v128.load(c + at);
      const sines = v128.load(d + at);
      sums0 = fma(v128.load(key + at), fma(sines, q1, f32x4.mul(cosines, q0)), sums0);
      sums1 = fma(v128.load(key + far + at), f32x4.sub(f32x4.mul(cosines, q1), f32x4.mul(sines, q0)), sums1);
    }
    let score = sum4(f32x4.add(sums0, sums1));
    for (; i < half; i++) {
      const at = usize(i) << 2;
      const q0 = load<f32>(q + at);
      const q1 = load<f32>(q + far + at);
      score += load<f32>(key + at) * (load<f32>(c + at) * q0 + load<f32>(d + at) * q1);
      score += load<f32>(key + far + at) * (load<f32>(c + at) * q1 - load<f32>(d + at) * q0);
    }
    store<f32>(weights + (usize(s) << 2), score);
  }
  softmax(weights, oldest, P, oldest & ~3, (P + 4) & ~3);
  const y = out + ((usize(n) * usize(C) + usize(h * D)) << 2);
  const newest = x + (usize(2 * C) << 2);
  for (let d: i32 = 0; d < D; d += PANEL) {
    const at = usize(d) << 2;
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    for (let s = oldest; s <= P; s++) {
      const value = (s < P ? pastValues + past + usize(s) * size : newest) + at;
      const w = v128.load32_splat(weights + (usize(s) << 2));
      s0 = fma(w, v128.load(value), s0);
      s1 = fma(w, v128.load(value, 16), s1);
      s2 = fma(w, v128.load(value, 32), s2);
      s3 = fma(w, v128.load(value, 48), s3);
    }
    storeUpTo(y + at, s0, D - d);
    storeUpTo(y + at + 16, s1, D - d - 4);
    storeUpTo(y + at + 32, s2, D - d - 8);
    storeUpTo(y + at + 48, s3, D - d - 12);
  }
}

/** One head of one sequence. out [N * T, C]; cos, sin [S, D / 2]; first [N * T]. */
export function attendHead(
  n: i32, h: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
): void {
  const C = H * D;
  const S = P + T;
  const SP = wholePanels(S);
  const size = usize(D) << 2;
  const keys = scratch;
  const values = keys + usize(SP) * size;
  const panels = values + usize(SP) * size;
  const q = panels + usize(SP) * size;
  const weights = q + 2 * size;
  const weightsRow = usize(SP) << 2;
  const scale: f32 = 1 / sqrt<f32>(f32(D));
  const sees = first + (usize(n * T) << 2);
  const base = oldestPanel(sees, T);
  gather(projection, pastKeys, pastValues, cos, sin, keys, values, base, n, h, T, P, H, D);
  panelsOf(keys, panels, base, S, D);
  for (let t: i32 = 0; t < T; t += 2) {
    const rows = min(T - t, 2);
    for (let i: i32 = 0; i < rows; i++) {
      const table = usize((P + t + i) * (D >> 1)) << 2;
      const x = projection + ((usize(n * T + t + i) * usize(3 * C) + usize(h * D)) << 2);
      turn(x, q + usize(i) * size, cos + table, sin + table, D, 1, scale);
    }
    const oldest0 = load<i32>(sees + (usize(t) << 2));
    const oldest1 = rows == 2 ? load<i32>(sees + (usize(t) << 2), 4) : oldest0;
    const newest = P + t + rows - 1;
    const begin = min(oldest0, oldest1) & ~(PANEL - 1);
    const end = wholePanels(newest + 1);
    const second = rows == 2;
    for (let s = begin; s < end; s += PANEL) {
      const y = weights + (usize(s) << 2);
      multiplyPanel(q, size, 4, rows, panels + usize(s) * size, PANEL << 2, D, y, weightsRow, PANEL, 0, 0);
    }
    softmax(weights, oldest0, P + t, begin, end);
    if (second) softmax(weights + weightsRow, oldest1, newest, begin, end);
    const w = weights + (usize(begin) << 2);
    const y = out + ((usize(n * T + t) * usize(C) + usize(h * D)) << 2);
    for (let d: i32 = 0; d < D; d += PANEL) {
      const at = usize(d) << 2;
      const value = values + usize(begin) * size + at;
      multiplyPanel(w, weightsRow, 4, rows, value, size, newest + 1 - begin, y + at, usize(C) << 2, D - d, 0, 0);
    }
  }
}

/**
 * The gradient of one head of one sequence for its part of the projection, [N * T, 3C], which may take the projection's
 * own place. No gradient goes into the cache.
 */
export function attendHeadGradient(
  n: i32, h: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, dy: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
): void {
  const C = H * D;
  const S = P + T;
  const SP = wholePanels(S);
  const size = usize(D) << 2;
  const block = usize(SP) * size;
  const keys = scratch;
  const values = keys + block;
  const keyPanels = values + block;
  const valuePanels = keyPanels + block;
  const q = valuePanels + block;
  const dKeys = q + usize(T) * size;
  const dValues = dKeys + usize(T) * size;
  const dQuery = dValues + usize(T) * size;
  const weights = dQuery + 4 * size;
  const weightsRow = usize(SP) << 2;
  const dWeights = weights + usize(BLOCK) * weightsRow;
  const scale: f32 = 1 / sqrt<f32>(f32(D));
  const sees = first + (usize(n * T) << 2);
  const base = oldestPanel(sees, T);
  const dyRow = usize(C) << 2;
  const dys = dy + ((usize(n * T) * usize(C) + usize(h * D)) << 2);
  const row = usize(3 * C) << 2;
  const place = (usize(n * T) * usize(3 * C) + usize(h * D)) << 2;
  gather(projection, pastKeys, pastValues, cos, sin, keys, values, base, n, h, T, P, H, D);
  panelsOf(keys, keyPanels, base, S, D);
  panelsOf(values, valuePanels, base, S, D);
  for (let t: i32 = 0; t < T; t++) {
    const table = usize((P + t) * (D >> 1)) << 2;
    turn(projection + place + usize(t) * row, q + usize(t) * size, cos + table, sin + table, D, 1, scale);
  }
  memory.fill(dKeys, 0, 2 * usize(T) * size);
  for (let from: i32 = 0; from < T; from += BLOCK) {
    const to = min(T, from + BLOCK);
    memory.fill(weights, 0, usize(to - from) * weightsRow);
    memory.fill(dWeights, 0, usize(to - from) * weightsRow);
    for (let t = from; t < to; t += 2) {
      const rows = min(to - t, 2);
      const second = rows == 2;
      const oldest0 = load<i32>(sees + (usize(t) << 2));
      const oldest1 = second ? load<i32>(sees + (usize(t) << 2), 4) : oldest0;
      const newest = second ? P + t + 1 : P + t;
      const begin = min(oldest0, oldest1) & ~(PANEL - 1);
      const end = wholePanels(newest + 1);
      const w0 = weights + usize(t - from) * weightsRow;
      const d0 = dWeights + usize(t - from) * weightsRow;
      const x = q + usize(t) * size;
      const g = dys + usize(t) * dyRow;
      for (let s = begin; s < end; s += PANEL) {
        const at = usize(s) << 2;
        const panel = usize(s) * size;
        multiplyPanel(x, size, 4, rows, keyPanels + panel, PANEL << 2, D, w0 + at, weightsRow, PANEL, 0, 0);
        multiplyPanel(g, dyRow, 4, rows, valuePanels + panel, PANEL << 2, D, d0 + at, weightsRow, PANEL, 0, 0);
      }
      softmax(w0, oldest0, P + t, begin, end);
      softmaxGradient(w0, d0, begin, end);
      if (second) {
        softmax(w0 + weightsRow, oldest1, newest, begin, end);
        softmaxGradient(w0 + weightsRow, d0 + weightsRow, begin, end);
      }
      const from0 = d0 + (usize(begin) << 2);
      for (let d: i32 = 0; d < D; d += PANEL) {
        const at = usize(d) << 2;
        const key = keys + usize(begin) * size + at;
        multiplyPanel(from0, weightsRow, 4, rows, key, size, newest + 1 - begin, dQuery + at, size, D - d, 0, 0);
      }
      for (let i = t; i <= newest - P; i++) {
        const table = usize((P + i) * (D >> 1)) << 2;
        turn(dQuery + usize(i - t) * size, out + place + usize(i) * row, cos + table, sin + table, D, -1, scale);
      }
    }
    // What each new step gets from those of the block that see it: itself and later ones.
    for (let s: i32 = 0; s < to; s += 2) {
      const begin = max(s, from);
      const steps = min(to - s, 2);
      const at = usize(begin - from) * weightsRow + (usize(P + s) << 2);
      for (let d: i32 = 0; d < D; d += PANEL) {
        const shift = usize(d) << 2;
        const dKey = dKeys + usize(s) * size + shift;
        const dValue = dValues + usize(s) * size + shift;
        const query = q + usize(begin) * size + shift;
        const g = dys + usize(begin) * dyRow + shift;
        multiplyPanel(dWeights + at, 4, weightsRow, steps, query, size, to - begin, dKey, size, D - d, dKey, 0);
        multiplyPanel(weights + at, 4, weightsRow, steps, g, dyRow, to - begin, dValue, size, D - d, dValue, 0);
      }
    }
  }
  for (let t: i32 = 0; t < T; t++) {
    const table = usize((P + t) * (D >> 1)) << 2;
    const key = out + place + usize(t) * row + (usize(C) << 2);
    turn(dKeys + usize(t) * size, key, cos + table, sin + table, D, -1, 1);
    copyRow(dValues + usize(t) * size, key + (usize(C) << 2), D);
  }
}

/** d score = w (dw - sum of w dw), in place of dw. */
// @ts-ignore: decorator
@inline
function softmaxGradient(weights: usize, dWeights: usize, begin: i32, end: i32): void {
  let sums = splat(0);
  for (let s = begin; s < end; s += 4) {
    const at = usize(s) << 2;
    sums = fma(v128.load(weights + at), v128.load(dWeights + at), sums);
  }
  const along = splat(sum4(sums));
  for (let s = begin; s < end; s += 4) {
    const at = usize(s) << 2;
    v128.store(dWeights + at, f32x4.mul(v128.load(weights + at), f32x4.sub(v128.load(dWeights + at), along)));
  }
}

/** The last P of the cached and the new steps of a sequence's head: out [N, H, P, D]; `part` 1 for keys, 2 for values. */
export function remember(
  n: i32, h: i32, projection: usize, past: usize, out: usize, T: i32, P: i32, H: i32, D: i32, part: i32,
): void {
  const C = H * D;
  const size = usize(D) << 2;
  const unit = usize(n * H + h) * usize(P);
  const kept = max(P - T, 0);
  memory.copy(out + unit * size, past + (unit + usize(P - kept)) * size, usize(kept) * size);
  for (let p = kept; p < P; p++) {
    const t = T - P + p;
    const source = projection + ((usize(n * T + t) * usize(3 * C) + usize(part * C + h * D)) << 2);
    copyRow(source, out + (unit + usize(p)) * size, D);
  }
}

// The same as kernels of their own, for a Transformer whose blocks are not one kernel. Units: heads of all sequences.

/** out [N * T, C] */
export function episodicAttention(
  from: i32, to: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
): void {
  for (let unit = from; unit < to; unit++) {
    const n = unit / H;
    const h = unit % H;
    if (T == 1) attendStep(n, h, scratch, projection, pastKeys, pastValues, first, cos, sin, out, P, H, D);
    else attendHead(n, h, scratch, projection, pastKeys, pastValues, first, cos, sin, out, T, P, H, D);
  }
}

/** out [N * T, 3C], the gradient of the projection. */
export function episodicAttentionGradient(
  from: i32, to: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, dy: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
): void {
  for (let unit = from; unit < to; unit++)
    attendHeadGradient(
      unit / H, unit % H, scratch, projection, pastKeys, pastValues, first, cos, sin, dy, out, T, P, H, D,
    );
}

/** `remember` for keys and for values. */
export function episodicAttentionCache(
  from: i32, to: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, keys: usize, values: usize,
  T: i32, P: i32, H: i32, D: i32,
): void {
  for (let unit = from; unit < to; unit++) {
    remember(unit / H, unit % H, projection, pastKeys, keys, T, P, H, D, 1);
    remember(unit / H, unit % H, projection, pastValues, values, T, P, H, D, 2);
  }
}
