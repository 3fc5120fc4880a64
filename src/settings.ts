import { z } from 'zod';
import { DEVICE_NAMES } from './device/names.ts';

const count = z.int().positive();
const fraction = z.number().min(0).max(1);

/** @see Architecture */
const architectureSchema = z.strictObject({
  kind: z.enum(['gpt2', 'bert', 'distilbert']),
  width: count,
  layers: count,
  heads: count,
  hidden: count,
  positions: count,
  vocabulary: count,
  tokenTypes: z.int().nonnegative(),
  epsilon: z.number().positive(),
  activation: z.enum(['gelu', 'gelu_new', 'relu']),
});

/**
 * Every setting of a run: its name, its meaning, its bounds and its default.
 *
 * A setting comes from, in this order: a flag, the config file, the run that its first weights come from, the
 * environment's preset, the algorithm's defaults below, the default here.
 */
export const configSchema = z.strictObject({
  environment: z.string().describe('id of a registered environment, path of a module, or package#export'),
  algo: z.enum(['ppo', 'a2c', 'reinforce', 'gail', 'bc', 'dt']).default('ppo').describe('learning algorithm'),
  policy: z.enum(['transformer', 'gru', 'mlp']).default('transformer').describe('what works across time'),
  seed: z.int().nonnegative().default(0).describe('seeds weights, actions, shuffling and environments'),
  device: z
    .enum(['auto', ...DEVICE_NAMES])
    .default('auto')
    .describe('where tensors live'),
  threads: z.int().nonnegative().default(0).describe('of the simd device; 0: as many as there are cores'),
  deterministic: z
    .boolean()
    .default(false)
    .describe('on the simd device: the same bits on every machine, a little slower'),
  steps: count.default(100_000).describe('environment steps to train for, rounded up to whole rollouts'),
  initFrom: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('a run, or a checkpoint of one, whose weights training begins with, as far as they fit'),
  freeze: z
    .enum(['none', 'trunk'])
    .default('none')
    .describe('trunk: what works across time stays as it is; encoder and heads learn'),
  loraRank: z
    .int()
    .nonnegative()
    .default(0)
    .describe('rank of low-rank adapters that learn in place of the trunk, beside encoder and heads; 0: none'),
  loraAlpha: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('what the adapters put out is multiplied by alpha / rank; not given: by 1'),
  untilReturn: z.number().nullable().default(null).describe('stop once evaluation reaches this mean return'),
  evalEpisodes: count.default(100).describe('episodes of an evaluation'),
  evalEvery: z.int().nonnegative().default(0).describe('environment steps between evaluations; 0: only at the end'),
  evalFirst: z.boolean().default(false).describe('evaluate before anything is learned, too'),
  evalActions: z.enum(['likeliest', 'drawn']).default('likeliest').describe('which actions evaluation takes'),
  evalParameters: z
    .string()
    .regex(/^(\w+=[^,:=]+(,\w+=[^,:=]+)*)?$/, 'wanted name=value, or several such with commas between')
    .default('')
    .describe("the environment's parameters in evaluations and replays, where other than in training: name=value,…"),
  levels: z
    .int()
    .min(0)
    .max(2 ** 30)
    .default(0)
    .describe("of the environment, so many seeds that training's episodes have; evaluations have others. 0: any"),
  checkpointEvery: count.default(20_000).describe('environment steps between checkpoints'),
  replayEvery: z.int().nonnegative().default(0).describe('environment steps between recorded episodes; 0: none'),

  snapshotEvery: count.default(10).describe('in self-play, updates between snapshots of the policy'),
  poolSize: count.default(10).describe('snapshots to play against: the latest so many'),
  newestShare: fraction
    .default(0.5)
    .describe('of the games, those against the newest snapshot; others are against any'),

  expert: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('of gail: dataset of the episodes to imitate (gymformer dataset build makes one)'),
  discriminatorWindow: count
    .default(1)
    .describe(
      'steps that the discriminator looks at together: 1 is a pair of observation and action, more take a Transformer',
    ),
  discriminatorWidth: count.default(64).describe('numbers in the vector that the discriminator makes of a step'),
  discriminatorLayers: count.default(2).describe('blocks of the discriminator'),
  discriminatorHeads: count.default(2).describe('its attention heads; twice of them divides its width'),
  discriminatorSteps: count.default(16).describe("its optimiser's steps an update"),
  discriminatorBatch: count.default(256).describe('windows of the expert, and of the policy, in each'),
  discriminatorLearningRate: z.number().positive().default(3e-4).describe("its optimiser's step size"),
  discriminatorPenalty: z.number().nonnegative().default(0.1).describe('weight of its gradient penalty; 0: none'),
  discriminatorAccuracy: fraction
    .default(0.9)
    .describe('it does not learn while it tells more of a batch rightly: the policy has to keep up'),

  trunk: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('pretrained GPT-2 that works across time in place of our Transformer: hf:<owner>/<name> or a folder'),
  textEncoder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('pretrained BERT that reads texts as a whole, rather than word by word: hf:<owner>/<name> or a folder'),
  trunkArchitecture: architectureSchema.nullable().default(null).describe('how the pretrained trunk is built'),
  textEncoderHash: z
    .string()
    .nullable()
    .default(null)
    .describe("sha256 of the text encoder's files, where a folder has them"),

  width: count.default(32).describe('numbers in the vector that a time step becomes'),
  layers: count.default(1).describe('blocks of the policy'),
  heads: count.default(2).describe('attention heads; divides the width'),
  reach: z
    .int()
    .min(0)
    .max(2)
    .default(0)
    .describe('how far around a cell the encoder sees it together with others; 0: alone, 1: with its 8 neighbours'),
  queries: z
    .enum(['learned', 'text'])
    .default('learned')
    .describe('of the encoder: what looks at cells and patches; text: heads too that look for what the text tells of'),
  context: count.default(16).describe('earlier steps of the episode that attention sees'),
  feedForward: z.number().positive().default(4).describe('width of the feed-forward layers, as a multiple of width'),
  gating: z
    .enum(['none', 'gru'])
    .default('none')
    .describe('of the Transformer: what a layer puts out is added to what came in, or a gate decides'),
  initialLogStd: z.number().default(0).describe('log standard deviation that continuous actions start with'),

  envs: count.default(16).describe('environments run side by side'),
  envWorkers: z
    .int()
    .nonnegative()
    .default(0)
    .describe('threads that the environments run in; 0: none, best where a step takes less than 0.1 ms'),
  rolloutSteps: count.default(128).describe('steps of each environment between updates'),
  sequenceSteps: count.default(16).describe('steps of a sequence, the unit of learning; divides rolloutSteps'),
  epochs: count.default(4).describe('passes over each rollout'),
  minibatches: count.default(8).describe('optimiser steps a pass'),
  learningRate: z.number().positive().default(1e-3).describe("Adam's step size"),
  finalLearningRate: z.number().nonnegative().default(0).describe('what it falls to over annealSteps, linearly'),
  annealSteps: z.int().nonnegative().default(0).describe('environment steps over which it falls; 0: it stays'),
  gamma: fraction.default(0.99).describe('discount of a reward one step later'),
  gaeLambda: fraction.default(0.95).describe('0: one-step advantages, low variance; 1: full returns, no bias'),
  clipRange: z.number().positive().default(0.2).describe('how far the probability ratio counts'),
  clipValues: z.boolean().default(false).describe("clip the value's change too"),
  valueCoefficient: z.number().nonnegative().default(0.5).describe("weight of the value's loss"),
  entropyCoefficient: z.number().default(0.01).describe('weight of the entropy, which rewards exploring'),
  finalEntropyCoefficient: z
    .number()
    .nullable()
    .default(null)
    .describe('what it goes to over annealSteps, linearly; not given: it stays'),
  reconstructionCoefficient: z
    .number()
    .nonnegative()
    .default(0)
    .describe('weight of telling the observation again from what the policy made of it; 0: not learned'),
  normalizeAdvantages: z.boolean().default(true).describe('normalise the advantages of each minibatch'),
  maxGradientNorm: z.number().positive().default(0.5).describe('gradients are scaled down to this norm'),
  targetKl: z.number().positive().nullable().default(null).describe('end an update early beyond this divergence'),
  normalizeObservations: z.boolean().default(true).describe('to running mean 0 and deviation 1, clipped to 10'),
  normalizeRewards: z.boolean().default(true).describe('divide by the running deviation of the returns'),

  targetReturn: z
    .number()
    .nullable()
    .default(null)
    .describe('of dt, when it plays: the return asked for; not given: the best of the dataset'),
  returnScale: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('of dt: what returns are divided by before it is told them; not given: the largest of the dataset'),
});

export type Config = z.infer<typeof configSchema>;

export const CONFIG_KEYS = Object.keys(configSchema.shape) as (keyof Config)[];

/** Settings that are found in what others name, rather than chosen: they have no flags. */
const FOUND = ['trunkArchitecture', 'textEncoderHash'] as const satisfies (keyof Config)[];

export type Chosen = Exclude<keyof Config, (typeof FOUND)[number]>;

/** Settings that a person chooses. */
export const CHOSEN_KEYS = CONFIG_KEYS.filter((key): key is Chosen => !isFound(key));

export type Algorithm = Config['algo'];

/** Algorithms that learn from a dataset; all others learn by playing. */
const PRETRAINING = ['bc', 'dt'] as const satisfies Algorithm[];
export type PretrainingAlgorithm = (typeof PRETRAINING)[number];
export type PlayingAlgorithm = Exclude<Algorithm, PretrainingAlgorithm>;

export function isPretraining(algo: Algorithm): algo is PretrainingAlgorithm {
  return (PRETRAINING as readonly Algorithm[]).includes(algo);
}

/** Whether there is such a setting. */
export function isKey(key: string): key is keyof Config {
  return CONFIG_KEYS.includes(key as keyof Config);
}

/** Whether no person chooses it. */
export function isFound(key: string): boolean {
  return (FOUND as readonly string[]).includes(key);
}
