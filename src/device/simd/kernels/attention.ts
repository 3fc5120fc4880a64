import { exp4, fma, max4, splat, sum4 } from './vector';

// Causal attention within episodes, one head of one sequence at a time, straight from the projection [N * T, 3C] and
// the cache [N, H, P, D]. S = P + T steps are seen, of which step t sees first[t] to P + t. In scratch memory, rows are
// padded to whole vectors: DP for D, SP for S.

// @ts-ignore: decorator
@inline
function vectorsUp(n: i32): i32 {
  return (n + 3) & ~3;
}

/** Copies row of D to one of DP, turned to its position; `sign` -1 turns it back. */
// @ts-ignore: decorator
@inline
function turn(x: usize, out: usize, cos: usize, sin: usize, D: i32, sign: f32): void {
  const half = D >> 1;
  if ((half & 3) == 0) {
    const s = splat(sign);
    for (let i: i32 = 0; i < half; i += 4) {
      const at = usize(i) << 2;
      const far = usize(half + i) << 2;
      const a = v128.load(x + at);
      const b = v128.load(x + far);
      const c = v128.load(cos + at);
      const d = f32x4.mul(v128.load(sin + at), s);
      v128.store(out + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, d)));
      v128.store(out + far, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, d)));
    }
    return;
  }
  for (let i: i32 = 0; i < half; i++) {
    const a = load<f32>(x + (usize(i) << 2));
    const b = load<f32>(x + (usize(half + i) << 2));
    const c = load<f32>(cos + (usize(i) << 2));
    const d = load<f32>(sin + (usize(i) << 2)) * sign;
    store<f32>(out + (usize(i) << 2), a * c - b * d);
    store<f32>(out + (usize(half + i) << 2), b * c + a * d);
  }
}

// @ts-ignore: decorator
@inline
function copyRow(x: usize, out: usize, D: i32): void {
  memory.copy(out, x, usize(D) << 2);
}

/** [S, DP] to [DP, SP]; what is beyond S stays as it is, and counts for nothing. */
// @ts-ignore: decorator
@inline
function transposed(x: usize, out: usize, S: i32, DP: i32, SP: i32): void {
  for (let s: i32 = 0; s < S; s += 4) {
    for (let d: i32 = 0; d < DP; d += 4) {
      const from = x + (usize(s * DP + d) << 2);
      const row = usize(DP) << 2;
      const a = v128.load(from);
      const b = v128.load(from + row);
      const c = v128.load(from + 2 * row);
      const e = v128.load(from + 3 * row);
      const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const ce0 = v128.shuffle<f32>(c, e, 0, 4, 1, 5);
      const ce1 = v128.shuffle<f32>(c, e, 2, 6, 3, 7);
      const to = out + (usize(d * SP + s) << 2);
      const column = usize(SP) << 2;
      v128.store(to, v128.shuffle<f32>(ab0, ce0, 0, 1, 4, 5));
      v128.store(to + column, v128.shuffle<f32>(ab0, ce0, 2, 3, 6, 7));
      v128.store(to + 2 * column, v128.shuffle<f32>(ab1, ce1, 0, 1, 4, 5));
      v128.store(to + 3 * column, v128.shuffle<f32>(ab1, ce1, 2, 3, 6, 7));
    }
  }
}

/** All keys, turned, and all values, [S, DP] each, of one head of one sequence. */
// @ts-ignore: decorator
@inline
function gather(
  projection: usize, pastKeys: usize, pastValues: usize, cos: usize, sin: usize, keys: usize, values: usize,
  n: i32, h: i32, T: i32, P: i32, H: i32, D: i32, DP: i32,
): void {
  const C = H * D;
  const half = D >> 1;
  for (let s: i32 = 0; s < P + T; s++) {
    const isPast = s < P;
    const row = usize(n * T + s - P) * usize(3 * C) + usize(h * D);
    const past = usize((n * H + h) * P + s) * usize(D);
    const key = isPast ? pastKeys + (past << 2) : projection + ((row + C) << 2);
    const value = isPast ? pastValues + (past << 2) : projection + ((row + 2 * C) << 2);
    const table = usize(s * half) << 2;
    turn(key, keys + (usize(s * DP) << 2), cos + table, sin + table, D, 1);
    copyRow(value, values + (usize(s * DP) << 2), D);
  }
}

/** weights[s] = q . k[s], a vector of four steps at a time; q is scaled already. */
// @ts-ignore: decorator
@inline
function products(q: usize, transposedKeys: usize, out: usize, begin: i32, end: i32, DP: i32, SP: i32): void {
  let s = begin;
  // Four sums at once, since each waits for its own last product.
  for (; s + 12 < end; s += 16) {
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    let at = transposedKeys + (usize(s) << 2);
    for (let d: i32 = 0; d < DP; d++) {
      const x = v128.load32_splat(q + (usize(d) << 2));
      s0 = fma(x, v128.load(at), s0);
      s1 = fma(x, v128.load(at, 16), s1);
      s2 = fma(x, v128.load(at, 32), s2);
      s3 = fma(x, v128.load(at, 48), s3);
      at += usize(SP) << 2;
    }
    v128.store(out + (usize(s) << 2), s0);
    v128.store(out + (usize(s) << 2), s1, 16);
    v128.store(out + (usize(s) << 2), s2, 32);
    v128.store(out + (usize(s) << 2), s3, 48);
  }
  for (; s < end; s += 4) {
    let sum = splat(0);
    let at = transposedKeys + (usize(s) << 2);
    for (let d: i32 = 0; d < DP; d++) {
      sum = fma(v128.load32_splat(q + (usize(d) << 2)), v128.load(at), sum);
      at += usize(SP) << 2;
    }
    v128.store(out + (usize(s) << 2), sum);
  }
}

/** Softmax of [first, last], in place; the rest of its vectors becomes 0. */
// @ts-ignore: decorator
@inline
function softmax(weights: usize, first: i32, last: i32): void {
  const begin = first & ~3;
  const end = vectorsUp(last + 1);
  const seen = i32x4(0, 1, 2, 3);
  let most = splat(-Infinity as f32);
  for (let s = begin; s < end; s += 4) {
    const steps = i32x4.add(i32x4.splat(s), seen);
    const inside = v128.and(i32x4.ge_s(steps, i32x4.splat(first)), i32x4.le_s(steps, i32x4.splat(last)));
    const v = v128.bitselect(v128.load(weights + (usize(s) << 2)), splat(-1e30), inside);
    v128.store(weights + (usize(s) << 2), v);
    most = f32x4.max(most, v);
  }
  const top = splat(max4(most));
  let sums = splat(0);
  for (let s = begin; s < end; s += 4) {
    const steps = i32x4.add(i32x4.splat(s), seen);
    const inside = v128.and(i32x4.ge_s(steps, i32x4.splat(first)), i32x4.le_s(steps, i32x4.splat(last)));
    const e = v128.and(exp4(f32x4.sub(v128.load(weights + (usize(s) << 2)), top)), inside);
    v128.store(weights + (usize(s) << 2), e);
    sums = f32x4.add(sums, e);
  }
  const scale = splat(1 / sum4(sums));
  for (let s = begin; s < end; s += 4)
    v128.store(weights + (usize(s) << 2), f32x4.mul(v128.load(weights + (usize(s) << 2)), scale));
}

/** out[d] = sum over s of weights[s] x[s, d] */
// @ts-ignore: decorator
@inline
function mixture(weights: usize, x: usize, out: usize, first: i32, last: i32, DP: i32): void {
  let d: i32 = 0;
  const row = usize(DP) << 2;
  for (; d + 16 <= DP; d += 16) {
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    let at = x + (usize(first * DP + d) << 2);
    for (let s = first; s <= last; s++) {
      const w = v128.load32_splat(weights + (usize(s) << 2));
      s0 = fma(w, v128.load(at), s0);
      s1 = fma(w, v128.load(at, 16), s1);
      s2 = fma(w, v128.load(at, 32), s2);
      s3 = fma(w, v128.load(at, 48), s3);
      at += row;
    }
    v128.store(out + (usize(d) << 2), s0);
    v128.store(out + (usize(d) << 2), s1, 16);
    v128.store(out + (usize(d) << 2), s2, 32);
    v128.store(out + (usize(d) << 2), s3, 48);
  }
  for (; d + 8 <= DP; d += 8) {
    let sum0 = splat(0);
    let sum1 = splat(0);
    let at = x + (usize(first * DP + d) << 2);
    for (let s = first; s <= last; s++) {
      const w = v128.load32_splat(weights + (usize(s) << 2));
      sum0 = fma(w, v128.load(at), sum0);
      sum1 = fma(w, v128.load(at, 16), sum1);
      at += row;
    }
    v128.store(out + (usize(d) << 2), sum0);
    v128.store(out + (usize(d) << 2), sum1, 16);
  }
  for (; d < DP; d += 4) {
    let sum = splat(0);
    let at = x + (usize(first * DP + d) << 2);
    for (let s = first; s <= last; s++) {
      sum = fma(v128.load32_splat(weights + (usize(s) << 2)), v128.load(at), sum);
      at += row;
    }
    v128.store(out + (usize(d) << 2), sum);
  }
}

// @ts-ignore: decorator
@inline
function scaleRow(x: usize, DP: i32, scale: f32): void {
  for (let d: i32 = 0; d < DP; d += 4)
    v128.store(x + (usize(d) << 2), f32x4.mul(v128.load(x + (usize(d) << 2)), splat(scale)));
}

/** Units: heads of sequences, n * H + h. out [N * T, C]. cos, sin [S, D / 2]; first [N * T]. */
export function attention(
  from: i32, to: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
): void {
  const C = H * D;
  const S = P + T;
  const DP = vectorsUp(D);
  const SP = vectorsUp(S);
  const block = usize(SP * DP) << 2;
  const keys = scratch;
  const values = keys + block;
  const across = values + block;
  const q = across + block;
  const weights = q + (usize(DP) << 2);
  const result = weights + (usize(SP) << 2);
  // What pads the rows must be finite: it is multiplied by 0.
  memory.fill(scratch, 0, 3 * block + (usize(2 * DP + SP) << 2));
  const scale: f32 = 1 / sqrt<f32>(f32(D));
  for (let unit = from; unit < to; unit++) {
    const n = unit / H;
    const h = unit % H;
    gather(projection, pastKeys, pastValues, cos, sin, keys, values, n, h, T, P, H, D, DP);
    transposed(keys, across, S, DP, SP);
    for (let t: i32 = 0; t < T; t++) {
      const row = n * T + t;
      const oldest = load<i32>(first + (usize(row) << 2));
      const newest = P + t;
      const table = usize(newest * (D >> 1)) << 2;
      turn(projection + ((usize(row) * usize(3 * C) + usize(h * D)) << 2), q, cos + table, sin + table, D, 1);
      scaleRow(q, DP, scale);
      products(q, across, weights, oldest & ~3, newest + 1, DP, SP);
      softmax(weights, oldest, newest);
      mixture(weights, values, result, oldest, newest, DP);
      copyRow(result, out + ((usize(row) * usize(C) + usize(h * D)) << 2), D);
    }
  }
}

/** Of the projection, [N * T, 3C]; no gradient goes into the cache. */
export function attentionGradient(
  from: i32, to: i32, scratch: usize, projection: usize, pastKeys: usize, pastValues: usize, first: usize,
  cos: usize, sin: usize, dy: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
): void {
  const C = H * D;
  const S = P + T;
  const DP = vectorsUp(D);
  const SP = vectorsUp(S);
  const block = usize(SP * DP) << 2;
  const keys = scratch;
  const values = keys + block;
  const acrossKeys = values + block;
  const acrossValues = acrossKeys + block;
  const dKeys = acrossValues + block;
  const dValues = dKeys + block;
  const q = dValues + block;
  const dRow = q + (usize(DP) << 2);
  const dQuery = dRow + (usize(DP) << 2);
  const weights = dQuery + (usize(DP) << 2);
  const dWeights = weights + (usize(SP) << 2);
  memory.fill(scratch, 0, 6 * block + (usize(3 * DP + 2 * SP) << 2));
  const scale: f32 = 1 / sqrt<f32>(f32(D));
  for (let unit = from; unit < to; unit++) {
    const n = unit / H;
    const h = unit % H;
    gather(projection, pastKeys, pastValues, cos, sin, keys, values, n, h, T, P, H, D, DP);
    transposed(keys, acrossKeys, S, DP, SP);
    transposed(values, acrossValues, S, DP, SP);
    memory.fill(dKeys, 0, 2 * block);
    for (let t: i32 = 0; t < T; t++) {
      const row = n * T + t;
      const oldest = load<i32>(first + (usize(row) << 2));
      const newest = P + t;
      const begin = oldest & ~3;
      const table = usize(newest * (D >> 1)) << 2;
      const place = (usize(row) * usize(3 * C) + usize(h * D)) << 2;
      turn(projection + place, q, cos + table, sin + table, D, 1);
      scaleRow(q, DP, scale);
      copyRow(dy + ((usize(row) * usize(C) + usize(h * D)) << 2), dRow, D);
      products(q, acrossKeys, weights, begin, newest + 1, DP, SP);
      softmax(weights, oldest, newest);
      products(dRow, acrossValues, dWeights, begin, newest + 1, DP, SP);
      // d score = w (dw - sum of w dw)
      let sums = splat(0);
      for (let s = begin; s <= newest; s += 4) {
        const at = usize(s) << 2;
        sums = fma(v128.load(weights + at), v128.load(dWeights + at), sums);
      }
      const along = splat(sum4(sums));
      for (let s = begin; s <= newest; s += 4) {
        const at = usize(s) << 2;
        v128.store(dWeights + at, f32x4.mul(v128.load(weights + at), f32x4.sub(v128.load(dWeights + at), along)));
      }
      mixture(dWeights, keys, dQuery, oldest, newest, DP);
      scaleRow(dQuery, DP, scale);
      turn(dQuery, out + place, cos + table, sin + table, D, -1);
      for (let s = max(oldest, P); s <= newest; s++) {
        const w = v128.load32_splat(weights + (usize(s) << 2));
        const g = v128.load32_splat(dWeights + (usize(s) << 2));
        const dKey = dKeys + (usize(s * DP) << 2);
        const dValue = dValues + (usize(s * DP) << 2);
        for (let d: usize = 0; d < usize(DP) << 2; d += 16) {
          v128.store(dKey + d, fma(g, v128.load(q + d), v128.load(dKey + d)));
          v128.store(dValue + d, fma(w, v128.load(dRow + d), v128.load(dValue + d)));
        }
      }
    }
    for (let t: i32 = 0; t < T; t++) {
      const s = P + t;
      const table = usize(s * (D >> 1)) << 2;
      const place = out + ((usize(n * T + t) * usize(3 * C) + usize(h * D)) << 2);
      turn(dKeys + (usize(s * DP) << 2), place + (usize(C) << 2), cos + table, sin + table, D, -1);
      copyRow(dValues + (usize(s * DP) << 2), place + (usize(2 * C) << 2), D);
    }
  }
}

/** The last P of the cached and the new steps: out [N, H, P, D]; `part` 1 for keys, 2 for values. */
export function attentionCache(
  from: i32, to: i32, scratch: usize, projection: usize, past: usize, out: usize, T: i32, P: i32, H: i32, D: i32,
  part: i32,
): void {
  const C = H * D;
  const size = usize(D) << 2;
  for (let unit = from; unit < to; unit++) {
    const n = unit / H;
    const h = unit % H;
    for (let p: i32 = 0; p < P; p++) {
      const s = p + T;
      const source =
        s < P
          ? past + usize(unit * P + s) * size
          : projection + ((usize(n * T + s - P) * usize(3 * C) + usize(part * C + h * D)) << 2);
      memory.copy(out + usize(unit * P + p) * size, source, size);
    }
  }
}
