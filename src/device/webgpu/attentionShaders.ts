import {
  base,
  COLUMNS,
  fill,
  OUTPUT_GRADIENT,
  overColumns,
  PAST,
  product,
  SIZES,
  SOFTMAX,
  STEP,
  STEPS,
  vector,
  WRITE_TURNED_BACK,
} from './attentionWgsl.ts';
import type { Shader } from './shader.ts';

/** The output, [N * T, H * D]. */
export function forwardShader(D: number): Shader {
  return {
    name: `EpisodicAttention ${D}`,
    inputs: PAST,
    sizes: SIZES,
    threads: STEPS,
    code: `${base(D)} ${COLUMNS}
  fn main(index : i32) {
    ${STEP}
    var sum : Row;
    var highest = -3.4e38;
    var total = 0.0;
    ${overColumns(`${SOFTMAX}
            for (var v = 0; v < VECTORS; v++) { sum[v] = sum[v] * keep + weight * values[k * VECTORS + v]; }`)}
    if (live) {
      let at = ((place.n * uniforms.T + t) * uniforms.H + place.h) * D;
      for (var d = 0; d < D; d++) { result[at + d] = sum[d / 4][d % 4] / total; }
    }
  }`,
  };
}

/**
 * What the gradient needs to know of each step, [N, H, T, 2]: the logarithm of its softmax's sum, and the mean of its
 * weights' gradients by the weights.
 */
export function statisticsShader(D: number): Shader {
  return {
    name: `EpisodicAttentionStatistics ${D}`,
    inputs: [...PAST, 'dy'],
    sizes: SIZES,
    threads: STEPS,
    code: `${base(D)} ${COLUMNS} ${OUTPUT_GRADIENT}
  fn main(index : i32) {
    ${STEP}
    var dOutput : Row;
    if (live) { ${fill('dOutput', (d) => `dOutputOf(place, t, ${d})`)} }
    var highest = -3.4e38;
    var total = 0.0;
    var mixed = 0.0;
    ${overColumns(`${SOFTMAX}
            ${product('dWeight', 'dOutput[v]', 'values[k * VECTORS + v]')}
            mixed = mixed * keep + weight * dWeight;`)}
    if (live) {
      result[statisticsIndex(place, t)] = highest + log(total);
      result[statisticsIndex(place, t) + 1] = mixed / total;
    }
  }`,
  };
}

/** The queries' part of the gradient of the projection, [N * T, 3 H D]. */
export function queryGradientShader(D: number): Shader {
  return {
    name: `EpisodicAttentionQueryGradient ${D}`,
    inputs: [...PAST, 'dy', 'statistics'],
    sizes: SIZES,
    threads: STEPS,
    code: `${base(D)} ${COLUMNS} ${OUTPUT_GRADIENT} ${WRITE_TURNED_BACK}
  fn main(index : i32) {
    ${STEP}
    var dOutput : Row;
    var gradient : Row;
    var logSum = 0.0;
    var mean = 0.0;
    if (live) {
      ${fill('dOutput', (d) => `dOutputOf(place, t, ${d})`)}
      logSum = statistics[statisticsIndex(place, t)];
      mean = statistics[statisticsIndex(place, t) + 1];
    }
    ${overColumns(`
            ${product('dWeight', 'dOutput[v]', 'values[k * VECTORS + v]')}
            let dScore = SCALE * exp(score - logSum) * (dWeight - mean);
            for (var v = 0; v < VECTORS; v++) { gradient[v] += dScore * keys[k * VECTORS + v]; }`)}
    if (live) { writeTurnedBack(place, t, 0, gradient); }
  }`,
  };
}

/** The keys' and values' parts of it. Here each thread has a step's key, and the tiles are the steps that may see it. */
export function keyGradientShader(D: number): Shader {
  return {
    name: `EpisodicAttentionKeyGradient ${D}`,
    inputs: ['projection', 'first', 'cosines', 'sines', 'dy', 'statistics'],
    sizes: SIZES,
    threads: STEPS,
    code: `${base(D)} ${OUTPUT_GRADIENT} ${WRITE_TURNED_BACK}
  var<workgroup> queries : array<vec4f, ROWS * VECTORS>;
  var<workgroup> dOutputs : array<vec4f, ROWS * VECTORS>;
  var<workgroup> logSums : array<f32, ROWS>;
  var<workgroup> means : array<f32, ROWS>;
  var<workgroup> oldest : array<i32, ROWS>;

  fn main(index : i32) {
    let place = placeOf(index / STEPS);
    let lane = index % STEPS;
    let s = place.begin + lane;
    let live = place.live && s < uniforms.T;
    var key : Row;
    var ownValue : Row;
    var dKey : Row;
    var dValue : Row;
    if (live) {
      ${fill('key', (d) => `turned(place, s, 1, ${d})`)}
      ${fill('ownValue', (d) => `value(place, s, ${d})`)}
    }
    let steps = min(uniforms.T, STEPS + uniforms.P);
    for (var start = 0; start < steps; start += ROWS) {
      workgroupBarrier();
      for (var i = lane; i < ROWS * VECTORS; i += STEPS) {
        let t = place.begin + start + i / VECTORS;
        let v = i % VECTORS;
        if (place.live && t < uniforms.T) {
          queries[i] = SCALE * ${vector((d) => `turned(place, t, 0, ${d})`)};
          dOutputs[i] = ${vector((d) => `dOutputOf(place, t, ${d})`)};
        }
      }
      if (lane < ROWS && place.live && place.begin + start + lane < uniforms.T) {
        let t = place.begin + start + lane;
        logSums[lane] = statistics[statisticsIndex(place, t)];
        means[lane] = statistics[statisticsIndex(place, t) + 1];
        oldest[lane] = first[place.n * uniforms.T + t];
      }
      workgroupBarrier();
      if (live) {
        for (var k = 0; k < ROWS; k++) {
          let t = place.begin + start + k;
          if (t >= s && t < uniforms.T && oldest[k] <= uniforms.P + s) {
            ${product('score', 'key[v]', 'queries[k * VECTORS + v]')}
            ${product('dWeight', 'ownValue[v]', 'dOutputs[k * VECTORS + v]')}
            let weight = exp(score - logSums[k]);
            let dScore = weight * (dWeight - means[k]);
            for (var v = 0; v < VECTORS; v++) {
              dKey[v] += dScore * queries[k * VECTORS + v];
              dValue[v] += weight * dOutputs[k * VECTORS + v];
            }
          }
        }
      }
    }
    if (live) {
      writeTurnedBack(place, s, 1, dKey);
      for (var d = 0; d < D; d++) { result[projectionIndex(place, s, 2, d)] = dValue[d / 4][d % 4]; }
    }
  }`,
  };
}

/** The last P of all columns, not turned, [N, H, P, D]: keys for `kind` 1, values for 2. */
export const cacheShader: Shader = {
  name: 'EpisodicAttentionCache',
  inputs: ['projection', 'past'],
  sizes: ['kind', 'H', 'P', 'T', 'D', 'count'],
  threads: 64,
  code: `
  fn main(index : i32) {
    if (index >= uniforms.count) { return; }
    let d = index % uniforms.D;
    let column = (index / uniforms.D) % uniforms.P + uniforms.T;
    let head = index / (uniforms.D * uniforms.P);
    if (column < uniforms.P) {
      result[index] = past[(head * uniforms.P + column) * uniforms.D + d];
    } else {
      let step = (head / uniforms.H) * uniforms.T + column - uniforms.P;
      result[index] = projection[((step * 3 + uniforms.kind) * uniforms.H + head % uniforms.H) * uniforms.D + d];
    }
  }`,
};
