/**
 * Rows of `inner` bytes from one strided array to another: row [i0, i1, i2] of [., d1, d2] lies at `source` plus the
 * s's and goes to `out` plus the o's, all in bytes.
 */
export function copyRows(
  from: i32, to: i32, scratch: usize, source: usize, out: usize, inner: i32, d1: i32, d2: i32,
  s0: i32, s1: i32, s2: i32, o0: i32, o1: i32, o2: i32,
): void {
  for (let row = from; row < to; row++) {
    const i2 = row % d2;
    const rest = row / d2;
    const i1 = rest % d1;
    const i0 = rest / d1;
    const x = source + usize(i0 * s0 + i1 * s1 + i2 * s2);
    const y = out + usize(i0 * o0 + i1 * o1 + i2 * o2);
    if (inner == 4) store<u32>(y, load<u32>(x));
    else if (inner & 15 || inner > 512) memory.copy(y, x, inner);
    else for (let i: usize = 0; i < usize(inner); i += 16) v128.store(y + i, v128.load(x + i));
  }
}

/** The last of a transposition's axes comes from elsewhere: rows of `n` numbers, `stride` bytes apart, put together. */
export function gatherColumns(
  from: i32, to: i32, scratch: usize, source: usize, out: usize, n: i32, stride: i32, d1: i32, d2: i32,
  s0: i32, s1: i32, s2: i32,
): void {
  for (let row = from; row < to; row++) {
    const i2 = row % d2;
    const rest = row / d2;
    const i1 = rest % d1;
    const i0 = rest / d1;
    let x = source + usize(i0 * s0 + i1 * s1 + i2 * s2);
    const y = out + ((usize(row) * usize(n)) << 2);
    for (let i: usize = 0; i < usize(n); i++) {
      store<u32>(y + (i << 2), load<u32>(x));
      x += stride;
    }
  }
}

/** Rows chosen by number: out[a, i, inner bytes] of source[a, count, inner bytes]. */
export function gatherRows(
  from: i32, to: i32, scratch: usize, source: usize, indices: usize, out: usize, chosen: i32, count: i32, inner: i32,
): void {
  for (let row = from; row < to; row++) {
    const index = load<i32>(indices + (usize(row % chosen) << 2));
    const x = source + usize((row / chosen) * count + index) * usize(inner);
    const y = out + usize(row) * usize(inner);
    if (inner == 16) v128.store(y, v128.load(x));
    else if (inner & 3 || inner > 64) memory.copy(y, x, inner);
    else for (let i: usize = 0; i < usize(inner); i += 4) store<u32>(y + i, load<u32>(x + i));
  }
}

/** Columns of a unit of `segmentSums`: a cache line. */
const COLUMNS: i32 = 16;

/**
 * Sums of the rows that carry the same number: out[id] of [segments, width] is the sum of all x[i] of [n, width] with
 * ids[i] = id; a number that is no segment's counts for none. Units are groups of 16 columns.
 */
export function segmentSums(
  from: i32, to: i32, scratch: usize, x: usize, ids: usize, out: usize, n: i32, segments: i32, width: i32,
): void {
  const row = usize(width) << 2;
  for (let unit = from; unit < to; unit++) {
    const first = unit * COLUMNS;
    const bytes = usize(min(COLUMNS, width - first)) << 2;
    const whole = bytes & ~15;
    const column = usize(first) << 2;
    for (let s: i32 = 0; s < segments; s++) memory.fill(out + usize(s) * row + column, 0, bytes);
    for (let i: i32 = 0; i < n; i++) {
      const id = load<i32>(ids + (usize(i) << 2));
      if (id < 0 || id >= segments) continue;
      const source = x + usize(i) * row + column;
      const sum = out + usize(id) * row + column;
      let at: usize = 0;
      for (; at < whole; at += 16) v128.store(sum + at, f32x4.add(v128.load(sum + at), v128.load(source + at)));
      for (; at < bytes; at += 4) store<f32>(sum + at, load<f32>(sum + at) + load<f32>(source + at));
    }
  }
}
