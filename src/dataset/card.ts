import { z } from 'zod';
import type { Space } from '../../envs/spaces.ts';
import { type SpaceJson, spaceFromJson, spaceToJson } from '../replay/spaceJson.ts';
import { mean } from '../statistics.ts';

/** Format of a dataset; a change that an older gymformer could not read raises it. */
export const DATASET_FORMAT = 1;

export const CARD = 'dataset.json';
export const INDEX = 'episodes.json';
export const PAGE = 'README.md';

const count = z.int().nonnegative();
const size = z.object({ episodes: count, steps: count });

const spaceSchema = z.unknown().transform((json, context): Space => {
  try {
    return spaceFromJson(json as SpaceJson); // throws for whatever is none
  } catch (error) {
    context.addIssue({ code: 'custom', message: `no space: ${(error as Error).message}` });
    return z.NEVER;
  }
});

const distributionSchema = z.object({
  mean: z.number(),
  /** Of the population: of these episodes, not of a sample. */
  deviation: z.number(),
  least: z.number(),
  lowerQuartile: z.number(),
  median: z.number(),
  upperQuartile: z.number(),
  most: z.number(),
});

const environmentSchema = z.object({
  id: z.string(),
  observationSpace: spaceSchema,
  actionSpace: spaceSchema,
  episodes: count.positive(),
  steps: count.positive(),
  /** Undiscounted returns of its episodes. */
  returns: distributionSchema,
});

const sourceSchema = z.object({
  /** The replay, as it was named or found. */
  replay: z.string(),
  environment: z.string(),
  /** Run that the policy came from, and its training steps, where the replay tells. */
  run: z.string().optional(),
  step: z.number().optional(),
  episodes: count,
  steps: count,
  /** Episodes that were left out, counted from 1 as people do. */
  leftOut: z.array(z.object({ episode: count, reason: z.string() })),
});

export const cardSchema = z.object({
  format: z.literal(DATASET_FORMAT),
  /** Version of gymformer that wrote it. */
  gymformer: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
  environments: z.array(environmentSchema).min(1),
  splits: z.object({ train: size, validation: size }),
  /** Draws the episodes for validation. */
  seed: count,
  sources: z.array(sourceSchema),
  shards: z.array(z.object({ file: z.string().regex(/^[\w.-]+$/), environment: z.string(), bytes: count })).min(1),
  /** Of the file that lists the episodes. */
  indexChecksum: count,
});

/** What a dataset says of itself. */
export type DatasetCard = z.infer<typeof cardSchema>;
export type Distribution = z.infer<typeof distributionSchema>;
export type Source = z.infer<typeof sourceSchema>;

/** A column for each thing that is to know of an episode. */
export const indexSchema = z
  .object({
    /** Number of the environment in the card. */
    environment: z.array(count),
    /** Number of the shard in the card, and the place in it: see `ShardPlace`. */
    shard: z.array(count),
    before: z.array(count),
    first: z.array(count),
    steps: z.array(count),
    masked: z.array(z.boolean()),
    checksum: z.array(count),
    return: z.array(z.number()),
    seed: z.array(z.number()),
    terminated: z.array(z.boolean()),
    truncated: z.array(z.boolean()),
    validation: z.array(z.boolean()),
  })
  .refine((columns) => new Set(Object.values(columns).map(({ length }) => length)).size === 1, {
    message: 'its columns differ in length',
  });

export type EpisodeIndex = z.infer<typeof indexSchema>;

/** The card as its file holds it. */
export function cardToJson(card: DatasetCard): string {
  const environments = card.environments.map(({ observationSpace, actionSpace, ...rest }) => ({
    ...rest,
    observationSpace: spaceToJson(observationSpace),
    actionSpace: spaceToJson(actionSpace),
  }));
  return `${JSON.stringify({ ...card, environments }, null, 2)}\n`;
}

/** How values lie; a quantile between two of them is on the straight line. @throws RangeError without values */
export function distributionOf(values: readonly number[]): Distribution {
  if (values.length === 0) throw new RangeError('distributionOf: there are no values');
  const sorted = values.toSorted((a, b) => a - b);
  const centre = mean(values);
  const quantile = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] as number;
    return below + (place % 1) * ((sorted[Math.ceil(place)] as number) - below);
  };
  return {
    mean: centre,
    deviation: Math.sqrt(mean(values.map((value) => (value - centre) ** 2))),
    least: quantile(0),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    most: quantile(1),
  };
}
