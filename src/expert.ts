import { actionWidth, writeAction } from '../agents/model/actionFeatures.ts';
import type { Side } from '../agents/adversarial/learnDiscriminator.ts';
import { StepLog } from '../agents/adversarial/stepLog.ts';
import { describeSpace, flatSize, type Space } from '../envs/spaces.ts';
import { RunningStatistics, type RunningStatisticsState } from '../envs/runningStatistics.ts';
import { type Dataset, openDataset } from './dataset/dataset.ts';
import { ConfigError } from './errors.ts';
import { ObservationNormalizer } from './normalizers.ts';
import { spaceToJson } from './replay/spaceJson.ts';

/** What an expert saw and did, to be imitated. */
export interface Expert extends Side {
  /** Episodes that ended by their own rules. */
  ended: number;
  /** By which observations are brought to mean 0 and deviation 1. */
  statistics: RunningStatisticsState;
  /** Tells it from others. */
  checksum: number;
}

export interface ExpertSpaces {
  environment: string;
  observationSpace: Space;
  actionSpace: Space;
}

/**
 * Reads the training episodes of a dataset, all of them.
 *
 * @param path of the dataset
 * @throws ConfigError when it has no episodes of the environment, or of other spaces: both are named
 * @throws FileError when it cannot be read
 */
export function openExpert(path: string, spaces: ExpertSpaces): Expert {
  const dataset = openDataset(path);
  const { observationSpace, actionSpace } = spaces;
  const entries = dataset.episodes('train', environmentIn(dataset, path, spaces));
  if (entries.length === 0)
    throw new ConfigError(`expert: all episodes in ${path} are for validation: build it with a smaller --validation`);
  const O = flatSize(observationSpace);
  const total = entries.reduce((sum, { steps }) => sum + steps, 0);
  const log = new StepLog(total, O, actionWidth(actionSpace));
  const statistics = new RunningStatistics(O);
  let [row, ended] = [0, 0];
  for (const entry of entries) {
    const { observations, actions, terminated } = dataset.read(entry);
    const A = actions.length / entry.steps;
    log.observations.set(observations.subarray(0, entry.steps * O), row * O);
    for (let t = 0; t < entry.steps; t++, row++) {
      log.ages[row] = t;
      const out = log.actions.subarray(row * log.actionSize, (row + 1) * log.actionSize);
      writeAction(actionSpace, actions.subarray(t * A, (t + 1) * A), out);
    }
    if (terminated) ended++;
  }
  statistics.update(log.observations, total);
  const normalizer = new ObservationNormalizer(observationSpace, total);
  normalizer.restore(statistics.state());
  log.observations.set(normalizer.apply(log.observations));
  return {
    log,
    rows: Int32Array.from({ length: total }, (_, i) => i),
    ended,
    statistics: statistics.state(),
    checksum: dataset.card.indexChecksum,
  };
}

/** The environment of that name in the dataset, or the only one with such spaces. */
function environmentIn({ card }: Dataset, path: string, { environment, ...spaces }: ExpertSpaces): string {
  const found = card.environments.find(({ id }) => id === environment);
  const alike = card.environments.filter((other) => isAlike(other, spaces));
  const [first] = alike;
  if (found ? alike.includes(found) : alike.length === 1) return found?.id ?? (first as (typeof alike)[number]).id;
  const names = card.environments.map((other) => `${other.id} (${describeSpaces(other)})`).join(', ');
  throw new ConfigError(
    `expert: ${path} is of ${names}, wanted ${environment} (${describeSpaces(spaces)}): give a dataset of episodes of that`,
  );
}

function isAlike(one: Omit<ExpertSpaces, 'environment'>, other: Omit<ExpertSpaces, 'environment'>): boolean {
  const json = ({ observationSpace, actionSpace }: Omit<ExpertSpaces, 'environment'>): string =>
    JSON.stringify([spaceToJson(observationSpace), spaceToJson(actionSpace)]);
  return json(one) === json(other);
}

function describeSpaces({ observationSpace, actionSpace }: Omit<ExpertSpaces, 'environment'>): string {
  return `observations ${describeSpace(observationSpace)}, actions ${describeSpace(actionSpace)}`;
}
