import { exp4, loadSome, max4, splat, storeSome, sum4 } from './vector';

/** Sum of `n` numbers, times `scale`: out[a] of x[a, n]. */
export function sumRows(from: i32, to: i32, scratch: usize, x: usize, out: usize, n: i32, scale: f32): void {
  const whole = n & ~3;
  for (let row = from; row < to; row++) {
    const at = x + ((usize(row) * usize(n)) << 2);
    let s0 = splat(0);
    let s1 = splat(0);
    let i: i32 = 0;
    for (; i + 8 <= whole; i += 8) {
      s0 = f32x4.add(s0, v128.load(at + (usize(i) << 2)));
      s1 = f32x4.add(s1, v128.load(at + (usize(i) << 2), 16));
    }
    if (i < whole) s0 = f32x4.add(s0, v128.load(at + (usize(i) << 2)));
    if (n & 3) s1 = f32x4.add(s1, loadSome(at + (usize(whole) << 2), n & 3));
    store<f32>(out + (usize(row) << 2), sum4(f32x4.add(s0, s1)) * scale);
  }
}

export function rowMaxima(from: i32, to: i32, scratch: usize, x: usize, out: usize, n: i32): void {
  const whole = n & ~3;
  for (let row = from; row < to; row++) {
    const at = x + ((usize(row) * usize(n)) << 2);
    store<f32>(out + (usize(row) << 2), maxOf(at, n, whole));
  }
}

// @ts-ignore: decorator
@inline
function maxOf(at: usize, n: i32, whole: i32): f32 {
  let most = splat(-Infinity as f32);
  for (let i: i32 = 0; i < whole; i += 4) most = f32x4.max(most, v128.load(at + (usize(i) << 2)));
  let result = max4(most);
  for (let i = whole; i < n; i++) result = max(result, load<f32>(at + (usize(i) << 2)));
  return result;
}

/** Columns of a unit of `sumColumns`: a cache line. */
const COLUMNS: i32 = 16;

/**
 * Sum over the middle axis, times `scale`: out[a, b] of x[a, n, b], for groups of 16 columns, of which each of the `a`
 * has ceil(b / 16).
 */
export function sumColumns(
  from: i32, to: i32, scratch: usize, x: usize, out: usize, n: i32, b: i32, scale: f32,
): void {
  const groups = (b + COLUMNS - 1) / COLUMNS;
  const stride = usize(b) << 2;
  for (let unit = from; unit < to; unit++) {
    const a = usize(unit / groups);
    let column = (unit % groups) * COLUMNS;
    const end = min(b, column + COLUMNS);
    if (column + COLUMNS <= b) {
      let at = x + ((a * usize(n) * usize(b) + usize(column)) << 2);
      let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
      for (let i: i32 = 0; i < n; i++) {
        s0 = f32x4.add(s0, v128.load(at));
        s1 = f32x4.add(s1, v128.load(at, 16));
        s2 = f32x4.add(s2, v128.load(at, 32));
        s3 = f32x4.add(s3, v128.load(at, 48));
        at += stride;
      }
      const target = out + ((a * usize(b) + usize(column)) << 2);
      v128.store(target, f32x4.mul(s0, splat(scale)));
      v128.store(target, f32x4.mul(s1, splat(scale)), 16);
      v128.store(target, f32x4.mul(s2, splat(scale)), 32);
      v128.store(target, f32x4.mul(s3, splat(scale)), 48);
      continue;
    }
    for (; column < end; column += 4) {
      const count = min(end - column, 4);
      let at = x + ((a * usize(n) * usize(b) + usize(column)) << 2);
      let s = splat(0);
      for (let i: i32 = 0; i < n; i++) {
        s = f32x4.add(s, count == 4 ? v128.load(at) : loadSome(at, count));
        at += stride;
      }
      s = f32x4.mul(s, splat(scale));
      const target = out + ((a * usize(b) + usize(column)) << 2);
      if (count == 4) v128.store(target, s);
      else storeSome(target, s, count);
    }
  }
}

/** Each row's softmax. */
export function softmaxRows(from: i32, to: i32, scratch: usize, x: usize, out: usize, n: i32): void {
  const whole = n & ~3;
  const left = n & 3;
  const tail = usize(whole) << 2;
  for (let row = from; row < to; row++) {
    const offset = (usize(row) * usize(n)) << 2;
    const source = x + offset;
    const target = out + offset;
    const most = splat(maxOf(source, n, whole));
    let sums = splat(0);
    for (let i: usize = 0; i < tail; i += 16) {
      const e = exp4(f32x4.sub(v128.load(source + i), most));
      v128.store(target + i, e);
      sums = f32x4.add(sums, e);
    }
    let total = sum4(sums);
    if (left) {
      const e = exp4(f32x4.sub(loadSome(source + tail, left), most));
      storeSome(target + tail, e, left);
      for (let i: i32 = 0; i < left; i++) total += load<f32>(target + tail + (usize(i) << 2));
    }
    const scale = splat(1 / total);
    for (let i: usize = 0; i < tail; i += 16) v128.store(target + i, f32x4.mul(v128.load(target + i), scale));
    if (left) storeSome(target + tail, f32x4.mul(loadSome(target + tail, left), scale), left);
  }
}
