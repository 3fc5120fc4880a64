import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addresses, type Call, type SimdKernel } from './kernel.ts';

// Tokens by tables under a softmax, and the gradient: kernels/tokens.ts says in which words of its table it looks for what.

/** A group of tokens with tables of their own, as agents/model/tokenTables.ts has it. */
interface Group {
  offset: number;
  tokens: number;
  channels: number;
  categories: readonly number[] | null;
  first: number;
  scale: number;
  optional: boolean;
  /** Of a token's part of the tables. */
  rows: number;
}

interface Attributes {
  groups: readonly Group[];
  /** What logits are multiplied by. */
  gain: number;
}

/** Words before the first group, of a group, and of each channel's categories; bytes of an entry. */
const [WHOLE, GROUP, CHANNEL, ENTRY_BYTES] = [18, 12, 2, 16];

/** N observations of `size` numbers, all their tokens, of which the last ones are made elsewhere; H heads of C columns. */
interface Sizes {
  N: number;
  size: number;
  C: number;
  H: number;
  tokens: number;
  made: number;
  groups: readonly Group[];
}

function sizesOf({ inputs, attrs }: Call): Sizes {
  const { groups } = attrs as unknown as Attributes;
  const [N, size] = (inputs['observations'] as TensorInfo).shape as [number, number];
  const values = (inputs['0.values'] ?? inputs['made.values']) as TensorInfo;
  const logits = (inputs['0.logits'] ?? inputs['made.logits']) as TensorInfo;
  const made = inputs['made.values'] ? (inputs['made.values'].shape[0] as number) / N : 0;
  const tokens = groups.reduce((sum, group) => sum + group.tokens, made);
  return { N, size, C: values.shape[1] as number, H: logits.shape[1] as number, tokens, made, groups };
}

/** What both directions share of the table. Behind the groups' words lie those of their channels. */
function tableOf(call: Call, { N, size, C, H, tokens, made, groups }: Sizes): Int32Array {
  const channels = groups.reduce((sum, { categories }) => sum + (categories?.length ?? 0), 0);
  const table = new Int32Array(WHOLE + groups.length * GROUP + channels * CHANNEL);
  table.set([size, C, H, tokens, groups.length, N, ...addresses(call, 'observations')]);
  table[10] = made;
  if (made) table.set(addresses(call, 'made.values', 'made.logits'), 11);
  const floats = new Float32Array(table.buffer);
  floats[17] = (call.attrs as unknown as Attributes).gain;
  let list = WHOLE + groups.length * GROUP;
  groups.forEach(({ offset, tokens, channels, categories, first, scale, optional, rows }, g) => {
    const at = WHOLE + g * GROUP;
    const tables = addresses(call, `${g}.values`, `${g}.logits`);
    table.set([offset, tokens, channels, categories ? list : 0, first, 0, Number(optional), rows, ...tables], at);
    floats[at + 5] = scale;
    let row = 0;
    for (const count of categories ?? []) {
      table.set([count, row], list);
      row += count;
      list += CHANNEL;
    }
  });
  return table;
}

/** Multiply-adds of one token of one observation. */
function workOf({ size, C, tokens }: Sizes): number {
  return (Math.min(size, 4 * tokens) * C) / (4 * tokens);
}

/**
 * observations [N, size], tables `g.values` [tokens * rows, C] and `g.logits` [tokens * rows, H] of each group, perhaps
 * `made.values` and `made.logits` of further tokens.
 *
 * @returns the output [N, C], weights [N, H, tokens], and how many tokens each observation has, [N]
 */
const poolTokens: SimdKernel = (call) => {
  const { backend } = call;
  const sizes = sizesOf(call);
  const { N, C, H, tokens, size, made } = sizes;
  const outputs = [backend.output([N, C]), backend.output([N, H, tokens]), backend.output([N])];
  const table = tableOf(call, sizes);
  table.set(
    outputs.map(({ address }) => address),
    7,
  );
  backend.reserveScratch(4 * H * (tokens + 4) + ENTRY_BYTES * (size + made));
  backend.runTable('poolTokens', { units: N, work: tokens * workOf(sizes), grain: 1 }, table);
  return outputs;
};

/** Gradients of each group's values and logits, then of what was made elsewhere. `output`, `weights`, `counts`: as above. */
const poolTokensGradient: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const sizes = sizesOf(call);
  const { N, C, H, tokens, made, groups, size } = sizes;
  const table = tableOf(call, sizes);
  table.set(addresses(call, 'output', 'weights', 'counts'), 7);
  const along = backend.output([N, H]);
  table.set([...addresses(call, 'dy'), along.address], 13);
  const gradientOf = (name: string): TensorInfo & { address: number } =>
    backend.output((inputs[name] as TensorInfo).shape);
  const gradients = groups.flatMap((_, g) => [gradientOf(`${g}.values`), gradientOf(`${g}.logits`)]);
  groups.forEach((_, g) => {
    const ofGroup = gradients.slice(2 * g, 2 * g + 2).map(({ address }) => address);
    table.set(ofGroup, WHOLE + g * GROUP + 10);
  });
  if (made) {
    const ofMade = [gradientOf('made.values'), gradientOf('made.logits')];
    gradients.push(...ofMade);
    table.set(
      ofMade.map(({ address }) => address),
      15,
    );
  }
  backend.reserveScratch(4 * H + ENTRY_BYTES * size);
  backend.runTable('poolTokensAlong', { units: N, work: C / 4, grain: 1 }, table);
  backend.runTable('poolTokensGradient', { units: tokens, work: 2 * N * workOf(sizes), grain: 1 }, table);
  backend.disposeIntermediateTensorInfo(along);
  return gradients;
};

export const tokenKernels: Record<string, SimdKernel> = {
  PoolTokens: poolTokens,
  PoolTokensGradient: poolTokensGradient,
};
