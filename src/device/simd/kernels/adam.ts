import { fma, loadSome, splat, storeSome, sum4 } from './vector';

/** Numbers that one unit of `sumSquares` adds up. */
const BLOCK: i32 = 4096;

/** Sums of squares of blocks of 4096 of `n` numbers, each into its own place. */
export function sumSquares(from: i32, to: i32, scratch: usize, x: usize, out: usize, n: i32): void {
  for (let unit = from; unit < to; unit++) {
    const first = unit * BLOCK;
    const count = min(n - first, BLOCK);
    const at = x + (usize(first) << 2);
    let s0 = splat(0);
    let s1 = splat(0);
    let i: i32 = 0;
    for (; i + 8 <= count; i += 8) {
      const a = v128.load(at + (usize(i) << 2));
      const b = v128.load(at + (usize(i) << 2), 16);
      s0 = fma(a, a, s0);
      s1 = fma(b, b, s1);
    }
    let sum = sum4(f32x4.add(s0, s1));
    for (; i < count; i++) {
      const v = load<f32>(at + (usize(i) << 2));
      sum += v * v;
    }
    store<f32>(out + (usize(unit) << 2), sum);
  }
}

/**
 * One step of Adam for `n` parameters, with a gradient scaled by `clip`. The moments, which need not begin at a whole
 * vector, are changed in place.
 */
export function adam(
  from: i32, to: i32, scratch: usize, n: i32, parameter: usize, gradient: usize, mean: usize, variance: usize,
  out: usize, clip: f32, beta1: f32, beta2: f32, rate: f32, varianceScale: f32, epsilon: f32,
): void {
  for (let unit = from; unit < to; unit++) {
    const i = usize(unit) << 4;
    const count = n - (unit << 2);
    const g = f32x4.mul(v128.load(gradient + i), splat(clip));
    const oldMean = count >= 4 ? v128.load(mean + i) : loadSome(mean + i, count);
    const oldVariance = count >= 4 ? v128.load(variance + i) : loadSome(variance + i, count);
    const m = f32x4.add(f32x4.mul(oldMean, splat(beta1)), f32x4.mul(g, splat(1 - beta1)));
    const v = f32x4.add(f32x4.mul(oldVariance, splat(beta2)), f32x4.mul(f32x4.mul(g, g), splat(1 - beta2)));
    if (count >= 4) {
      v128.store(mean + i, m);
      v128.store(variance + i, v);
    } else {
      storeSome(mean + i, m, count);
      storeSome(variance + i, v, count);
    }
    const deviation = f32x4.add(f32x4.sqrt(f32x4.mul(v, splat(varianceScale))), splat(epsilon));
    v128.store(out + i, f32x4.sub(v128.load(parameter + i), f32x4.mul(f32x4.div(m, deviation), splat(rate))));
  }
}
