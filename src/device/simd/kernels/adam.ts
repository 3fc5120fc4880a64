import { fma, splat, sum4 } from './vector';

/** Words of a job: how many numbers, then where parameters, gradients, means and variances begin. */
const JOB_WORDS: i32 = 5;

/** Sums of squares of the gradients of each job, into a place for each. */
export function sumSquares(from: i32, to: i32, scratch: usize, jobs: usize, out: usize): void {
  for (let unit = from; unit < to; unit++) {
    const job = jobs + (usize(unit * JOB_WORDS) << 2);
    const count = load<i32>(job);
    const at: usize = load<i32>(job, 8);
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

/** One step of Adam for the parameters of each job, in place, with gradients scaled by `clip`. */
export function adam(
  from: i32, to: i32, scratch: usize, jobs: usize, clip: f32, beta1: f32, beta2: f32, rate: f32, varianceScale: f32,
  epsilon: f32,
): void {
  for (let unit = from; unit < to; unit++) {
    const job = jobs + (usize(unit * JOB_WORDS) << 2);
    const n = load<i32>(job);
    const parameter: usize = load<i32>(job, 4);
    const gradient: usize = load<i32>(job, 8);
    const mean: usize = load<i32>(job, 12);
    const variance: usize = load<i32>(job, 16);
    let k: i32 = 0;
    for (; k + 4 <= n; k += 4) {
      const i = usize(k) << 2;
      const g = f32x4.mul(v128.load(gradient + i), splat(clip));
      const m = f32x4.add(f32x4.mul(v128.load(mean + i), splat(beta1)), f32x4.mul(g, splat(1 - beta1)));
      const v = f32x4.add(f32x4.mul(v128.load(variance + i), splat(beta2)), f32x4.mul(f32x4.mul(g, g), splat(1 - beta2)));
      v128.store(mean + i, m);
      v128.store(variance + i, v);
      const deviation = f32x4.add(f32x4.sqrt(f32x4.mul(v, splat(varianceScale))), splat(epsilon));
      const change = f32x4.mul(f32x4.div(m, deviation), splat(rate));
      v128.store(parameter + i, f32x4.sub(v128.load(parameter + i), change));
    }
    for (; k < n; k++) {
      const i = usize(k) << 2;
      const g = load<f32>(gradient + i) * clip;
      const m = load<f32>(mean + i) * beta1 + g * (1 - beta1);
      const v = load<f32>(variance + i) * beta2 + g * g * (1 - beta2);
      store<f32>(mean + i, m);
      store<f32>(variance + i, v);
      const deviation = sqrt<f32>(v * varianceScale) + epsilon;
      store<f32>(parameter + i, load<f32>(parameter + i) - (m / deviation) * rate);
    }
  }
}
