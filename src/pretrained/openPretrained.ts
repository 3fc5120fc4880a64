import type { TensorSource } from '../../agents/model/pretrained/weights.ts';
import { Sentences } from '../../agents/model/sentences.ts';
import type { Config } from '../settings.ts';
import { SYNCHRONOUS_DEVICES } from '../device/names.ts';
import { ConfigError, FileError } from '../errors.ts';
import { fingerprint } from './fingerprint.ts';
import { type LocateOptions, locateModel } from './locate.ts';
import { readModelConfig } from './modelConfig.ts';
import { parseModelReference } from './reference.ts';
import { WeightFiles } from './weightFiles.ts';

/** What a policy has of pretrained models. */
export interface Pretrained {
  /** The run's settings, in which models are named for good and what was found of them stands. */
  config: Config;
  /** Null without a text encoder. */
  sentences: Sentences | null;
  /** The trunk's weights, for a policy that has none yet; null for one without, or whose checkpoint has them. */
  trunk: TensorSource | null;
  /** What the text encoder has computed so far. */
  flopsSoFar(): number;
  dispose(): void;
}

export interface OpenPretrainedOptions extends LocateOptions {
  /** Name of the device in use. */
  device: string;
}

/**
 * Finds and opens the pretrained models that a run's settings name. The device must be open.
 *
 * A run that has begun needs its text encoder alone: its checkpoints hold the trunk.
 *
 * @throws FileError when a model cannot be read, is not what the run began with, or is of no kind that serves
 * @throws ConfigError when settings do not go with it
 */
export async function openPretrained(config: Config, options: OpenPretrainedOptions): Promise<Pretrained> {
  const { sentences, ...texts } = await openTextEncoder(config, options);
  try {
    const { weights, ...trunk } = await openTrunk(config, options);
    return {
      config: { ...config, ...texts.found, ...trunk.found },
      sentences,
      trunk: weights,
      flopsSoFar: texts.flopsSoFar,
      dispose() {
        weights?.close();
        texts.dispose();
      },
    };
  } catch (error) {
    texts.dispose();
    throw error;
  }
}

interface OpenTextEncoder {
  sentences: Sentences | null;
  found: Partial<Config>;
  flopsSoFar(): number;
  dispose(): void;
}

async function openTextEncoder(
  config: Config,
  { device, ...options }: OpenPretrainedOptions,
): Promise<OpenTextEncoder> {
  const { textEncoder, textEncoderHash } = config;
  if (textEncoder === null) return { sentences: null, found: {}, flopsSoFar: () => 0, dispose: () => {} };
  if (!SYNCHRONOUS_DEVICES.includes(device))
    throw new ConfigError(
      `textEncoder reads texts when they are seen, and the device ${device} does not answer at once: give --device ${SYNCHRONOUS_DEVICES.join(', ')}`,
    );
  const { folder, reference } = await locateModel(textEncoder, { texts: true, ...options });
  const hash = parseModelReference(reference).kind === 'folder' ? await fingerprint(folder) : null;
  if (textEncoderHash !== null && hash !== textEncoderHash)
    throw new FileError(
      `${folder} is not the text encoder that the run began with: its sha256 is ${hash}, wanted ${textEncoderHash}`,
    );
  const { SentenceEmbedding } = await import('./sentenceEmbedding.ts'); // brings a tokeniser, which few runs need
  const embedding = new SentenceEmbedding(folder, textEncoder);
  const sentences = new Sentences(embedding.width, (text) => embedding.embed(text));
  return {
    sentences,
    found: { textEncoder: reference, textEncoderHash: hash },
    flopsSoFar: () => embedding.flopsSoFar,
    dispose() {
      sentences.dispose();
      embedding.dispose();
    },
  };
}

async function openTrunk(
  config: Config,
  options: LocateOptions,
): Promise<{ weights: WeightFiles | null; found: Partial<Config> }> {
  const { trunk, trunkArchitecture, context } = config;
  if (trunk === null || trunkArchitecture !== null) return { weights: null, found: {} };
  const { folder, reference } = await locateModel(trunk, { texts: false, ...options });
  const { architecture } = readModelConfig(folder);
  if (architecture.kind !== 'gpt2')
    throw new FileError(
      `${trunk} cannot work across time: ${architecture.kind} was trained to look ahead as well as back, and a step has no future yet; wanted gpt2`,
    );
  if (context >= architecture.positions)
    throw new ConfigError(
      `context is ${context}, but ${trunk} tells only ${architecture.positions} places apart: give --context ${architecture.positions - 1} or less`,
    );
  const weights = new WeightFiles(folder, architecture.kind);
  return { weights, found: { trunk: reference, trunkArchitecture: architecture } };
}
