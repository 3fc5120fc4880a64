import { type Shader, sumOfWorkgroup } from './shader.ts';

/** Threads that share a row, or a block of columns. */
export const ROW_THREADS = 64;

/** [rows, 2]: each row's mean and 1 / sqrt(variance + epsilon). A workgroup takes a row. */
export const layerNormStatisticsShader: Shader = {
  name: 'LayerNormStatistics',
  inputs: ['x'],
  sizes: ['rows', 'n'],
  reals: ['epsilon'],
  threads: ROW_THREADS,
  code: `${sumOfWorkgroup(ROW_THREADS)}
  fn main(index : i32) {
    let row = index / THREADS;
    let lane = index % THREADS;
    let begin = row * uniforms.n;
    let live = row < uniforms.rows;
    var part = 0.0;
    if (live) { for (var i = lane; i < uniforms.n; i += THREADS) { part += x[begin + i]; } }
    let mean = sumOfWorkgroup(lane, part) / f32(uniforms.n);
    part = 0.0;
    if (live) {
      for (var i = lane; i < uniforms.n; i += THREADS) {
        let centred = x[begin + i] - mean;
        part += centred * centred;
      }
    }
    let variance = sumOfWorkgroup(lane, part) / f32(uniforms.n);
    if (live && lane == 0) {
      result[2 * row] = mean;
      result[2 * row + 1] = inverseSqrt(variance + uniforms.epsilon);
    }
  }`,
};

/** [rows, n] */
export const layerNormShader: Shader = {
  name: 'LayerNorm',
  inputs: ['x', 'scale', 'shift', 'statistics'],
  sizes: ['n', 'count'],
  threads: ROW_THREADS,
  code: `
  fn main(index : i32) {
    if (index >= uniforms.count) { return; }
    let row = index / uniforms.n;
    let column = index % uniforms.n;
    let normalised = (x[index] - statistics[2 * row]) * statistics[2 * row + 1];
    result[index] = normalised * scale[column] + shift[column];
  }`,
};

/** dx [rows, n], as in the composite of agents/model/layers.ts. A workgroup takes a row. */
export const layerNormGradientShader: Shader = {
  name: 'LayerNormGradient',
  inputs: ['x', 'scale', 'statistics', 'dy'],
  sizes: ['rows', 'n'],
  threads: ROW_THREADS,
  code: `${sumOfWorkgroup(ROW_THREADS)}
  fn main(index : i32) {
    let row = index / THREADS;
    let lane = index % THREADS;
    let begin = row * uniforms.n;
    let live = row < uniforms.rows;
    var mean = 0.0;
    var inverseDeviation = 0.0;
    var part = 0.0;
    var along = 0.0;
    if (live) {
      mean = statistics[2 * row];
      inverseDeviation = statistics[2 * row + 1];
      for (var i = lane; i < uniforms.n; i += THREADS) {
        let dNormalised = dy[begin + i] * scale[i];
        part += dNormalised;
        along += dNormalised * (x[begin + i] - mean) * inverseDeviation;
      }
    }
    let meanGradient = sumOfWorkgroup(lane, part) / f32(uniforms.n);
    let meanAlong = sumOfWorkgroup(lane, along) / f32(uniforms.n);
    if (live) {
      for (var i = lane; i < uniforms.n; i += THREADS) {
        let normalised = (x[begin + i] - mean) * inverseDeviation;
        result[begin + i] = inverseDeviation * (dy[begin + i] * scale[i] - meanGradient - normalised * meanAlong);
      }
    }
  }`,
};

/** partial [pieces, kinds, n]: a thread goes down one column of a piece of the rows, beside its neighbours. */
function columnsShader(name: string, inputs: readonly string[], kinds: readonly string[]): Shader & { kinds: number } {
  return {
    name,
    inputs,
    kinds: kinds.length,
    sizes: ['rows', 'n', 'rowsOfPiece', 'pieces', 'blocks'],
    threads: ROW_THREADS,
    code: `
  fn main(index : i32) {
    let block = index / ${ROW_THREADS};
    let column = (block % uniforms.blocks) * ${ROW_THREADS} + index % ${ROW_THREADS};
    let piece = block / uniforms.blocks;
    if (column >= uniforms.n || piece >= uniforms.pieces) { return; }
    ${kinds.map((_, kind) => `var sum${kind} = 0.0;`).join(' ')}
    let end = min(uniforms.rows, (piece + 1) * uniforms.rowsOfPiece);
    for (var row = piece * uniforms.rowsOfPiece; row < end; row++) {
      let at = row * uniforms.n + column;
      ${kinds.map((number, kind) => `sum${kind} += ${number};`).join(' ')}
    }
    let to = piece * ${kinds.length} * uniforms.n + column;
    ${kinds.map((_, kind) => `result[to + ${kind} * uniforms.n] = sum${kind};`).join(' ')}
  }`,
  };
}

export const columnSumsShader = columnsShader('ColumnSums', ['x'], ['x[at]']);

/** Of dy times the normalised x, and of dy. */
export const normalisedColumnSumsShader = columnsShader(
  'NormalisedColumnSums',
  ['x', 'statistics', 'dy'],
  ['dy[at] * (x[at] - statistics[2 * row]) * statistics[2 * row + 1]', 'dy[at]'],
);

/** [n]: the sums of one kind of all pieces. */
export const totalsShader: Shader = {
  name: 'Totals',
  inputs: ['partial'],
  sizes: ['pieces', 'kinds', 'kind', 'n'],
  threads: ROW_THREADS,
  code: `
  fn main(index : i32) {
    if (index >= uniforms.n) { return; }
    var sum = 0.0;
    for (var piece = 0; piece < uniforms.pieces; piece++) {
      sum += partial[(piece * uniforms.kinds + uniforms.kind) * uniforms.n + index];
    }
    result[index] = sum;
  }`,
};

const GELU = `
  const SCALE = ${2 * Math.sqrt(2 / Math.PI)};
  const CUBIC = 0.044715;
  fn gateOf(x : f32) -> f32 { return 1.0 / (1.0 + exp(-SCALE * x * (1.0 + CUBIC * x * x))); }
`;

export const geluShader: Shader = {
  name: 'Gelu',
  inputs: ['x'],
  sizes: ['count'],
  threads: ROW_THREADS,
  code: `${GELU}
  fn main(index : i32) {
    if (index < uniforms.count) { result[index] = x[index] * gateOf(x[index]); }
  }`,
};

export const geluGradientShader: Shader = {
  name: 'GeluGradient',
  inputs: ['x', 'dy'],
  sizes: ['count'],
  threads: ROW_THREADS,
  code: `${GELU}
  fn main(index : i32) {
    if (index >= uniforms.count) { return; }
    let gate = gateOf(x[index]);
    let slope = SCALE * (1.0 + 3.0 * CUBIC * x[index] * x[index]);
    result[index] = dy[index] * (gate + x[index] * gate * (1.0 - gate) * slope);
  }`,
};
