import { loadSome, splat, storeSome } from './vector';

const ADD: i32 = 0;
const SUB: i32 = 1;
const MUL: i32 = 2;
const DIV: i32 = 3;
const MAX: i32 = 4;
const MIN: i32 = 5;
const SQUARED_DIFFERENCE: i32 = 6;
const GREATER: i32 = 7;
const GREATER_EQUAL: i32 = 8;
const LESS: i32 = 9;
const LESS_EQUAL: i32 = 10;
const EQUAL: i32 = 11;
const NOT_EQUAL: i32 = 12;

/** A comparison's vector has all bits set where it holds. */
// @ts-ignore: decorator
@inline
function value(op: i32, a: v128, b: v128): v128 {
  if (op == ADD) return f32x4.add(a, b);
  if (op == SUB) return f32x4.sub(a, b);
  if (op == MUL) return f32x4.mul(a, b);
  if (op == DIV) return f32x4.div(a, b);
  if (op == MAX) return f32x4.max(a, b);
  if (op == MIN) return f32x4.min(a, b);
  if (op == SQUARED_DIFFERENCE) return f32x4.mul(f32x4.sub(a, b), f32x4.sub(a, b));
  if (op == GREATER) return f32x4.gt(a, b);
  if (op == GREATER_EQUAL) return f32x4.ge(a, b);
  if (op == LESS) return f32x4.lt(a, b);
  if (op == LESS_EQUAL) return f32x4.le(a, b);
  if (op == EQUAL) return f32x4.eq(a, b);
  return f32x4.ne(a, b);
}

// @ts-ignore: decorator
@inline
function put(op: i32, at: usize, v: v128): void {
  if (op < GREATER) {
    v128.store(at, v);
  } else {
    const bits = v128.and(v, i32x4.splat(1));
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(bits, bits), i16x8.splat(0));
    store<u32>(at, i32x4.extract_lane(bytes, 0));
  }
}

// @ts-ignore: decorator
@inline
function putSome(op: i32, at: usize, v: v128, count: i32): void {
  if (op < GREATER) {
    storeSome(at, v, count);
  } else {
    store<u8>(at, u8(i32x4.extract_lane(v, 0) & 1));
    if (count > 1) store<u8>(at, u8(i32x4.extract_lane(v, 1) & 1), 1);
    if (count > 2) store<u8>(at, u8(i32x4.extract_lane(v, 2) & 1), 2);
  }
}

/**
 * Rows `from` to `to` of the output, each `inner` long; a row's place in `a` and `b` follows from its index in three
 * dimensions [., d1, d2] and their strides, 0 where an operand is broadcast. `aInner`, `bInner`: 0 where an operand has
 * one number a row, which goes with all of the other's.
 */
// @ts-ignore: decorator
@inline
function rows(
  op: i32, from: i32, to: i32, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  const size: usize = op < GREATER ? 4 : 1;
  for (let row = from; row < to; row++) {
    const i2 = row % d2;
    const rest = row / d2;
    const i1 = rest % d1;
    const i0 = rest / d1;
    const x = a + (usize(i0 * a0 + i1 * a1 + i2 * a2) << 2);
    const y = b + (usize(i0 * b0 + i1 * b1 + i2 * b2) << 2);
    const z = out + usize(row) * usize(inner) * size;
    const whole = inner & ~3;
    const left = inner & 3;
    if (aInner && bInner) {
      for (let i: i32 = 0; i < whole; i += 4)
        put(op, z + usize(i) * size, value(op, v128.load(x + (usize(i) << 2)), v128.load(y + (usize(i) << 2))));
      if (left) {
        const at = usize(whole) << 2;
        putSome(op, z + usize(whole) * size, value(op, loadSome(x + at, left), loadSome(y + at, left)), left);
      }
    } else if (aInner) {
      const right = splat(load<f32>(y));
      for (let i: i32 = 0; i < whole; i += 4)
        put(op, z + usize(i) * size, value(op, v128.load(x + (usize(i) << 2)), right));
      if (left) putSome(op, z + usize(whole) * size, value(op, loadSome(x + (usize(whole) << 2), left), right), left);
    } else {
      const first = splat(load<f32>(x));
      for (let i: i32 = 0; i < whole; i += 4)
        put(op, z + usize(i) * size, value(op, first, v128.load(y + (usize(i) << 2))));
      if (left) putSome(op, z + usize(whole) * size, value(op, first, loadSome(y + (usize(whole) << 2), left)), left);
    }
  }
}

/** Whole vectors of padded blocks; `aInner`, `bInner` as above. */
// @ts-ignore: decorator
@inline
function flat(op: i32, from: i32, to: i32, a: usize, b: usize, out: usize, aInner: i32, bInner: i32): void {
  const size: usize = op < GREATER ? 16 : 4;
  if (aInner && bInner) {
    for (let i = usize(from); i < usize(to); i++)
      put(op, out + i * size, value(op, v128.load(a + (i << 4)), v128.load(b + (i << 4))));
  } else if (aInner) {
    const right = splat(load<f32>(b));
    for (let i = usize(from); i < usize(to); i++) put(op, out + i * size, value(op, v128.load(a + (i << 4)), right));
  } else {
    const left = splat(load<f32>(a));
    for (let i = usize(from); i < usize(to); i++) put(op, out + i * size, value(op, left, v128.load(b + (i << 4))));
  }
}

export function addFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(ADD, from, to, a, b, out, aInner, bInner);
}
export function addRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(ADD, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function subFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(SUB, from, to, a, b, out, aInner, bInner);
}
export function subRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(SUB, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function mulFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(MUL, from, to, a, b, out, aInner, bInner);
}
export function mulRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(MUL, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function divFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(DIV, from, to, a, b, out, aInner, bInner);
}
export function divRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(DIV, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function maxFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(MAX, from, to, a, b, out, aInner, bInner);
}
export function maxRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(MAX, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function minFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(MIN, from, to, a, b, out, aInner, bInner);
}
export function minRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(MIN, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function squaredDifferenceFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(SQUARED_DIFFERENCE, from, to, a, b, out, aInner, bInner);
}
export function squaredDifferenceRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(SQUARED_DIFFERENCE, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function greaterFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(GREATER, from, to, a, b, out, aInner, bInner);
}
export function greaterRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(GREATER, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function greaterEqualFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(GREATER_EQUAL, from, to, a, b, out, aInner, bInner);
}
export function greaterEqualRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(GREATER_EQUAL, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function lessFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(LESS, from, to, a, b, out, aInner, bInner);
}
export function lessRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(LESS, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function lessEqualFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(LESS_EQUAL, from, to, a, b, out, aInner, bInner);
}
export function lessEqualRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(LESS_EQUAL, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function equalFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(EQUAL, from, to, a, b, out, aInner, bInner);
}
export function equalRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(EQUAL, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}

export function notEqualFlat(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, aInner: i32, bInner: i32,
): void {
  flat(NOT_EQUAL, from, to, a, b, out, aInner, bInner);
}
export function notEqualRows(
  from: i32, to: i32, scratch: usize, a: usize, b: usize, out: usize, inner: i32, aInner: i32, bInner: i32,
  d1: i32, d2: i32, a0: i32, a1: i32, a2: i32, b0: i32, b1: i32, b2: i32,
): void {
  rows(NOT_EQUAL, from, to, a, b, out, inner, aInner, bInner, d1, d2, a0, a1, a2, b0, b1, b2);
}
