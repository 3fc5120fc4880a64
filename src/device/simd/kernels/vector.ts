// Four numbers at a time: the functions that all kernels are made of.

/** a b + c, rounded once where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** Sum of the four, always in the same order. */
// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

// @ts-ignore: decorator
@inline
export function max4(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/** The first `count` of four numbers, 1 to 3; the others are zero. */
// @ts-ignore: decorator
@inline
export function loadSome(at: usize, count: i32): v128 {
  let v = v128.load32_zero(at);
  if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(at, 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(at, 8));
  return v;
}

/** Stores the first `count` of four numbers, 1 to 3. */
// @ts-ignore: decorator
@inline
export function storeSome(at: usize, v: v128, count: i32): void {
  store<f32>(at, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
}

// The numbers that the functions below are made of lie in memory, from where one instruction spreads one over a vector.
// Written as literals, V8 would make each anew from three, in every round of a loop.
const ONE = memory.data<f32>([1]);
const TWO = memory.data<f32>([2]);
const HALF = memory.data<f32>([0.5]);
const LOG2_E = memory.data<f32>([1.44269504088896341]);
/** Adding it rounds to an integer and leaves that in the last bits. */
const ROUND = memory.data<f32>([12582912]);
const ROUND_BITS = memory.data<i32>([0x4b400000]);
/** ln 2 in two parts, of which the first has few bits, so that an integer times it is exact. */
const LN2_HIGH = memory.data<f32>([0.693359375]);
const LN2_LOW = memory.data<f32>([-2.12194440e-4]);
const MINUS_LN2_HIGH = memory.data<f32>([-0.693359375]);
const MINUS_LN2_LOW = memory.data<f32>([2.12194440e-4]);
const EXP_RANGE = memory.data<f32>([-104, 89]);
const EXP_DOWN_RANGE = memory.data<f32>([-87]);
const SIGMOID_RANGE = memory.data<f32>([88]);
const EXPONENT_BIAS = memory.data<i32>([127]);
const EXP = memory.data<f32>([
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);
const LOG = memory.data<f32>([
  7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);
const TANH = memory.data<f32>([-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1]);
const TANH_NEAR = memory.data<f32>([0.625]);

/** The number at an address, four times. */
// @ts-ignore: decorator
@inline
export function constant(at: usize): v128 {
  return v128.load32_splat(at);
}

/** 2^n of integers -126 to 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, constant(EXPONENT_BIAS)), 23);
}

/** e^x to 2 units in the last place: 2^n e^r with |r| <= ln(2) / 2; Cephes' polynomial. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // The p's are one instruction each, and leave NaN as it is.
  const clamped = f32x4.pmax(f32x4.pmin(x, constant(EXP_RANGE + 4)), constant(EXP_RANGE));
  const shifted = fma(clamped, constant(LOG2_E), constant(ROUND));
  const n = f32x4.sub(shifted, constant(ROUND));
  const p = expOfRest(clamped, n);
  // In two factors, since 2^n alone overflows where e^x does not.
  const whole = i32x4.sub(shifted, constant(ROUND_BITS));
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** `exp4` of numbers up to 0, as softmax has them; less than e^-87 becomes that. */
// @ts-ignore: decorator
@inline
export function expDown4(x: v128): v128 {
  return expWithin(f32x4.pmax(x, constant(EXP_DOWN_RANGE)));
}

/** e^x of numbers from -87 to 88. */
// @ts-ignore: decorator
@inline
function expWithin(x: v128): v128 {
  const shifted = fma(x, constant(LOG2_E), constant(ROUND));
  const n = f32x4.sub(shifted, constant(ROUND));
  return f32x4.mul(expOfRest(x, n), powerOfTwo(i32x4.sub(shifted, constant(ROUND_BITS))));
}

/** e^r of the rest r = x - n ln(2), |r| <= ln(2) / 2; pairs of terms, so that few wait for each other (Estrin). */
// @ts-ignore: decorator
@inline
function expOfRest(x: v128, n: v128): v128 {
  const r = fma(n, constant(MINUS_LN2_LOW), fma(n, constant(MINUS_LN2_HIGH), x));
  const square = f32x4.mul(r, r);
  const high = fma(constant(EXP), r, constant(EXP + 4));
  const middle = fma(constant(EXP + 8), r, constant(EXP + 12));
  const low = fma(constant(EXP + 16), r, constant(EXP + 20));
  const p = fma(fma(high, square, middle), square, low);
  return f32x4.add(fma(p, square, r), constant(ONE));
}

/** Natural logarithm; Cephes' polynomial around 1. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, tiny);
  let e = i32x4.sub(i32x4.shr_u(scaled, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(tiny, i32x4.splat(23)));
  // Mantissa in [0.5, 1), then in [sqrt(0.5), sqrt(2)) less 1.
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, splat(0.707106781186547524));
  e = i32x4.add(e, low);
  m = f32x4.sub(f32x4.add(m, v128.and(m, low)), constant(ONE));
  const n = f32x4.convert_i32x4_s(e);
  const square = f32x4.mul(m, m);
  let p = constant(LOG);
  p = fma(p, m, constant(LOG + 4));
  p = fma(p, m, constant(LOG + 8));
  p = fma(p, m, constant(LOG + 12));
  p = fma(p, m, constant(LOG + 16));
  p = fma(p, m, constant(LOG + 20));
  p = fma(p, m, constant(LOG + 24));
  p = fma(p, m, constant(LOG + 28));
  p = fma(p, m, constant(LOG + 32));
  let y = f32x4.mul(f32x4.mul(p, m), square);
  y = fma(n, constant(LN2_LOW), y);
  y = f32x4.sub(y, f32x4.mul(square, constant(HALF)));
  y = f32x4.add(f32x4.add(m, y), f32x4.mul(n, constant(LN2_HIGH)));
  y = v128.bitselect(x, y, f32x4.eq(x, splat(f32.MAX_VALUE * 2)));
  y = v128.bitselect(splat(-Infinity as f32), y, f32x4.eq(x, splat(0)));
  return v128.bitselect(y, splat(NaN as f32), f32x4.ge(x, splat(0)));
}

/** log(1 + u) for u >= 0, exact for small u too (Kahan). */
// @ts-ignore: decorator
@inline
function log1p4(u: v128): v128 {
  const w = f32x4.add(u, constant(ONE));
  const corrected = f32x4.div(f32x4.mul(log4(w), u), f32x4.sub(w, constant(ONE)));
  return v128.bitselect(u, corrected, f32x4.eq(w, constant(ONE)));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return sigmoidOfMinus4(f32x4.neg(x));
}

/** sigmoid(-x) */
// @ts-ignore: decorator
@inline
export function sigmoidOfMinus4(x: v128): v128 {
  // Beyond these bounds it is 0 or 1 to all digits but the smallest of all numbers.
  const clamped = f32x4.pmax(f32x4.pmin(x, constant(SIGMOID_RANGE)), constant(EXP_DOWN_RANGE));
  return f32x4.div(constant(ONE), f32x4.add(constant(ONE), expWithin(clamped)));
}

/** Cephes: a polynomial near 0, where the quotient would cancel. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = constant(TANH);
  p = fma(p, z, constant(TANH + 4));
  p = fma(p, z, constant(TANH + 8));
  p = fma(p, z, constant(TANH + 12));
  p = fma(p, z, constant(TANH + 16));
  const near = fma(f32x4.mul(p, z), x, x);
  const far = f32x4.sub(constant(ONE), f32x4.div(constant(TWO), f32x4.add(exp4(f32x4.add(x, x)), constant(ONE))));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), constant(TANH_NEAR)));
}

/** log(1 + e^x) */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}
