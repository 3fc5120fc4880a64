import { exp4, expDown4, splat, sum4 } from './vector';

// Vectors reach beyond the last number of a row; what they hold there is not used.

/** What makes an action impossible, as agents/model/attention.ts has it. */
const MASKED: f32 = -1e9;

/**
 * Of rows of `n` logits: their log-softmax, the log-probability of the action taken and the entropy. `masks`, 1 where an
 * action is possible, or 0 for none.
 */
export function categorical(
  from: i32, to: i32, scratch: usize, logits: usize, masks: usize, actions: usize, logSoftmax: usize, logProbs: usize,
  entropies: usize, n: i32,
): void {
  for (let row = from; row < to; row++) {
    const offset = usize(row * n) << 2;
    const out = logSoftmax + offset;
    let most: f32 = -Infinity;
    for (let i: i32 = 0; i < n; i++) {
      const at = usize(i) << 2;
      let logit = load<f32>(logits + offset + at);
      if (masks) logit += (1 - load<f32>(masks + offset + at)) * MASKED;
      store<f32>(out + at, logit);
      most = max(most, logit);
    }
    let sum: f32 = 0;
    for (let i: i32 = 0; i < n; i += 4) {
      const e = expDown4(f32x4.sub(v128.load(out + (usize(i) << 2)), splat(most)));
      sum += sumOf(e, n - i);
    }
    const shift = most + f32(Math.log(sum));
    let entropy: f32 = 0;
    for (let i: i32 = 0; i < n; i += 4) {
      const at = out + (usize(i) << 2);
      const logP = f32x4.sub(v128.load(at), splat(shift));
      const surprise = f32x4.mul(expDown4(logP), logP);
      for (let j: i32 = 0; j < min(n - i, 4); j++) store<f32>(at + (usize(j) << 2), load<f32>(at + (usize(j) << 2)) - shift);
      entropy -= sumOf(surprise, n - i);
    }
    const action = i32(load<f32>(actions + (usize(row) << 2)));
    store<f32>(logProbs + (usize(row) << 2), load<f32>(out + (usize(action) << 2)));
    store<f32>(entropies + (usize(row) << 2), entropy);
  }
}

/** Sum of the first `count` of four numbers. */
// @ts-ignore: decorator
@inline
function sumOf(v: v128, count: i32): f32 {
  if (count >= 4) return sum4(v);
  let sum = f32x4.extract_lane(v, 0);
  if (count > 1) sum += f32x4.extract_lane(v, 1);
  if (count > 2) sum += f32x4.extract_lane(v, 2);
  return sum;
}

/** d logit_i = dLogProb ([i is the action] - p_i) - dEntropy p_i (log p_i + entropy) */
export function categoricalGradient(
  from: i32, to: i32, scratch: usize, logSoftmax: usize, actions: usize, entropies: usize, dLogProbs: usize,
  dEntropies: usize, out: usize, n: i32,
): void {
  for (let row = from; row < to; row++) {
    const at = usize(row) << 2;
    const offset = usize(row * n) << 2;
    const action = i32(load<f32>(actions + at));
    const entropy = splat(load<f32>(entropies + at));
    const dLogProb = load<f32>(dLogProbs + at);
    const dEntropy = splat(load<f32>(dEntropies + at));
    for (let i: i32 = 0; i < n; i += 4) {
      const place = offset + (usize(i) << 2);
      const logP = v128.load(logSoftmax + place);
      const p = expDown4(logP);
      const both = f32x4.add(splat(dLogProb), f32x4.mul(dEntropy, f32x4.add(logP, entropy)));
      v128.store(scratch, f32x4.neg(f32x4.mul(p, both)));
      for (let j: i32 = 0; j < min(n - i, 4); j++) {
        const d = load<f32>(scratch + (usize(j) << 2));
        store<f32>(out + place + (usize(j) << 2), i + j == action ? d + dLogProb : d);
      }
    }
  }
}

/**
 * PPO's loss of `rows` steps, as agents/algorithms/ppo.ts defines it, and its gradients. One unit. Terms: policy loss,
 * value loss, entropy, approximate KL divergence, share of clipped ratios.
 */
export function ppoLoss(
  from: i32, to: i32, scratch: usize, rows: i32, logProbs: usize, oldLogProbs: usize, entropies: usize,
  advantages: usize, values: usize, oldValues: usize, returns: usize, loss: usize, terms: usize, dLogProbs: usize,
  dEntropies: usize, dValues: usize, clipRange: f32, clipValues: i32, valueCoefficient: f32, entropyCoefficient: f32, normalize: i32,
): void {
  let mean: f64 = 0;
  let scale: f64 = 1;
  if (normalize && rows > 1) {
    for (let i: i32 = 0; i < rows; i++) mean += load<f32>(advantages + (usize(i) << 2));
    mean /= rows;
    let squares: f64 = 0;
    for (let i: i32 = 0; i < rows; i++) {
      const centred = f64(load<f32>(advantages + (usize(i) << 2))) - mean;
      squares += centred * centred;
    }
    scale = 1 / (Math.sqrt(squares / (rows - 1)) + 1e-8);
  }
  let policySum: f64 = 0, valueSum: f64 = 0, entropySum: f64 = 0, klSum: f64 = 0, clipped: f64 = 0;
  for (let i: i32 = 0; i < rows; i += 4) {
    const count = min(rows - i, 4);
    const first = usize(i) << 2;
    const logRatios = f32x4.sub(v128.load(logProbs + first), v128.load(oldLogProbs + first));
    v128.store(scratch, exp4(logRatios));
    for (let j: i32 = 0; j < count; j++) {
      const at = first + (usize(j) << 2);
      const logRatio = load<f32>(logProbs + at) - load<f32>(oldLogProbs + at);
      const ratio = load<f32>(scratch + (usize(j) << 2));
      const advantage = f32((f64(load<f32>(advantages + at)) - mean) * scale);
      const free = ratio * advantage;
      const bounded = min(max(ratio, 1 - clipRange), 1 + clipRange) * advantage;
      policySum -= min(free, bounded);
      // Where the bounded one is less, the ratio is out of its range, and nothing flows back.
      store<f32>(dLogProbs + at, bounded < free ? 0 : -free / f32(rows));
      klSum += f64(ratio - 1) - f64(logRatio);
      if (abs(ratio - 1) > clipRange) clipped++;
      const target = load<f32>(returns + at);
      const error = load<f32>(values + at) - target;
      let square = error * error;
      let dValue = valueCoefficient * error / f32(rows);
      if (clipValues) {
        const old = load<f32>(oldValues + at);
        const change = min(max(load<f32>(values + at) - old, -clipRange), clipRange);
        const other = old + change - target;
        if (other * other > square) {
          square = other * other;
          dValue = 0;
        }
      }
      valueSum += square;
      store<f32>(dValues + at, dValue);
      entropySum += load<f32>(entropies + at);
      store<f32>(dEntropies + at, -entropyCoefficient / f32(rows));
    }
  }
  const policyLoss = policySum / rows;
  const valueLoss = 0.5 * valueSum / rows;
  const entropy = entropySum / rows;
  store<f32>(loss, f32(policyLoss + valueCoefficient * valueLoss - entropyCoefficient * entropy));
  store<f32>(terms, f32(policyLoss));
  store<f32>(terms, f32(valueLoss), 4);
  store<f32>(terms, f32(entropy), 8);
  store<f32>(terms, f32(klSum / rows), 12);
  store<f32>(terms, f32(clipped / rows), 16);
}
