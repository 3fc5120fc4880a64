import { join } from 'node:path';
import { z } from 'zod';
import type { Architecture } from '../../agents/model/pretrained/architecture.ts';
import { nearest } from '../../envs/nearest.ts';
import { FileError } from '../errors.ts';
import { readJson } from '../files.ts';
import { CONFIG } from './fileNames.ts';

/** What a model's config.json says of it. */
export interface ModelConfig {
  architecture: Architecture;
  /** Names of its classes, in order; null where the model does not classify. */
  labels: string[] | null;
  /** Whether a text may have several of them, so that each has a probability of its own. */
  severalLabels: boolean;
}

const count = z.int().positive();

const headSchema = z.looseObject({
  model_type: z.string(),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  num_labels: count.nullish(),
  problem_type: z.string().nullish(),
});

const activation = z
  .enum(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'])
  .transform((name) => (name === 'gelu_pytorch_tanh' ? ('gelu_new' as const) : name));

/** Each kind's own config.json, as an architecture. What is left out is as Hugging Face's library has it. */
const SCHEMAS: Record<Architecture['kind'], z.ZodType<Architecture>> = {
  gpt2: z
    .looseObject({
      n_embd: count,
      n_layer: count,
      n_head: count,
      n_positions: count,
      vocab_size: count,
      n_inner: count.nullish(),
      layer_norm_epsilon: z.number().positive().default(1e-5),
      activation_function: activation.default('gelu_new'),
      scale_attn_weights: z.literal(true).default(true),
      scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
      add_cross_attention: z.literal(false).default(false),
    })
    .transform((config) => ({
      kind: 'gpt2' as const,
      width: config.n_embd,
      layers: config.n_layer,
      heads: config.n_head,
      hidden: config.n_inner ?? 4 * config.n_embd,
      positions: config.n_positions,
      vocabulary: config.vocab_size,
      tokenTypes: 0,
      epsilon: config.layer_norm_epsilon,
      activation: config.activation_function,
    })),
  bert: z
    .looseObject({
      hidden_size: count,
      num_hidden_layers: count,
      num_attention_heads: count,
      intermediate_size: count,
      max_position_embeddings: count,
      vocab_size: count,
      type_vocab_size: count.default(2),
      layer_norm_eps: z.number().positive().default(1e-12),
      hidden_act: activation.default('gelu'),
      position_embedding_type: z.literal('absolute').default('absolute'),
      is_decoder: z.literal(false).default(false),
    })
    .transform((config) => ({
      kind: 'bert' as const,
      width: config.hidden_size,
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      hidden: config.intermediate_size,
      positions: config.max_position_embeddings,
      vocabulary: config.vocab_size,
      tokenTypes: config.type_vocab_size,
      epsilon: config.layer_norm_eps,
      activation: config.hidden_act,
    })),
  distilbert: z
    .looseObject({
      dim: count,
      n_layers: count,
      n_heads: count,
      hidden_dim: count,
      max_position_embeddings: count,
      vocab_size: count,
      activation: activation.default('gelu'),
    })
    .transform((config) => ({
      kind: 'distilbert' as const,
      width: config.dim,
      layers: config.n_layers,
      heads: config.n_heads,
      hidden: config.hidden_dim,
      positions: config.max_position_embeddings,
      vocabulary: config.vocab_size,
      tokenTypes: 0,
      epsilon: 1e-12,
      activation: config.activation,
    })),
};

const KINDS = Object.keys(SCHEMAS);
const CLASSIFIES = /ForSequenceClassification$/;

/** @throws FileError when config.json is missing, broken, or of a model that is not known here */
export function readModelConfig(folder: string): ModelConfig {
  const path = join(folder, CONFIG);
  const head = readJson(path, headSchema);
  if (!isKind(head.model_type)) {
    const guess = nearest(head.model_type, KINDS);
    throw new FileError(
      `${path}: model_type is ${JSON.stringify(head.model_type)}, wanted one of ${KINDS.join(', ')}` +
        (guess === undefined ? '' : ` (did you mean ${guess}?)`),
    );
  }
  const architecture = readJson(path, SCHEMAS[head.model_type]);
  const { width, heads } = architecture;
  if (width % heads) throw new FileError(`${path}: the width ${width} is not a multiple of the heads, ${heads}`);
  return {
    architecture,
    labels: head.architectures?.some((name) => CLASSIFIES.test(name)) ? labelsOf(head) : null,
    severalLabels: head.problem_type === 'multi_label_classification',
  };
}

function isKind(name: string): name is Architecture['kind'] {
  return KINDS.includes(name);
}

/** Two, where nothing is said of them. */
function labelsOf({ id2label, num_labels: given }: z.infer<typeof headSchema>): string[] {
  const known = id2label ?? {};
  const labels = Object.keys(known).length || (given ?? 2);
  return Array.from({ length: labels }, (_, i) => known[String(i)] ?? `LABEL_${i}`);
}
