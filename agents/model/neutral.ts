import { numbersOf, type TokenGroup } from '../../envs/tokens.ts';

/**
 * What stands for a part of an observation that is hidden, from observations of the same episode:
 *
 * | part      | its neutral value                                                       |
 * |-----------|-------------------------------------------------------------------------|
 * | number    | the mean                                                                |
 * | cell      | what stands in most cells, of any place and step: emptiness, as a rule  |
 * | patch     | the mean colour; of a waveform, the mean of each channel                |
 * | word      | no word                                                                 |
 * | category  | the commonest one but that which is there                               |
 */
export class Neutral {
  /** Of all but categories. */
  readonly #values: Float32Array;
  /** Where categories stand, with those that were seen there, the commonest first. */
  readonly #categories: { at: number; seen: number[] }[] = [];

  /** @param observations flat, at least one; what is told beside them may follow on each */
  constructor(groups: readonly TokenGroup[], observations: readonly ArrayLike<number>[]) {
    this.#values = new Float32Array(groups.reduce((end, { offset, size }) => Math.max(end, offset + size), 0));
    for (const group of groups) this.#addGroup(group, observations);
  }

  /** [size], to hide parts of this observation; what is told beside it, and follows on it, stays. */
  of(observation: ArrayLike<number>): Float32Array {
    const values = Float32Array.from(observation);
    values.set(this.#values);
    for (const { at, seen } of this.#categories)
      values[at] = seen.find((category) => category !== observation[at]) ?? (observation[at] as number);
    return values;
  }

  #addGroup(group: TokenGroup, observations: readonly ArrayLike<number>[]): void {
    switch (group.kind) {
      case 'vector':
        for (const number of numbersOf(group, 0)) this.#values[number] = meanOf(observations, [number]);
        return;
      case 'category': {
        const counts = new Map<number, number>();
        for (const observation of observations) count(counts, observation[group.offset] as number);
        const seen = [...counts].sort(([, a], [, b]) => b - a).map(([category]) => category);
        this.#categories.push({ at: group.offset, seen });
        return;
      }
      case 'cells': {
        const cell = commonestCell(group, observations);
        for (let i = 0; i < group.size; i++) this.#values[group.offset + i] = cell[i % group.channels] as number;
        return;
      }
      case 'patches':
      case 'waveform':
        for (let channel = 0; channel < group.channels; channel++) {
          const numbers = range(group.offset + channel, group.offset + group.size, group.channels);
          const mean = meanOf(observations, numbers);
          for (const number of numbers) this.#values[number] = mean;
        }
        return;
      case 'words':
      case 'sentence':
        return; // 0: no letter, no text
      default:
        group satisfies never;
    }
  }
}

function commonestCell(group: TokenGroup, observations: readonly ArrayLike<number>[]): number[] {
  const counts = new Map<string, number>();
  for (const observation of observations)
    for (let i = 0; i < group.tokens; i++)
      count(
        counts,
        numbersOf(group, i)
          .map((number) => observation[number])
          .join(),
      );
  const [commonest = ''] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  return commonest.split(',').map(Number);
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Of these numbers, over all observations. */
function meanOf(observations: readonly ArrayLike<number>[], numbers: readonly number[]): number {
  let sum = 0;
  for (const observation of observations) for (const number of numbers) sum += observation[number] as number;
  return sum / (observations.length * numbers.length);
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
}
