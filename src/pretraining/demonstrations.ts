import { RunningStatistics, type RunningStatisticsState } from '../../envs/runningStatistics.ts';
import { describeSpace, flatSize, type Space } from '../../envs/spaces.ts';
import type { Dataset, EpisodeEntry } from '../dataset/dataset.ts';
import type { DatasetEpisode } from '../dataset/episode.ts';
import { essence } from '../dataset/essence.ts';
import { ConfigError, FileError } from '../errors.ts';

/** Episodes of one pair of spaces, from any number of environments and datasets. */
export class Demonstrations {
  /** Ids, in the order that the datasets list them. */
  readonly environments: string[] = [];
  readonly #train: Listed[] = [];
  readonly #validation: Listed[] = [];

  constructor(
    readonly observationSpace: Space,
    readonly actionSpace: Space,
  ) {}

  add(dataset: Dataset, environment: string): void {
    if (!this.environments.includes(environment)) this.environments.push(environment);
    const listed = (entry: EpisodeEntry): Listed => ({ dataset, entry });
    this.#train.push(...dataset.episodes('train', environment).map(listed));
    this.#validation.push(...dataset.episodes('validation', environment).map(listed));
  }

  /** Episodes to learn from. */
  get count(): number {
    return this.#train.length;
  }

  get steps(): number {
    return this.#train.reduce((sum, { entry }) => sum + entry.steps, 0);
  }

  get masked(): boolean {
    return [...this.#train, ...this.#validation].some(({ entry }) => entry.masked);
  }

  /** Of the episodes to learn from: of one environment, or of all. */
  returns(environment?: string): number[] {
    const wanted = this.#train.filter(({ entry }) => environment === undefined || entry.environment === environment);
    return wanted.map(({ entry }) => entry.return);
  }

  /** Episode `number` of those to learn from. @throws FileError when it is damaged */
  read(number: number): DatasetEpisode {
    const { dataset, entry } = this.#train[number] as Listed;
    return dataset.read(entry);
  }

  /** The episodes that are kept for validation, of one environment: the first that have so many steps together. */
  *heldOut(environment: string, mostSteps: number): Generator<DatasetEpisode> {
    let steps = 0;
    for (const { dataset, entry } of this.#validation) {
      if (entry.environment !== environment || steps >= mostSteps) continue;
      steps += entry.steps;
      yield dataset.read(entry);
    }
  }

  /**
   * Of the episodes to learn from, in one pass: of the observations, each component by itself; and of the discounted
   * return as it runs, as training has it (see `RewardNormalizer`).
   *
   * @param onRead  called after each episode
   */
  async statistics(gamma: number, onRead: () => void): Promise<Statistics> {
    const observations = new RunningStatistics(flatSize(this.observationSpace));
    const returns = new RunningStatistics(1);
    for (let number = 0; number < this.count; number++) {
      const episode = this.read(number);
      observations.update(episode.observations, episode.rewards.length + 1);
      let running = 0;
      const discounted = episode.rewards.map((reward) => (running = running * gamma + reward));
      returns.update(discounted, discounted.length);
      onRead();
      await new Promise(setImmediate); // let signals through
    }
    return { observations: observations.state(), returns: returns.state() };
  }
}

/** Of observations, and of discounted returns. */
export interface Statistics {
  observations: RunningStatisticsState;
  returns: RunningStatisticsState;
}

interface Listed {
  dataset: Dataset;
  entry: EpisodeEntry;
}

/**
 * Sorts the episodes of datasets by their pair of spaces.
 *
 * @throws FileError when an environment has two pairs, or there is nothing to learn from
 */
export function sortBySpaces(datasets: readonly Dataset[]): Demonstrations[] {
  const pairs = new Map<string, Demonstrations>();
  const pairOf = new Map<string, { pair: string; path: string }>();
  for (const dataset of datasets)
    for (const { id, observationSpace, actionSpace } of dataset.card.environments) {
      const pair = essence(observationSpace) + essence(actionSpace);
      const known = pairOf.get(id);
      if (known && known.pair !== pair)
        throw new FileError(`${id} has other spaces in ${known.path} than in ${dataset.path}: learn from one of them`);
      pairOf.set(id, { pair, path: dataset.path });
      const demonstrations = pairs.get(pair) ?? new Demonstrations(observationSpace, actionSpace);
      pairs.set(pair, demonstrations);
      demonstrations.add(dataset, id);
    }
  for (const { environments, count } of pairs.values())
    if (count === 0) throw new FileError(`of ${environments.join(', ')} there is no episode to learn from`);
  return [...pairs.values()];
}

/** @throws ConfigError when an environment is no longer what the episodes were played in */
export function checkSpaces(
  { observationSpace, actionSpace }: Demonstrations,
  id: string,
  env: { observationSpace: Space; actionSpace: Space },
): void {
  for (const [noun, shown, own] of [
    ['observations', observationSpace, env.observationSpace],
    ['actions', actionSpace, env.actionSpace],
  ] as const)
    if (essence(shown) !== essence(own))
      throw new ConfigError(
        `${id} has ${noun} ${describeSpace(own)}, but in the dataset they are ${describeSpace(shown)}${
          describeSpace(own) === describeSpace(shown) ? ', with other bounds' : ''
        }: record it anew`,
      );
}
