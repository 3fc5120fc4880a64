import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StoredTensor } from '../agents/model/parameters.ts';
import { FileError } from './errors.ts';
import { readJson, writeDirectoryAtomic } from './files.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/** Format of a checkpoint; a change that an older gymformer could not read raises it. */
export const CHECKPOINT_FORMAT = 1;

const statisticsState = z.unknown();

/** Everything besides tensors that training needs to go on where it stopped. */
const stateSchema = z.object({
  format: z.literal(CHECKPOINT_FORMAT),
  environment: z.string(),
  step: z.int(),
  update: z.int(),
  episodes: z.int(),
  seconds: z.number(),
  /** Of the generator that draws actions and shuffles. */
  random: z.unknown(),
  optimizerSteps: z.int(),
  observationNormalizer: statisticsState.nullable(),
  rewardNormalizer: statisticsState.nullable(),
  vectorEnv: z.unknown(),
  /** Of the acting policy's memory: steps that it holds of each episode, and where an episode is about to start. */
  memoryLengths: z.array(z.int()),
  starts: z.array(z.int()),
  /** The pool of past policies and the games against them; absent without self-play. */
  selfPlay: z.unknown().optional(),
  /** What tells an expert from the policy; absent without imitation. */
  imitation: z.unknown().optional(),
  /** Last 100 finished episodes. */
  recentReturns: z.array(z.number()),
  recentLengths: z.array(z.number()),
});

export type TrainingState = z.infer<typeof stateSchema>;

type Tensors = Map<string, StoredTensor>;

export interface Checkpoint {
  policy: Tensors;
  optimizer: Tensors;
  /** What the acting policy remembered. */
  memory: Tensors;
  /** In self-play: past policies, and what they remember. Empty without. */
  opponents: Tensors;
  /** In adversarial imitation: the discriminator, its optimiser, and the steps that its windows reach back. Empty without. */
  discriminator: Tensors;
  state: TrainingState;
}

const PARTS = ['policy', 'optimizer', 'memory', 'opponents', 'discriminator'] as const;

/** Writes a checkpoint's folder, whole or not at all. */
export function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { environment, step } = checkpoint.state;
  const metadata = { environment, step: String(step), format: 'gymformer' };
  const parts = PARTS.filter((part) => hasPart(checkpoint.state, part));
  writeDirectoryAtomic(path, {
    ...Object.fromEntries(parts.map((part) => [`${part}.safetensors`, encodeSafetensors(checkpoint[part], metadata)])),
    'state.json': `${JSON.stringify(checkpoint.state)}\n`,
  });
}

/**
 * @throws FileError when a part is missing, cut, corrupt, of another environment or of a newer version
 */
export function loadCheckpoint(path: string, environment: string): Checkpoint {
  const statePath = join(path, 'state.json');
  if (!existsSync(statePath)) throw new FileError(`${path} is not a checkpoint: there is no state.json in it`);
  const { format } = readJson(statePath, z.looseObject({ format: z.number() }));
  if (format > CHECKPOINT_FORMAT)
    throw new FileError(
      `${path} was written by a newer gymformer (checkpoint format ${format}, this one reads ${CHECKPOINT_FORMAT}): update gymformer`,
    );
  const state = readJson(statePath, stateSchema);
  if (state.environment !== environment)
    throw new FileError(`${path} is a checkpoint of ${state.environment}, wanted one of ${environment}`);
  const [policy, optimizer, memory, opponents, discriminator] = PARTS.map((part) => {
    if (!hasPart(state, part)) return new Map();
    const file = join(path, `${part}.safetensors`);
    if (!existsSync(file)) throw new FileError(`${file} is missing: use an earlier checkpoint`);
    return decodeSafetensors(readFileSync(file), file).tensors;
  }) as [Tensors, Tensors, Tensors, Tensors, Tensors];
  return { policy, optimizer, memory, opponents, discriminator, state };
}

/** Opponents are only there in self-play, a discriminator in imitation. */
function hasPart({ selfPlay, imitation }: TrainingState, part: (typeof PARTS)[number]): boolean {
  if (part === 'opponents') return selfPlay !== undefined;
  return part !== 'discriminator' || imitation !== undefined;
}
