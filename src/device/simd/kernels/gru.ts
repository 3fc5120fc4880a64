import { multiplyRows, PANEL, PLAIN, PLUS, storeUpTo } from './tile';
import { sigmoid4, splat, tanh4 } from './vector';

// Gated recurrent units over sequences, as agents/model/gru.ts has them, some sequences at a time: each step of all of
// them is one product. A step's three gates, reset, update and new, lie one after the other in a row of 3C.

/** Most sequences that take a step together. */
const SEQUENCES: i32 = 64;

// @ts-ignore: decorator
@inline
function multiply(
  x: usize, step: usize, rows: i32, K: i32, panels: usize, bias: usize, y: usize, N: i32, op: i32, r: usize,
): void {
  multiplyRows(x, step, 4, rows, K, panels, usize(K * PANEL) << 2, PANEL << 2, bias, y, N, op, r);
}

/**
 * x, out [N * T, C]; hidden, last [N, C]; goesOn [N * T], 0 where an episode starts. For the gradient: gates [N * T, 3C];
 * of each step the state that it saw and its map for the new gate, [N * T, C] each. Units: sequences.
 */
export function gru(
  from: i32, to: i32, scratch: usize, x: usize, inputPanels: usize, inputBias: usize, statePanels: usize,
  stateBias: usize, hidden: usize, goesOn: usize, out: usize, last: usize, gates: usize, seen: usize, mapped: usize,
  T: i32, C: i32,
): void {
  for (let n = from; n < to; n += SEQUENCES) {
    const count = min(to - n, SEQUENCES);
    const row = usize(n * T);
    const size = usize(C) << 2;
    multiply(x + row * size, size, count * T, C, inputPanels, inputBias, gates + row * 3 * size, 3 * C, PLAIN, 0);
    for (let t: i32 = 0; t < T; t++) {
      for (let i = n; i < n + count; i++) {
        const at = usize(i * T + t);
        const before = t ? out + (at - 1) * size : hidden + usize(i) * size;
        scale(before, load<f32>(goesOn + (at << 2)), seen + at * size, C);
      }
      const states = seen + (row + usize(t)) * size;
      multiply(states, usize(T) * size, count, C, statePanels, stateBias, scratch, 3 * C, PLAIN, 0);
      for (let i: i32 = 0; i < count; i++) {
        const at = row + usize(i * T + t);
        takeStep(gates + at * 3 * size, scratch + usize(i) * 3 * size, seen + at * size, mapped + at * size, out + at * size, C);
      }
    }
    for (let i = n; i < n + count; i++)
      memory.copy(last + usize(i) * size, out + usize(i * T + T - 1) * size, size);
  }
}

// @ts-ignore: decorator
@inline
function scale(x: usize, factor: f32, out: usize, C: i32): void {
  for (let c: i32 = 0; c < C; c += 4) {
    const at = usize(c) << 2;
    storeUpTo(out + at, f32x4.mul(v128.load(x + at), splat(factor)), C - c);
  }
}

/** `gates` holds what the input gives to each, and then the gates; `fromState` what the state gives. */
// @ts-ignore: decorator
@inline
function takeStep(gates: usize, fromState: usize, state: usize, mapped: usize, out: usize, C: i32): void {
  const size = usize(C) << 2;
  for (let c: i32 = 0; c < C; c += 4) {
    const at = usize(c) << 2;
    const forNew = v128.load(fromState + 2 * size + at);
    const reset = sigmoid4(f32x4.add(v128.load(gates + at), v128.load(fromState + at)));
    const update = sigmoid4(f32x4.add(v128.load(gates + size + at), v128.load(fromState + size + at)));
    const proposed = tanh4(f32x4.add(v128.load(gates + 2 * size + at), f32x4.mul(reset, forNew)));
    const y = f32x4.add(proposed, f32x4.mul(update, f32x4.sub(v128.load(state + at), proposed)));
    storeUpTo(gates + at, reset, C - c);
    storeUpTo(gates + size + at, update, C - c);
    storeUpTo(gates + 2 * size + at, proposed, C - c);
    storeUpTo(mapped + at, forNew, C - c);
    storeUpTo(out + at, y, C - c);
  }
}

/**
 * From dy [N * T, C] and what `gru` left: dx, and the gradients of what the input and what the state give to the gates,
 * [N * T, 3C] each, for `weightGradients`. Units: sequences.
 */
export function gruGradient(
  from: i32, to: i32, scratch: usize, dy: usize, inputPanels: usize, statePanels: usize, goesOn: usize, gates: usize,
  seen: usize, mapped: usize, dx: usize, dInput: usize, dState: usize, T: i32, C: i32,
): void {
  const size = usize(C) << 2;
  for (let n = from; n < to; n += SEQUENCES) {
    const count = min(to - n, SEQUENCES);
    const row = usize(n * T);
    // What the steps after the one at hand say of its state, [count, C].
    memory.fill(scratch, 0, usize(count) * size);
    for (let t = T - 1; t >= 0; t--) {
      for (let i: i32 = 0; i < count; i++) {
        const at = row + usize(i * T + t);
        const wide = at * 3 * size;
        stepBack(
          dy + at * size, scratch + usize(i) * size, gates + wide, seen + at * size, mapped + at * size, dInput + wide,
          dState + wide, C,
        );
      }
      const first = dState + (row + usize(t)) * 3 * size;
      multiply(first, usize(3 * T) * size, count, 3 * C, statePanels, 0, scratch, C, PLUS, scratch);
      for (let i: i32 = 0; i < count; i++) {
        const carried = scratch + usize(i) * size;
        scale(carried, load<f32>(goesOn + ((row + usize(i * T + t)) << 2)), carried, C);
      }
    }
    multiply(dInput + row * 3 * size, 3 * size, count * T, 3 * C, inputPanels, 0, dx + row * size, C, PLAIN, 0);
  }
}

/** Leaves in `carried` what goes to the state before past all gates. */
// @ts-ignore: decorator
@inline
function stepBack(
  dy: usize, carried: usize, gates: usize, state: usize, mapped: usize, dInput: usize, dState: usize, C: i32,
): void {
  const size = usize(C) << 2;
  const one = splat(1);
  for (let c: i32 = 0; c < C; c += 4) {
    const at = usize(c) << 2;
    const rest = C - c;
    const d = f32x4.add(v128.load(dy + at), v128.load(carried + at));
    const reset = v128.load(gates + at);
    const update = v128.load(gates + size + at);
    const proposed = v128.load(gates + 2 * size + at);
    const kept = f32x4.mul(d, update);
    const dNew = f32x4.mul(f32x4.sub(d, kept), f32x4.sub(one, f32x4.mul(proposed, proposed)));
    const dUpdate = f32x4.mul(f32x4.mul(kept, f32x4.sub(one, update)), f32x4.sub(v128.load(state + at), proposed));
    const dMapped = f32x4.mul(dNew, reset);
    const dReset = f32x4.mul(f32x4.mul(dMapped, f32x4.sub(one, reset)), v128.load(mapped + at));
    storeUpTo(carried + at, kept, rest);
    storeUpTo(dInput + at, dReset, rest);
    storeUpTo(dInput + size + at, dUpdate, rest);
    storeUpTo(dInput + 2 * size + at, dNew, rest);
    storeUpTo(dState + at, dReset, rest);
    storeUpTo(dState + size + at, dUpdate, rest);
    storeUpTo(dState + 2 * size + at, dMapped, rest);
  }
}
