import { storeUpTo } from './tile';
import { fma, loadSome, splat, storeSome, sum4 } from './vector';

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

/** dx = (g - mean(g) - y mean(g y)) / deviation with g = dy scale and y the normalised row, on top of `plus` unless 0. */
export function layerNormGradient(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, scale: usize, statistics: usize, out: usize, n: i32,
  plus: usize,
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
      let dx = f32x4.mul(f32x4.sub(f32x4.sub(g, average), f32x4.mul(y, along)), inverse);
      if (plus) dx = f32x4.add(dx, v128.load(plus + offset + i));
      v128.store(out + offset + i, dx);
    }
    if (left) {
      const g = f32x4.mul(loadSome(dy + offset + tail, left), loadSome(scale + tail, left));
      const y = f32x4.mul(f32x4.sub(loadSome(x + offset + tail, left), mean), inverse);
      let dx = f32x4.mul(f32x4.sub(f32x4.sub(g, average), f32x4.mul(y, along)), inverse);
      if (plus) dx = f32x4.add(dx, loadSome(plus + offset + tail, left));
      storeSome(out + offset + tail, dx, left);
    }
  }
}

/** Columns of a unit of `layerNormParameterGradients`: a cache line. */
export const NORM_COLUMNS: i32 = 16;

/** Sums of dy y and of dy over all rows, of the groups `from` to `to` of 16 columns. */
export function layerNormParameterGradients(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, statistics: usize, dScale: usize, dShift: usize, rows: i32,
  n: i32,
): void {
  for (let unit = from; unit < to; unit++) {
    const end = min(n, (unit + 1) * NORM_COLUMNS);
    for (let column = unit * NORM_COLUMNS; column < end; column += 8) {
      const stride = usize(n) << 2;
      let at = usize(column) << 2;
      let products0 = splat(0), products1 = splat(0), sums0 = splat(0), sums1 = splat(0);
      for (let row: i32 = 0; row < rows; row++) {
        const mean = v128.load32_splat(statistics + (usize(row) << 3));
        const inverse = v128.load32_splat(statistics + (usize(row) << 3), 4);
        const g0 = v128.load(dy + at);
        const g1 = v128.load(dy + at, 16);
        products0 = fma(g0, f32x4.mul(f32x4.sub(v128.load(x + at), mean), inverse), products0);
        products1 = fma(g1, f32x4.mul(f32x4.sub(v128.load(x + at, 16), mean), inverse), products1);
        sums0 = f32x4.add(sums0, g0);
        sums1 = f32x4.add(sums1, g1);
        at += stride;
      }
      // Beyond the last column the sums are of numbers of the next row, and go nowhere.
      const target = usize(column) << 2;
      storeUpTo(dScale + target, products0, end - column);
      storeUpTo(dScale + target + 16, products1, end - column - 4);
      storeUpTo(dShift + target, sums0, end - column);
      storeUpTo(dShift + target + 16, sums1, end - column - 4);
    }
  }
}
