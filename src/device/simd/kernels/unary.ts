import { exp4, log4, sigmoid4, softplus4, splat, tanh4 } from './vector';

// Elementwise kernels over whole vectors: blocks are padded, so that the last one may reach beyond the tensor.

const NEG: i32 = 0;
const ABS: i32 = 1;
const EXP: i32 = 2;
const LOG: i32 = 3;
const SQRT: i32 = 4;
const RSQRT: i32 = 5;
const SQUARE: i32 = 6;
const TANH: i32 = 7;
const SIGMOID: i32 = 8;
const RELU: i32 = 9;
const SOFTPLUS: i32 = 10;
const RECIPROCAL: i32 = 11;
const FLOOR: i32 = 12;
const CEIL: i32 = 13;

// @ts-ignore: decorator
@inline
function value(op: i32, x: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == ABS) return f32x4.abs(x);
  if (op == EXP) return exp4(x);
  if (op == LOG) return log4(x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RSQRT) return f32x4.div(splat(1), f32x4.sqrt(x));
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == TANH) return tanh4(x);
  if (op == SIGMOID) return sigmoid4(x);
  if (op == RELU) return f32x4.pmax(x, splat(0));
  if (op == SOFTPLUS) return softplus4(x);
  if (op == RECIPROCAL) return f32x4.div(splat(1), x);
  if (op == FLOOR) return f32x4.floor(x);
  return f32x4.ceil(x);
}

// @ts-ignore: decorator
@inline
function each(op: i32, from: i32, to: i32, x: usize, out: usize): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) v128.store(out + i, value(op, v128.load(x + i)));
}

export function neg(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(NEG, from, to, x, out);
}
export function abs_(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(ABS, from, to, x, out);
}
export function exp(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(EXP, from, to, x, out);
}
export function log(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(LOG, from, to, x, out);
}
export function sqrt_(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(SQRT, from, to, x, out);
}
export function rsqrt(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(RSQRT, from, to, x, out);
}
export function square(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(SQUARE, from, to, x, out);
}
export function tanh(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(TANH, from, to, x, out);
}
export function sigmoid(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(SIGMOID, from, to, x, out);
}
export function relu(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(RELU, from, to, x, out);
}
export function softplus(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(SOFTPLUS, from, to, x, out);
}
export function reciprocal(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(RECIPROCAL, from, to, x, out);
}
export function floor_(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(FLOOR, from, to, x, out);
}
export function ceil_(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  each(CEIL, from, to, x, out);
}

export function clip(from: i32, to: i32, scratch: usize, x: usize, out: usize, low: f32, high: f32): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16)
    v128.store(out + i, f32x4.pmin(f32x4.pmax(v128.load(x + i), splat(low)), splat(high)));
}

/** 1 where x > 0, `alpha` elsewhere. */
export function step(from: i32, to: i32, scratch: usize, x: usize, out: usize, alpha: f32): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) {
    const v = v128.load(x + i);
    const s = v128.bitselect(splat(1), splat(alpha), f32x4.gt(v, splat(0)));
    v128.store(out + i, v128.bitselect(s, v, f32x4.eq(v, v)));
  }
}

export function fill(from: i32, to: i32, scratch: usize, out: usize, value: f32): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) v128.store(out + i, splat(value));
}

export function intToFloat(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) v128.store(out + i, f32x4.convert_i32x4_s(v128.load(x + i)));
}

export function floatToInt(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) v128.store(out + i, i32x4.trunc_sat_f32x4_s(v128.load(x + i)));
}

/** Four bytes of 0 or 1 to four numbers. */
export function boolToFloat(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  for (let i = usize(from); i < usize(to); i++) {
    const v = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x + (i << 2))));
    v128.store(out + (i << 4), f32x4.convert_i32x4_s(v));
  }
}
