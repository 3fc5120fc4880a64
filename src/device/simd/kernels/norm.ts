import { fma, loadSome, sigmoid4, splat, storeSome, sum4 } from './vector';

/** Layer normalisation of rows of `n`; keeps each row's mean and inverse deviation in `statistics`. */
export function layerNorm(
  from: i32, to: i32, scratch: usize, x: usize, scale: usize, shift: usize, out: usize, statistics: usize, n: i32,
  epsilon: f32,
): void {
  const whole = n & ~3;
  const left = n & 3;
  const tail = usize(whole) << 2;
  for (let row = from; row < to; row++) {
    const source = x + ((usize(row) * usize(n)) << 2);
    const target = out + ((usize(row) * usize(n)) << 2);
    let sums = splat(0);
    for (let i: usize = 0; i < tail; i += 16) sums = f32x4.add(sums, v128.load(source + i));
    if (left) sums = f32x4.add(sums, loadSome(source + tail, left));
    const mean = sum4(sums) / f32(n);
    sums = splat(0);
    for (let i: usize = 0; i < tail; i += 16) {
      const centred = f32x4.sub(v128.load(source + i), splat(mean));
      sums = fma(centred, centred, sums);
    }
    let squares = sum4(sums);
    for (let i = whole; i < n; i++) {
      const centred = load<f32>(source + (usize(i) << 2)) - mean;
      squares += centred * centred;
    }
    const inverse: f32 = 1 / sqrt<f32>(squares / f32(n) + epsilon);
    for (let i: usize = 0; i < tail; i += 16) {
      const normalised = f32x4.mul(f32x4.sub(v128.load(source + i), splat(mean)), splat(inverse));
      v128.store(target + i, fma(normalised, v128.load(scale + i), v128.load(shift + i)));
    }
    if (left) {
      const normalised = f32x4.mul(f32x4.sub(loadSome(source + tail, left), splat(mean)), splat(inverse));
      storeSome(target + tail, fma(normalised, loadSome(scale + tail, left), loadSome(shift + tail, left)), left);
    }
    store<f32>(statistics + (usize(row) << 3), mean);
    store<f32>(statistics + (usize(row) << 3), inverse, 4);
  }
}

/** dx = (g - mean(g) - y mean(g y)) / deviation with g = dy scale and y the normalised row. */
export function layerNormGradient(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, scale: usize, statistics: usize, out: usize, n: i32,
): void {
  const whole = n & ~3;
  const left = n & 3;
  const tail = usize(whole) << 2;
  for (let row = from; row < to; row++) {
    const offset = (usize(row) * usize(n)) << 2;
    const mean = splat(load<f32>(statistics + (usize(row) << 3)));
    const inverse = splat(load<f32>(statistics + (usize(row) << 3), 4));
    let sums = splat(0);
    let products = splat(0);
    for (let i: usize = 0; i < tail; i += 16) {
      const g = f32x4.mul(v128.load(dy + offset + i), v128.load(scale + i));
      sums = f32x4.add(sums, g);
      products = fma(g, f32x4.mul(f32x4.sub(v128.load(x + offset + i), mean), inverse), products);
    }
    if (left) {
      const g = f32x4.mul(loadSome(dy + offset + tail, left), loadSome(scale + tail, left));
      sums = f32x4.add(sums, g);
      // Beyond the row g is 0, and so is its part of the product.
      products = fma(g, f32x4.mul(f32x4.sub(loadSome(x + offset + tail, left), mean), inverse), products);
    }
    const average = splat(sum4(sums) / f32(n));
    const along = splat(sum4(products) / f32(n));
    for (let i: usize = 0; i < tail; i += 16) {
      const g = f32x4.mul(v128.load(dy + offset + i), v128.load(scale + i));
      const y = f32x4.mul(f32x4.sub(v128.load(x + offset + i), mean), inverse);
      v128.store(out + offset + i, f32x4.mul(f32x4.sub(f32x4.sub(g, average), f32x4.mul(y, along)), inverse));
    }
    if (left) {
      const g = f32x4.mul(loadSome(dy + offset + tail, left), loadSome(scale + tail, left));
      const y = f32x4.mul(f32x4.sub(loadSome(x + offset + tail, left), mean), inverse);
      storeSome(
        out + offset + tail,
        f32x4.mul(f32x4.sub(f32x4.sub(g, average), f32x4.mul(y, along)), inverse),
        left,
      );
    }
  }
}

/** Sums of dy y and of dy over all rows, of the vectors `from` to `to` of the columns. */
export function layerNormParameterGradients(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, statistics: usize, dScale: usize, dShift: usize, rows: i32,
  n: i32,
): void {
  for (let unit = from; unit < to; unit++) {
    const column = unit << 2;
    const count = min(n - column, 4);
    const stride = usize(n) << 2;
    let at = usize(column) << 2;
    let products = splat(0);
    let sums = splat(0);
    for (let row: i32 = 0; row < rows; row++) {
      const mean = v128.load32_splat(statistics + (usize(row) << 3));
      const inverse = v128.load32_splat(statistics + (usize(row) << 3), 4);
      const g = count == 4 ? v128.load(dy + at) : loadSome(dy + at, count);
      const v = count == 4 ? v128.load(x + at) : loadSome(x + at, count);
      products = fma(g, f32x4.mul(f32x4.sub(v, mean), inverse), products);
      sums = f32x4.add(sums, g);
      at += stride;
    }
    const target = usize(column) << 2;
    if (count == 4) {
      v128.store(dScale + target, products);
      v128.store(dShift + target, sums);
    } else {
      storeSome(dScale + target, products, count);
      storeSome(dShift + target, sums, count);
    }
  }
}

/** 2 sqrt(2 / pi), and the weight of the cube in it. */
const GELU_SCALE: f32 = 1.5957691216057308;
const GELU_CUBIC: f32 = 0.044715;

// @ts-ignore: decorator
@inline
function gate(x: v128, square: v128): v128 {
  return sigmoid4(f32x4.mul(x, fma(square, splat(GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE))));
}

export function gelu(from: i32, to: i32, scratch: usize, x: usize, out: usize): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) {
    const v = v128.load(x + i);
    v128.store(out + i, f32x4.mul(v, gate(v, f32x4.mul(v, v))));
  }
}

export function geluGradient(from: i32, to: i32, scratch: usize, x: usize, dy: usize, out: usize): void {
  const end = usize(to) << 4;
  for (let i = usize(from) << 4; i < end; i += 16) {
    const v = v128.load(x + i);
    const square = f32x4.mul(v, v);
    const s = gate(v, square);
    const inner = fma(square, splat(3 * GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE));
    const slope = fma(f32x4.mul(v, inner), f32x4.sub(s, f32x4.mul(s, s)), s);
    v128.store(out + i, f32x4.mul(v128.load(dy + i), slope));
  }
}
