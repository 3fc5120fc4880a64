import type { TensorInfo } from '@tensorflow/tfjs-core';
import { attentionScratch } from './attention.ts';
import type { SimdBackend } from './backend.ts';
import { addresses, type Call, type SimdKernel } from './kernel.ts';
import { packedWeights } from './packing.ts';
import type { Share } from './pool.ts';
import { linearJobs, runWeightJobs, sumJob } from './weightJobs.ts';

// A stack of pre-norm blocks over cached and new steps of episodes, and its gradient: kernels/transformer.ts says what is
// computed, and in which words of its table it looks for addresses.

/** Parts of a block that have parameters, in the order in which it uses them: a norm, then two linear layers, twice. */
const NORMS = ['attentionNorm', 'feedForwardNorm'] as const;
const LINEARS = ['queryKeyValue', 'mixHeads', 'widen', 'narrow'] as const;
type LinearName = (typeof LINEARS)[number];

/** N sequences of T new and P cached steps; H heads, each D wide; C = H D; F, the width of the feed-forward layer. */
interface Sizes {
  N: number;
  T: number;
  P: number;
  H: number;
  D: number;
  C: number;
  F: number;
  layers: number;
  rows: number;
}

function sizesOf({ inputs, attrs }: Call): Sizes {
  const layers = attrs['layers'] as number;
  const [N, H, P, D] = (inputs['0.pastKeys'] as TensorInfo).shape as [number, number, number, number];
  const [rows, C] = (inputs['x'] as TensorInfo).shape as [number, number];
  const F = (inputs['0.widen.bias'] as TensorInfo).shape[0] as number;
  return { N, T: rows / N, P, H, D, C, F, layers, rows };
}

function shapeOf(name: LinearName, { C, F }: Sizes): [inputs: number, outputs: number] {
  switch (name) {
    case 'queryKeyValue':
      return [C, 3 * C];
    case 'mixHeads':
      return [C, C];
    case 'widen':
      return [C, F];
    case 'narrow':
      return [F, C];
    default:
      return name satisfies never;
  }
}

/** Arrays that lie one after the other in a block, each from a cache line of its own on. */
class Arrays {
  bytes = 0;

  /** Where in the block an array of so many numbers lies. */
  add(size: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil(size / 16) * 64;
    return at;
  }
}

/** What forward leaves for backward: offsets in one block, in the order of the table's words. */
function savedArrays({ rows, C, F, layers }: Sizes): { blocks: number[][]; finalStatistics: number; bytes: number } {
  const arrays = new Arrays();
  const widths = [2, C, 3 * C, C, C, 2, C, F, F, C];
  const blocks = Array.from({ length: layers }, () => widths.map((n) => arrays.add(rows * n)));
  return { blocks, finalStatistics: arrays.add(rows * 2), bytes: arrays.bytes };
}

/** Words of the table before the first block, and of each block. */
const [WHOLE, BLOCK] = [18, 35];

/** Names of a block's parameters, in the order of the table's words. */
const PARAMETERS = NORMS.flatMap((norm, half) => [
  `${norm}.scale`,
  `${norm}.shift`,
  ...LINEARS.slice(2 * half, 2 * half + 2).flatMap((name) => [`${name}.weight`, `${name}.bias`]),
]);

/** What of a table stays the same for as long as the parameters do. */
interface Template {
  parameters: readonly TensorInfo[];
  version: number;
  table: Int32Array;
}

const templates = new WeakMap<SimdBackend, Template>();
const names = new Map<number, string[]>();

/** All parameters of `layers` blocks, one after the other, then the last norm's. */
function parametersOf(inputs: Call['inputs'], layers: number): TensorInfo[] {
  let known = names.get(layers);
  if (!known) {
    const blocks = Array.from({ length: layers }, (_, layer) => PARAMETERS.map((name) => `${layer}.${name}`));
    known = [...blocks.flat(), 'finalNorm.scale', 'finalNorm.shift'];
    names.set(layers, known);
  }
  return known.map((name) => inputs[name] as TensorInfo);
}

/** A table with the parameters' words; made anew only where the parameters have changed since the last one. */
function templateOf(call: Call, layers: number): Int32Array {
  const { backend, inputs } = call;
  const parameters = parametersOf(inputs, layers);
  const known = templates.get(backend);
  const isKnown =
    known?.version === backend.weightsVersion &&
    known.parameters.length === parameters.length &&
    known.parameters.every(({ dataId }, i) => dataId === parameters[i]?.dataId);
  if (isKnown) return known.table.slice();
  const weights = packedWeights(backend, weightsOf(inputs, layers), 'forward');
  const table = new Int32Array(WHOLE + layers * BLOCK);
  for (let layer = 0; layer < layers; layer++) {
    let weight = layer * LINEARS.length;
    PARAMETERS.forEach((name, i) => {
      const isWeight = name.endsWith('.weight');
      const [address] = isWeight ? [weights[weight++] as number] : addresses(call, `${layer}.${name}`);
      table[WHOLE + layer * BLOCK + 4 + i] = address;
    });
  }
  table.set(addresses(call, 'finalNorm.scale', 'finalNorm.shift'), 10);
  // Without their tensors, which may be disposed: it is their data that count.
  const kept = parameters.map(({ dataId, shape, dtype }) => ({ dataId, shape, dtype }));
  templates.set(backend, { parameters: kept, version: backend.weightsVersion, table });
  return table.slice();
}

/** What both directions share of the table. */
function tableOf(call: Call, sizes: Sizes, saved: number): Int32Array {
  const { backend, inputs } = call;
  const { T, P, H, D, F, layers } = sizes;
  const { blocks, finalStatistics } = savedArrays(sizes);
  const table = templateOf(call, layers);
  const first = backend.address(inputs['first'] as TensorInfo) as number;
  const [x, cos, sin] = addresses(call, 'x', 'cos', 'sin');
  table.set([T, P, H, D, F, layers, x, first, cos, sin]);
  table[12] = saved + finalStatistics;
  for (let layer = 0; layer < layers; layer++) {
    const at = WHOLE + layer * BLOCK;
    const [keys, values] = addresses(call, `${layer}.pastKeys`, `${layer}.pastValues`);
    table[at] = keys;
    table[at + 1] = values;
    (blocks[layer] as number[]).forEach((offset, i) => (table[at + 16 + i] = saved + offset));
  }
  return table;
}

function weightsOf(inputs: Call['inputs'], layers: number): TensorInfo[] {
  return Array.from({ length: layers }, (_, layer) =>
    LINEARS.map((name) => inputs[`${layer}.${name}.weight`] as TensorInfo),
  ).flat();
}

/** Bytes of scratch memory that a thread needs on its way back: some rows, then those of attention. */
function scratchBytes({ T, P, D, C }: Sizes): number {
  return 4 * Math.max(ROWS, T) * C + attentionScratch(T, P, D);
}

/** Rows that go through all blocks together, as in kernels/transformer.ts: fewer would read all weights for little. */
const ROWS = 64;

function shareOf({ N, T, P, C, F, layers }: Sizes, threads: number): Share {
  const multiplyAdds = layers * T * (4 * C * C + 2 * C * F + 2 * C * (P + T));
  return { units: N, work: multiplyAdds / 8, grain: Math.min(Math.ceil(ROWS / T), Math.ceil(N / threads)) };
}

/**
 * x [N * T, C] through all blocks and the last norm. `first` [N * T]: the oldest step that each sees. With `remember`,
 * the last P keys and values of each block follow.
 *
 * @returns the features [N * T, C], what the gradient needs, then the caches
 */
const transformer: SimdKernel = (call) => {
  const { backend, attrs } = call;
  const sizes = sizesOf(call);
  const { N, H, P, D, C, rows, layers } = sizes;
  const features = backend.output([rows, C]);
  const saved = backend.output([savedArrays(sizes).bytes / 4]);
  const table = tableOf(call, sizes, saved.address);
  table[13] = features.address;
  const caches: TensorInfo[] = [];
  if (attrs['remember'])
    for (let layer = 0; layer < layers; layer++)
      for (let part = 0; part < 2; part++) {
        const cache = backend.output([N, H, P, D]);
        table[WHOLE + layer * BLOCK + 2 + part] = cache.address;
        caches.push(cache);
      }
  backend.reserveScratch(scratchBytes(sizes));
  backend.runTable('transformer', shareOf(sizes, backend.pool.threads), table);
  return [features, saved, ...caches];
};

/**
 * Gradients of x, then, unless the parameters are frozen, of each block's in the order of `PARAMETERS`, then of the last
 * norm's. It uses up what `transformer` saved: once for each of those.
 */
const transformerGradient: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const sizes = sizesOf(call);
  const { N, rows, C, F, layers } = sizes;
  const [saved, dy] = addresses(call, 'saved', 'dy');
  const table = tableOf(call, sizes, saved);
  const weights = packedWeights(backend, weightsOf(inputs, layers), 'back');
  const arrays = new Arrays();
  const sums = 2 * N * C;
  const sizesBetween = [sums, rows * C, sums, rows * C, rows * F];
  const between = Array.from({ length: layers }, () => sizesBetween.map((size) => arrays.add(size)));
  const finalSums = arrays.add(sums);
  const temporary = backend.output([arrays.bytes / 4]);
  const dx = backend.output([rows, C]);
  table[14] = dy;
  table[15] = dx.address;
  table[16] = N;
  table[17] = temporary.address + finalSums;
  for (let layer = 0; layer < layers; layer++) {
    const at = WHOLE + layer * BLOCK;
    table.set(weights.slice(layer * LINEARS.length, (layer + 1) * LINEARS.length), at + 26);
    table.set(
      (between[layer] as number[]).map((offset) => temporary.address + offset),
      at + 30,
    );
  }
  backend.reserveScratch(scratchBytes(sizes));
  backend.runTable('transformerGradient', shareOf(sizes, backend.pool.threads), table);
  const gradients = call.attrs['isFrozen'] ? [] : parameterGradients(backend, sizes, table);
  backend.disposeIntermediateTensorInfo(temporary);
  return [dx, ...gradients];
};

function parameterGradients(backend: SimdBackend, sizes: Sizes, table: Int32Array): TensorInfo[] {
  const { N, rows, C, layers } = sizes;
  const gradients: TensorInfo[] = [];
  const jobs: number[] = [];
  const norm = (sums: number): void => {
    for (const x of [sums, sums + 4 * N * C]) {
      const gradient = backend.output([C]);
      gradients.push(gradient);
      sumJob(jobs, { x, rows: N, n: C, out: gradient.address });
    }
  };
  const linear = (name: LinearName, x: number, dy: number): void => {
    const shape = shapeOf(name, sizes);
    const [weight, bias] = [backend.output(shape), backend.output([shape[1]])];
    gradients.push(weight, bias);
    linearJobs(jobs, { x, dy, rows, shape, weight: weight.address, bias: bias.address });
  };
  for (let layer = 0; layer < layers; layer++) {
    const word = (i: number): number => table[WHOLE + layer * BLOCK + i] as number;
    norm(word(30));
    linear('queryKeyValue', word(17), word(18));
    linear('mixHeads', word(19), word(31));
    norm(word(32));
    linear('widen', word(22), word(34));
    linear('narrow', word(23), word(33));
  }
  norm(table[17] as number);
  runWeightJobs(backend, jobs);
  return gradients;
}

export const transformerKernels: Record<string, SimdKernel> = {
  Transformer: transformer,
  TransformerGradient: transformerGradient,
};
