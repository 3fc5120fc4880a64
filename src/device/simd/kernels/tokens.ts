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

/** A row of a table that counts: its address, its factor, its token (in bytes of a row of weights), where its logits lie. */
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

// @ts-ignore: decorator
@inline
function storeEntry(to: usize, row: usize, factor: f32, token: usize, logit: usize): void {
  store<i32>(to, i32(row));
  store<f32>(to, factor, FACTOR);
  store<i32>(to, i32(token), TOKEN);
  store<i32>(to, i32(logit), LOGIT);
}

/**
 * Writes the entries of a token, whose numbers begin at `x`; returns their end. `values` and `logits` are its own part of
 * the tables, whose rows have `valueStep` and `logitStep` bytes; `list` is that of its categories, 0 for quantities.
 */
// @ts-ignore: decorator
@inline
function readToken(
  x: usize, channels: i32, list: usize, first: f32, scale: f32, values: usize, valueStep: usize, logits: usize,
  logitStep: usize, token: usize, to: usize,
): usize {
  if (list) {
    for (let c: i32 = 0; c < channels; c++) {
      const category = load<f32>(x) - first;
      if (category > -1 && category < f32(load<i32>(list))) {
        const row = usize(load<i32>(list, 4) + i32(category));
        storeEntry(to, values + row * valueStep, 1, token, logits + row * logitStep);
        to += ENTRY;
      }
      x += 4;
      list += 8;
    }
  } else {
    for (let c: i32 = 0; c < channels; c++) {
      const number = load<f32>(x);
      if (number != 0) {
        storeEntry(to, values, number * scale, token, logits);
        to += ENTRY;
      }
      x += 4;
      values += valueStep;
      logits += logitStep;
    }
  }
  return to;
}

/** Where a group's list of categories begins; 0 where it has quantities. */
// @ts-ignore: decorator
@inline
function listOf(table: usize, group: usize): usize {
  const categories = word(group, CATEGORIES);
  return categories ? table + (usize(categories) << 2) : 0;
}

/** Units: observations. Scratch: logits [H, padded tokens], then entries. */
export function poolTokens(from: i32, to: i32, scratch: usize, table: usize): void {
  const H = word(table, H_);
  const stride = usize(padded(word(table, TOKENS))) << 2;
  const gain = load<f32>(table + (GAIN << 2));
  const entries = scratch + usize(H) * stride;
  for (let n = from; n < to; n++) {
    const end = readObservation(table, n, scratch, stride, entries);
    for (let entry = entries; entry < end; entry += ENTRY) {
      const factor = load<f32>(entry, FACTOR) * gain;
      let logit = scratch + usize(load<i32>(entry, TOKEN));
      let row: usize = load<i32>(entry, LOGIT);
      for (let h: i32 = 0; h < H; h++) {
        store<f32>(logit, load<f32>(logit) + factor * load<f32>(row));
        logit += stride;
        row += 4;
      }
    }
    for (let h: i32 = 0; h < H; h++) poolHead(table, n, h, scratch + usize(h) * stride, entries, end);
  }
}

/** All entries of an observation, how many tokens it has, and logits of 0, or of absent tokens; returns the end. */
function readObservation(table: usize, n: i32, logits: usize, stride: usize, entries: usize): usize {
  const valueStep = usize(word(table, C_)) << 2;
  const H = word(table, H_);
  const logitStep = usize(H) << 2;
  const tokens = word(table, TOKENS);
  const made = word(table, MADE);
  const observation = usize(word(table, OBSERVATIONS)) + ((usize(n) * usize(word(table, SIZE))) << 2);
  memory.fill(logits, 0, usize(H) * stride);
  for (let token = tokens; token < padded(tokens); token++) fillColumn(logits + (usize(token) << 2), H, stride, NONE);
  let token: usize = 0;
  let present = tokens;
  let group = table + (WHOLE << 2);
  const groups = word(table, GROUPS);
  for (let g: i32 = 0; g < groups; g++) {
    const count = word(group, COUNT);
    const channels = word(group, CHANNELS);
    const list = listOf(table, group);
    const first = f32(word(group, FIRST));
    const scale = load<f32>(group + (SCALE << 2));
    const rows = usize(word(group, ROWS));
    const optional = word(group, OPTIONAL);
    let x = observation + (usize(word(group, OFFSET)) << 2);
    let values: usize = word(group, VALUES);
    let rowLogits: usize = word(group, LOGITS);
    for (let i: i32 = 0; i < count; i++) {
      if (optional && !(load<f32>(x) > 0)) {
        present--;
        fillColumn(logits + token, H, stride, ABSENT);
      } else {
        entries = readToken(
          x, channels, list, first, scale, values, valueStep, rowLogits, logitStep, token, entries,
        );
      }
      token += 4;
      x += usize(channels) << 2;
      values += rows * valueStep;
      rowLogits += rows * logitStep;
    }
    group += GROUP_WORDS << 2;
  }
  store<f32>(usize(word(table, COUNTS)) + (usize(n) << 2), f32(present));
  for (let m: i32 = 0; m < made; m++) {
    const row = usize(n * made + m);
    const values = usize(word(table, MADE_VALUES)) + row * valueStep;
    storeEntry(entries, values, 1, token, usize(word(table, MADE_LOGITS)) + row * logitStep);
    token += 4;
    entries += ENTRY;
  }
  return entries;
}

function fillColumn(at: usize, H: i32, stride: usize, value: f32): void {
  for (let h: i32 = 0; h < H; h++) {
    store<f32>(at, value);
    at += stride;
  }
}

/** A head's softmax, in place of its logits, and its columns of the output. */
function poolHead(table: usize, n: i32, h: i32, logits: usize, entries: usize, end: usize): void {
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
  for (let i: usize = 0; i < usize(tokens) << 2; i += 4)
    store<f32>(weights + i, load<f32>(logits + i) * inverse);
  const share = splat(inverse * load<f32>(usize(word(table, COUNTS)) + (usize(n) << 2)));
  const D = C / H;
  const out = usize(word(table, OUT)) + ((usize(n) * usize(C) + usize(h * D)) << 2);
  for (let d: i32 = 0; d < D; d += 16)
    sumRows(logits, entries, end, usize(h * D + d) << 2, share, out + (usize(d) << 2), D - d);
}

/** The sum of up to 16 columns of the entries' rows, from `column` bytes on, by their factors and tokens' weights. */
function sumRows(
  weights: usize, entries: usize, end: usize, column: usize, share: v128, out: usize, columns: i32,
): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  for (let entry = entries; entry < end; entry += ENTRY) {
    const row = usize(load<i32>(entry)) + column;
    const weight = v128.load32_splat(weights + usize(load<i32>(entry, TOKEN)));
    const factor = f32x4.mul(v128.load32_splat(entry, FACTOR), weight);
    s0 = fma(factor, v128.load(row), s0);
    s1 = fma(factor, v128.load(row, 16), s1);
    s2 = fma(factor, v128.load(row, 32), s2);
    s3 = fma(factor, v128.load(row, 48), s3);
  }
  storeUpTo(out, f32x4.mul(s0, share), columns);
  storeUpTo(out + 16, f32x4.mul(s1, share), columns - 4);
  storeUpTo(out + 32, f32x4.mul(s2, share), columns - 8);
  storeUpTo(out + 48, f32x4.mul(s3, share), columns - 12);
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

/** Of token `token`, the `i`th of its group. Scratch: a number for each head, then entries. */
function tableGradient(table: usize, group: usize, token: i32, i: i32, scratch: usize): void {
  const C = word(table, C_);
  const H = word(table, H_);
  const N = word(table, N_);
  const D = C / H;
  const gain = load<f32>(table + (GAIN << 2));
  const channels = word(group, CHANNELS);
  const list = listOf(table, group);
  const first = f32(word(group, FIRST));
  const scale = load<f32>(group + (SCALE << 2));
  const optional = word(group, OPTIONAL);
  const valueStep = usize(C) << 2;
  const logitStep = usize(H) << 2;
  const rows = usize(word(group, ROWS));
  const values = usize(word(group, VALUES)) + usize(i) * rows * valueStep;
  const logits = usize(word(group, LOGITS)) + usize(i) * rows * logitStep;
  // From a row of a table to that of its gradient.
  const toValues = usize(word(group, D_VALUES)) - usize(word(group, VALUES));
  const toLogits = usize(word(group, D_LOGITS)) - usize(word(group, LOGITS));
  memory.fill(values + toValues, 0, rows * valueStep);
  memory.fill(logits + toLogits, 0, rows * logitStep);
  const entries = scratch + logitStep;
  const size = usize(word(table, SIZE)) << 2;
  const tokens = usize(word(table, TOKENS)) << 2;
  let x = usize(word(table, OBSERVATIONS)) + (usize(word(group, OFFSET) + i * channels) << 2);
  let dy: usize = word(table, DY);
  let counts: usize = word(table, COUNTS);
  let along: usize = word(table, ALONG);
  let weights = usize(word(table, WEIGHTS)) + (usize(token) << 2);
  for (let n: i32 = 0; n < N; n++) {
    const isThere = !optional || load<f32>(x) > 0;
    const end = isThere
      ? readToken(x, channels, list, first, scale, values, valueStep, logits, logitStep, 0, entries)
      : entries;
    if (end > entries) {
      const count = load<f32>(counts);
      for (let h: i32 = 0; h < H; h++) {
        const weight = load<f32>(weights + usize(h) * tokens);
        const column = usize(h * D) << 2;
        let sums = splat(0);
        for (let entry = entries; entry < end; entry += ENTRY) {
          const row = usize(load<i32>(entry)) + column;
          const factor = load<f32>(entry, FACTOR);
          const products = addRow(dy + column, row, row + toValues, D, factor * weight * count);
          sums = fma(splat(factor), products, sums);
        }
        const sum = sum4(sums);
        store<f32>(scratch + (usize(h) << 2), gain * weight * (sum * count - load<f32>(along + (usize(h) << 2))));
      }
      for (let entry = entries; entry < end; entry += ENTRY) {
        const factor = load<f32>(entry, FACTOR);
        const target = usize(load<i32>(entry, LOGIT)) + toLogits;
        for (let h: usize = 0; h < logitStep; h += 4)
          store<f32>(target + h, load<f32>(target + h) + factor * load<f32>(scratch + h));
      }
    }
    x += size;
    dy += valueStep;
    counts += 4;
    along += logitStep;
    weights += usize(H) * tokens;
  }
}

/** Adds `share` times `dy` to a row of D numbers; returns four sums whose sum is `dy` times the row `y`. */
// @ts-ignore: decorator
@inline
function addRow(dy: usize, y: usize, target: usize, D: i32, share: f32): v128 {
  const s = splat(share);
  let sums = splat(0);
  let d: i32 = 0;
  for (; d + 8 <= D; d += 8) {
    const g0 = v128.load(dy);
    const g1 = v128.load(dy, 16);
    sums = fma(g0, v128.load(y), sums);
    v128.store(target, fma(g0, s, v128.load(target)));
    sums = fma(g1, v128.load(y, 16), sums);
    v128.store(target, fma(g1, s, v128.load(target, 16)), 16);
    dy += 32;
    y += 32;
    target += 32;
  }
  for (; d < D; d++) {
    const g = v128.load32_zero(dy);
    sums = fma(g, v128.load32_zero(y), sums);
    store<f32>(target, load<f32>(target) + load<f32>(dy) * share);
    dy += 4;
    y += 4;
    target += 4;
  }
  return sums;
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
