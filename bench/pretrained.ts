import * as tf from '@tensorflow/tfjs-core';
import { Actor, openDevice } from 'gymformer';
import {
  type Architecture,
  batchOf,
  Parameters,
  Policy,
  SentenceEncoder,
  TextClassifier,
  Weights,
} from 'gymformer/agents';
import { Box, Discrete, Generator } from 'gymformer/envs';
import { devicesFor } from './devices.ts';
import type { BenchLine, BenchOptions } from './line.ts';

const TOKENS = 16;
const SECONDS = 3;

const OURS = { activation: 'gelu', epsilon: 1e-12, positions: 512, vocabulary: 30_522 } as const;
/** Of distilbert-base-uncased, all-MiniLM-L6-v2 and the smallest GPT-2. */
const DISTILBERT: Architecture = {
  ...OURS,
  ...{ kind: 'distilbert', width: 768, layers: 6, heads: 12, hidden: 3072, tokenTypes: 0 },
};
const MINILM: Architecture = {
  ...OURS,
  ...{ kind: 'bert', width: 384, layers: 6, heads: 12, hidden: 1536, tokenTypes: 2 },
};
const GPT2: Architecture = {
  ...{ kind: 'gpt2', width: 768, layers: 12, heads: 12, hidden: 3072, tokenTypes: 0 },
  ...{ activation: 'gelu_new', epsilon: 1e-5, positions: 1024, vocabulary: 50_257 },
};

interface Case {
  name: string;
  /** Texts or environments at once. */
  count: number;
  open(count: number): Opened;
}

/** A model whose weights are all 0, which takes as long as one that was trained. */
interface Opened {
  parameters: number;
  run(): Promise<void>;
  dispose(): void;
}

const CASES: readonly Case[] = [
  ...[1, 16].map((count) => ({ name: 'distilbert', count, open: openClassifier })),
  ...[1].map((count) => ({ name: 'minilm', count, open: openEncoder })),
  ...[1, 16].map((count) => ({ name: 'gpt2', count, open: openTrunk })),
];

/** Milliseconds for a text of 16 tokens (DistilBERT's labels, MiniLM's meaning) or a step of an episode (GPT-2 as the trunk). */
export async function* pretrained({ only, device, onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  const devices = await devicesFor(device);
  const cases = CASES.filter(({ name }) => !only || only === name);
  let done = 0;
  for (const each of devices) {
    await openDevice(each);
    for (const { name, count, open } of cases) {
      onProgress?.(done++, devices.length * cases.length);
      const model = open(count);
      const { parameters } = model;
      const milliseconds = (await fastest(model)) / count;
      model.dispose();
      yield { bench: 'pretrained', case: name, device: each, atOnce: count, parameters, milliseconds };
    }
  }
}

function openClassifier(count: number): Opened {
  const parameters = new Parameters(new Generator(0));
  const model = new TextClassifier(new Weights(parameters, '', null), DISTILBERT, 2);
  return openedTexts(parameters, count, (texts) => model.logits(batchOf(texts)));
}

function openEncoder(count: number): Opened {
  const parameters = new Parameters(new Generator(0));
  const model = new SentenceEncoder(new Weights(parameters, '', null), MINILM);
  return openedTexts(parameters, count, (texts) => model.run(batchOf(texts)));
}

function openedTexts(parameters: Parameters, count: number, run: (texts: number[][]) => tf.Tensor): Opened {
  const texts = Array.from({ length: count }, () => Array.from({ length: TOKENS }, (_, i) => i + 1));
  return {
    parameters: parameters.total,
    async run() {
      const result = tf.tidy(() => run(texts));
      await result.data();
      result.dispose();
    },
    dispose: () => parameters.dispose(),
  };
}

function openTrunk(count: number): Opened {
  const policy = new Policy({
    observationSpace: new Box({ low: -1, high: 1, shape: [8] }),
    actionSpace: new Discrete(4),
    ...{ policy: 'transformer', width: 64, heads: 4, layers: 1, feedForward: 4, context: 16, initialLogStd: 0 },
    pretrained: { architecture: GPT2, weights: null },
    random: new Generator(0),
  });
  const actor = new Actor(policy, count);
  const observations = new Float32Array(8 * count).fill(0.5);
  const random = new Generator(1);
  return {
    parameters: policy.parameters.total,
    run: async () => void (await actor.act(observations, null, { draw: random })),
    dispose() {
      actor.dispose();
      policy.dispose();
    },
  };
}

/** Milliseconds of the fastest run of some seconds, after one to warm up. */
async function fastest({ run }: Opened): Promise<number> {
  await run();
  let best = Infinity;
  const end = performance.now() + 1000 * SECONDS;
  do {
    const from = performance.now();
    await run();
    best = Math.min(best, performance.now() - from);
  } while (performance.now() < end);
  return best;
}
