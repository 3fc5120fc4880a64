import { storeUpTo } from './tile';
import { expDown4, fma, max4, splat, sum4 } from './vector';

// Tokens whose values and logits are sums of rows of tables, and what heads of a softmax make of them: agents/model/
// pooling.ts says what is computed, src/device/simd/tokens.ts lays out the table of words.

// Words of the table: sizes, then addresses.
const SIZE: i32 = 0;
const C_: i32 = 1;
const H_: i32 = 2;
const TOKENS: i32 = 3;
const GROUPS: i32 = 4;
const N_: i32 = 5;
const OBSERVATIONS: i32 = 6;
const OUT: i32 = 7;
const WEIGHTS: i32 = 8;
const COUNTS: i32 = 9;
/** Tokens made elsewhere, the last ones, and their values and logits. */
const MADE: i32 = 10;
const MADE_VALUES: i32 = 11;
const MADE_LOGITS: i32 = 12;
const DY: i32 = 13;
/** [N, H] the gradient's product with each head's share of the output. */
const ALONG: i32 = 14;
const D_MADE_VALUES: i32 = 15;
const D_MADE_LOGITS: i32 = 16;
/** The bits of what logits are multiplied by. */
const GAIN: i32 = 17;
const WHOLE: i32 = 18;

// Words of a group.
const OFFSET: i32 = 0;
const COUNT: i32 = 1;
const CHANNELS: i32 = 2;
/** The word from which on there are each channel's categories and first row; 0 for quantities. */
const CATEGORIES: i32 = 3;
const FIRST: i32 = 4;
/** The bits of what quantities are multiplied by. */
const SCALE: i32 = 5;
const OPTIONAL: i32 = 6;
const ROWS: i32 = 7;
const VALUES: i32 = 8;
const LOGITS: i32 = 9;
const D_VALUES: i32 = 10;
const D_LOGITS: i32 = 11;
const GROUP_WORDS: i32 = 12;

// @ts-ignore: decorator
@inline
function word(table: usize, i: i32): i32 {
  return load<i32>(table + (usize(i) << 2));
}

/** A row of a table that counts: its address, its factor, its token and where its logits lie. */
const ENTRY: usize = 16;
const FACTOR: usize = 4;
const TOKEN: usize = 8;
const LOGIT: usize = 12;

/** What a token that is not there has for a logit, and what is no token at all. */
const ABSENT: f32 = -1e9;
const NONE: f32 = -2e9;

/** Numbers of a head's row in scratch memory: whole vectors. */
// @ts-ignore: decorator
@inline
function padded(tokens: i32): i32 {
  return (tokens + 3) & ~3;
}

/**
 * Writes the entries of a token, whose numbers begin at `x`; returns their end. `values` and `logits` are its own part of
 * the tables.
 */
function readToken(
  table: usize, group: usize, x: usize, values: usize, logits: usize, token: i32, to: usize,
): usize {
  const C = word(table, C_);
  const H = word(table, H_);
  const channels = word(group, CHANNELS);
  const categories = word(group, CATEGORIES);
  const first = f32(word(group, FIRST));
  const scale = load<f32>(group + (SCALE << 2));
  for (let c: i32 = 0; c < channels; c++) {
    const number = load<f32>(x + (usize(c) << 2));
    let row = usize(c);
    let factor: f32 = 1;
    if (categories) {
      const category = number - first;
      const channel = table + (usize(categories + (c << 1)) << 2);
      if (!(category > -1 && category < f32(load<i32>(channel)))) continue;
      row = usize(load<i32>(channel, 4) + i32(category));
    } else {
      if (number == 0) continue;
      factor = number * scale;
    }
    store<i32>(to, i32(values + ((row * usize(C)) << 2)));
    store<f32>(to, factor, FACTOR);
    store<i32>(to, token, TOKEN);
    store<i32>(to, i32(logits + ((row * usize(H)) << 2)), LOGIT);
    to += ENTRY;
  }
  return to;
}

/** Units: observations. Scratch: logits [H, padded tokens], a factor for each entry, the entries. */
export function poolTokens(from: i32, to: i32, scratch: usize, table: usize): void {
  const H = word(table, H_);
  const stride = usize(padded(word(table, TOKENS))) << 2;
  const gain = load<f32>(table + (GAIN << 2));
  const factors = scratch + usize(H) * stride;
  const entries = factors + (usize(word(table, SIZE) + word(table, MADE)) << 2);
  for (let n = from; n < to; n++) {
    const end = readObservation(table, n, scratch, stride, entries);
    for (let entry = entries; entry < end; entry += ENTRY) {
      const factor = load<f32>(entry, FACTOR) * gain;
      let logit = scratch + (usize(load<i32>(entry, TOKEN)) << 2);
      const row: usize = load<i32>(entry, LOGIT);
      for (let h: usize = 0; h < usize(H); h++) {
        store<f32>(logit, load<f32>(logit) + factor * load<f32>(row + (h << 2)));
        logit += stride;
      }
    }
    for (let h: i32 = 0; h < H; h++) poolHead(table, n, h, scratch + usize(h) * stride, factors, entries, end);
  }
}

/** All entries of an observation, how many tokens it has, and logits of 0, or of absent tokens; returns the end. */
function readObservation(table: usize, n: i32, logits: usize, stride: usize, entries: usize): usize {
  const C = word(table, C_);
  const H = word(table, H_);
  const tokens = word(table, TOKENS);
  const made = word(table, MADE);
  const observation = usize(word(table, OBSERVATIONS)) + ((usize(n) * usize(word(table, SIZE))) << 2);
  memory.fill(logits, 0, usize(H) * stride);
  for (let token = tokens; token < padded(tokens); token++)
    for (let h: i32 = 0; h < H; h++) store<f32>(logits + usize(h) * stride + (usize(token) << 2), NONE);
  let token: i32 = 0;
  let present = tokens;
  let group = table + (WHOLE << 2);
  const groups = word(table, GROUPS);
  for (let g: i32 = 0; g < groups; g++) {
    const count = word(group, COUNT);
    const step = usize(word(group, CHANNELS)) << 2;
    const rows = usize(word(group, ROWS)) << 2;
    const optional = word(group, OPTIONAL);
    let x = observation + (usize(word(group, OFFSET)) << 2);
    let values: usize = word(group, VALUES);
    let rowLogits: usize = word(group, LOGITS);
    for (let i: i32 = 0; i < count; i++) {
      if (optional && !(load<f32>(x) > 0)) {
        present--;
        for (let h: i32 = 0; h < H; h++) store<f32>(logits + usize(h) * stride + (usize(token) << 2), ABSENT);
      } else {
        entries = readToken(table, group, x, values, rowLogits, token, entries);
      }
      token++;
      x += step;
      values += rows * usize(C);
      rowLogits += rows * usize(H);
    }
    group += GROUP_WORDS << 2;
  }
  store<f32>(usize(word(table, COUNTS)) + (usize(n) << 2), f32(present));
  for (let m: i32 = 0; m < made; m++) {
    const row = usize(n * made + m);
    store<i32>(entries, word(table, MADE_VALUES) + i32((row * usize(C)) << 2));
    store<f32>(entries, 1, FACTOR);
    store<i32>(entries, token++, TOKEN);
    store<i32>(entries, word(table, MADE_LOGITS) + i32((row * usize(H)) << 2), LOGIT);
    entries += ENTRY;
  }
  return entries;
}

/** A head's softmax, in place of its logits, and its columns of the output. */
function poolHead(table: usize, n: i32, h: i32, logits: usize, factors: usize, entries: usize, end: usize): void {
  const H = word(table, H_);
  const C = word(table, C_);
  const tokens = word(table, TOKENS);
  const bytes = usize(padded(tokens)) << 2;
  let most = v128.load(logits);
  for (let at: usize = 16; at < bytes; at += 16) most = f32x4.pmax(most, v128.load(logits + at));
  const peak = splat(max4(most));
  let sums = splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    // Nothing at all of what is absent, unless all is.
    const shifted = f32x4.sub(v128.load(logits + at), peak);
    const there = f32x4.gt(shifted, splat(ABSENT / 2));
    const e = v128.and(expDown4(shifted), there);
    v128.store(logits + at, e);
    sums = f32x4.add(sums, e);
  }
  const inverse: f32 = 1 / sum4(sums);
  const weights = usize(word(table, WEIGHTS)) + ((usize(n * H + h) * usize(tokens)) << 2);
  for (let i: usize = 0; i < usize(tokens); i++)
    store<f32>(weights + (i << 2), load<f32>(logits + (i << 2)) * inverse);
  const share = inverse * load<f32>(usize(word(table, COUNTS)) + (usize(n) << 2));
  let factor = factors;
  for (let entry = entries; entry < end; entry += ENTRY) {
    const weight = load<f32>(logits + (usize(load<i32>(entry, TOKEN)) << 2));
    store<f32>(factor, load<f32>(entry, FACTOR) * weight * share);
    factor += 4;
  }
  const D = C / H;
  const out = usize(word(table, OUT)) + ((usize(n) * usize(C) + usize(h * D)) << 2);
  for (let d: i32 = 0; d < D; d += 16)
    sumRows(factors, entries, end, usize(h * D + d) << 2, out + (usize(d) << 2), D - d);
}

/** The sum of up to 16 columns of the entries' rows, from `column` bytes on, times their factors. */
function sumRows(factors: usize, entries: usize, end: usize, column: usize, out: usize, columns: i32): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  for (let entry = entries; entry < end; entry += ENTRY) {
    const row = usize(load<i32>(entry)) + column;
    const factor = v128.load32_splat(factors);
    s0 = fma(factor, v128.load(row), s0);
    s1 = fma(factor, v128.load(row, 16), s1);
    s2 = fma(factor, v128.load(row, 32), s2);
    s3 = fma(factor, v128.load(row, 48), s3);
    factors += 4;
  }
  storeUpTo(out, s0, columns);
  storeUpTo(out + 16, s1, columns - 4);
  storeUpTo(out + 32, s2, columns - 8);
  storeUpTo(out + 48, s3, columns - 12);
}

/** The gradient times each head's share of the output. Units: observations. */
export function poolTokensAlong(from: i32, to: i32, scratch: usize, table: usize): void {
  const H = word(table, H_);
  const D = word(table, C_) / H;
  for (let row = from * H; row < to * H; row++) {
    const at = (usize(row) * usize(D)) << 2;
    const sum = dot(usize(word(table, OUT)) + at, usize(word(table, DY)) + at, D);
    store<f32>(usize(word(table, ALONG)) + (usize(row) << 2), sum);
  }
}

function dot(a: usize, b: usize, n: i32): f32 {
  let sums = splat(0);
  let i: i32 = 0;
  for (; i + 4 <= n; i += 4) {
    sums = fma(v128.load(a), v128.load(b), sums);
    a += 16;
    b += 16;
  }
  let sum = sum4(sums);
  for (; i < n; i++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/**
 * Gradients of the tables, and of tokens made elsewhere. A token's part of a table is its own, and so no two units add to
 * the same numbers. Units: tokens. Scratch: entries.
 */
export function poolTokensGradient(from: i32, to: i32, scratch: usize, table: usize): void {
  const groups = word(table, GROUPS);
  let group = table + (WHOLE << 2);
  let first: i32 = 0;
  for (let g: i32 = 0; g < groups; g++) {
    const last = first + word(group, COUNT);
    for (let token = max(from, first); token < min(to, last); token++)
      tableGradient(table, group, token, token - first, scratch);
    first = last;
    group += GROUP_WORDS << 2;
  }
  for (let token = max(from, first); token < to; token++) madeGradient(table, token, token - first);
}

/** Of token `token`, the `i`th of its group. */
function tableGradient(table: usize, group: usize, token: i32, i: i32, entries: usize): void {
  const C = word(table, C_);
  const H = word(table, H_);
  const N = word(table, N_);
  const tokens = word(table, TOKENS);
  const rows = usize(word(group, ROWS));
  const part = (usize(i) * rows) << 2;
  const values = usize(word(group, VALUES)) + part * usize(C);
  const logits = usize(word(group, LOGITS)) + part * usize(H);
  // From a row of a table to that of its gradient.
  const toValues = usize(word(group, D_VALUES)) - usize(word(group, VALUES));
  const toLogits = usize(word(group, D_LOGITS)) - usize(word(group, LOGITS));
  memory.fill(values + toValues, 0, (rows * usize(C)) << 2);
  memory.fill(logits + toLogits, 0, (rows * usize(H)) << 2);
  const optional = word(group, OPTIONAL);
  const step = usize(word(table, SIZE)) << 2;
  let x = usize(word(table, OBSERVATIONS)) + (usize(word(group, OFFSET) + i * word(group, CHANNELS)) << 2);
  let dy: usize = word(table, DY);
  const D = C / H;
  const gain = load<f32>(table + (GAIN << 2));
  for (let n: i32 = 0; n < N; n++) {
    const isThere = !optional || load<f32>(x) > 0;
    const end = isThere ? readToken(table, group, x, values, logits, token, entries) : entries;
    x += step;
    if (end > entries) {
      const count = load<f32>(usize(word(table, COUNTS)) + (usize(n) << 2));
      for (let h: i32 = 0; h < H; h++) {
        const row = n * H + h;
        const weight = load<f32>(usize(word(table, WEIGHTS)) + (usize(row * tokens + token) << 2));
        const along = headGradient(entries, end, usize(h * D) << 2, dy, D, toValues, weight * count);
        const dLogit = gain * weight * (along * count - load<f32>(usize(word(table, ALONG)) + (usize(row) << 2)));
        for (let entry = entries; entry < end; entry += ENTRY) {
          const target = usize(load<i32>(entry, LOGIT)) + toLogits + (usize(h) << 2);
          store<f32>(target, load<f32>(target) + load<f32>(entry, FACTOR) * dLogit);
        }
      }
    }
    dy += usize(C) << 2;
  }
}

/** Adds to the gradients of the entries' rows, in a head's columns; returns the gradient times the token's value there. */
function headGradient(
  entries: usize, end: usize, column: usize, dy: usize, D: i32, toValues: usize, share: f32,
): f32 {
  let sums = splat(0);
  let d: i32 = 0;
  for (; d + 4 <= D; d += 4) {
    const g = v128.load(dy + column);
    const scaled = f32x4.mul(g, splat(share));
    let value = splat(0);
    for (let entry = entries; entry < end; entry += ENTRY) {
      const row = usize(load<i32>(entry)) + column;
      const factor = v128.load32_splat(entry, FACTOR);
      value = fma(factor, v128.load(row), value);
      v128.store(row + toValues, fma(factor, scaled, v128.load(row + toValues)));
    }
    sums = fma(g, value, sums);
    column += 16;
  }
  let sum = sum4(sums);
  for (; d < D; d++) {
    const g = load<f32>(dy + column);
    for (let entry = entries; entry < end; entry += ENTRY) {
      const row = usize(load<i32>(entry)) + column;
      const factor = load<f32>(entry, FACTOR);
      sum += g * factor * load<f32>(row);
      store<f32>(row + toValues, load<f32>(row + toValues) + factor * g * share);
    }
    column += 4;
  }
  return sum;
}

/** Of token `token`, the `m`th of those made elsewhere. */
function madeGradient(table: usize, token: i32, m: i32): void {
  const C = word(table, C_);
  const H = word(table, H_);
  const N = word(table, N_);
  const tokens = word(table, TOKENS);
  const made = word(table, MADE);
  const gain = load<f32>(table + (GAIN << 2));
  const D = C / H;
  for (let n: i32 = 0; n < N; n++) {
    const count = load<f32>(usize(word(table, COUNTS)) + (usize(n) << 2));
    for (let h: i32 = 0; h < H; h++) {
      const row = n * H + h;
      const weight = load<f32>(usize(word(table, WEIGHTS)) + (usize(row * tokens + token) << 2));
      const from = usize(word(table, DY)) + (usize(row * D) << 2);
      const at = usize((n * made + m) * C + h * D) << 2;
      const along = dot(usize(word(table, MADE_VALUES)) + at, from, D);
      const out = usize(word(table, D_MADE_VALUES)) + at;
      for (let d: usize = 0; d < usize(D) << 2; d += 4) store<f32>(out + d, load<f32>(from + d) * weight * count);
      const dLogit = gain * weight * (along * count - load<f32>(usize(word(table, ALONG)) + (usize(row) << 2)));
      store<f32>(usize(word(table, D_MADE_LOGITS)) + (usize((n * made + m) * H + h) << 2), dLogit);
    }
  }
}
