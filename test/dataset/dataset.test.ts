import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Box, Discrete } from '../../envs/spaces.ts';
import { buildDataset } from '../../src/dataset/build.ts';
import { distributionOf } from '../../src/dataset/card.ts';
import { openDataset } from '../../src/dataset/dataset.ts';
import { drawValidation } from '../../src/dataset/split.ts';
import { FileError, UsageError } from '../../src/errors.ts';
import { replayOf, type ToldEpisode, toldEpisode, type ToldReplay } from './replays.ts';

let folder = '';
let out = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gymformer-dataset-'));
  out = join(folder, 'dataset');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a replay into the folder. */
function written(name: string, ...replay: Parameters<typeof replayOf>): string {
  const path = join(folder, name);
  writeFileSync(path, replayOf(...replay));
  return path;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const episodes = (count: number): ToldEpisode[] => numbers(count).map((number) => toldEpisode(number, 3 + number));

/** The message of what is thrown, which a person is to be able to mend by it: a FileError, exit 4. */
async function refused(build: () => unknown): Promise<string> {
  try {
    await build();
  } catch (error) {
    expect(error).toMatchObject({ exitCode: 4 });
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

/** The same of a build, of which nothing is left. */
async function notBuilt(paths: readonly string[]): Promise<string> {
  const message = await refused(() => buildDataset(paths, out));
  expect(readdirSync(folder).filter((name) => name.startsWith('dataset'))).toEqual([]);
  return message;
}

describe('a dataset of replays', () => {
  test('gives back every number of every episode, each read alone', async () => {
    const path = written('a.gfr', episodes(12));
    await buildDataset([path], out);
    const dataset = openDataset(out);
    for (const entry of dataset.episodes('all').toReversed()) {
      const told = toldEpisode(entry.index, 3 + entry.index);
      const read = dataset.read(entry);
      expect([...read.observations]).toEqual(told.observations.flat());
      expect([...read.actions]).toEqual(told.actions.flat());
      expect([...read.rewards]).toEqual(told.rewards);
      const total = told.rewards.reduce((sum, reward) => sum + reward, 0);
      expect(read).toMatchObject({ environment: 'Told-v0', masks: null, terminated: true, truncated: false });
      expect(read).toMatchObject({ seed: told.seed, return: total });
      expect(entry).toMatchObject({ steps: 3 + entry.index, seed: told.seed, return: total });
    }
  });

  test('keeps masks; where only some steps have one, the others have all ones', async () => {
    const masks = [[1, 0, 1], undefined, [0, 1, 1]] as readonly number[][];
    const path = written('a.gfr', [{ ...toldEpisode(0, 3, 'truncated'), masks }, toldEpisode(1, 2)]);
    await buildDataset([path], out);
    const dataset = openDataset(out);
    const [first, second] = dataset.episodes('all').map((entry) => dataset.read(entry));
    expect([...(first?.masks ?? [])]).toEqual([1, 0, 1, 1, 1, 1, 0, 1, 1]);
    expect(first).toMatchObject({ terminated: false, truncated: true });
    expect(second?.masks).toBeNull();
  });

  test('leaves out what is cut, and says so, in the card and in its page', async () => {
    const cut = written('cut.gfr', [toldEpisode(0, 4), toldEpisode(1, 4, 'not'), toldEpisode(2, 4)]);
    const unfinished = written('unfinished.gfr', [toldEpisode(3, 4), toldEpisode(4, 4)], {}, { finished: false });
    truncateSync(unfinished, readFileSync(unfinished).length - 10);
    const card = await buildDataset([cut, unfinished], out);
    expect(
      openDataset(out)
        .episodes('all')
        .map(({ seed }) => seed),
    ).toEqual([100, 102, 103]);
    expect(card.sources[0]?.leftOut).toEqual([{ episode: 2, reason: 'it is cut before its end' }]);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain(`episode 2 of ${cut}: it is cut before its end`);
  });

  test('leaves out what is damaged, and says so', async () => {
    const bytes = replayOf([toldEpisode(0, 40), toldEpisode(1, 40), toldEpisode(2, 40)]);
    const path = join(folder, 'a.gfr');
    // Within the frame of the second episode's steps: the header, then three frames alike, then the index.
    const middle = Math.floor(bytes.length * 0.6);
    writeFileSync(
      path,
      bytes.map((byte, i) => (i >= middle && i < middle + 4 ? byte ^ 255 : byte)),
    );
    const card = await buildDataset([path], out);
    expect(card.sources[0]).toMatchObject({ episodes: 2, leftOut: [{ reason: expect.stringContaining('checksum') }] });
  });

  test('takes the replays of a run and of a folder, and each of them once', async () => {
    const path = written('a.gfr', episodes(2));
    written('b.gfr', [toldEpisode(5, 3)]);
    const card = await buildDataset([path, folder], out);
    expect(card.sources.map(({ replay }) => replay)).toEqual([path, join(folder, 'b.gfr')]);
    expect(card.splits.train.episodes + card.splits.validation.episodes).toBe(3);
  });

  test('has several environments, each with its own spaces, shards and split', async () => {
    const other: ToldReplay = { environment: 'Other-v0', observationSpace: new Box({ low: [0], high: [1] }) };
    const one = written('a.gfr', episodes(10));
    const two = written(
      'b.gfr',
      numbers(10).map((number) => ({ ...toldEpisode(number, 2), observations: [[number / 16], [0], [1]] })),
      other,
    );
    const { environments } = await buildDataset([one, two], out, { validation: 0.2 });
    const dataset = openDataset(out);
    expect(environments.map(({ id, episodes }) => [id, episodes])).toEqual([
      ['Told-v0', 10],
      ['Other-v0', 10],
    ]);
    for (const { id } of environments) expect(dataset.episodes('validation', id)).toHaveLength(2);
    const third = dataset.episodes('all', 'Other-v0')[3];
    expect([...dataset.read(third as NonNullable<typeof third>).observations]).toEqual([3 / 16, 0, 1]);
  });

  test('reads the same from several shards', async () => {
    const card = await buildDataset([written('a.gfr', episodes(12))], out, { shardBytes: 200 });
    expect(card.shards.length).toBeGreaterThan(3);
    const dataset = openDataset(out);
    for (const entry of dataset.episodes('all')) {
      const { observations, actions, rewards } = toldEpisode(entry.index, 3 + entry.index);
      const read = dataset.read(entry);
      expect([...read.observations]).toEqual(observations.flat());
      expect([[...read.actions], [...read.rewards]]).toEqual([actions.flat(), rewards]);
    }
  });

  test('is one of safetensors files that any reader of those reads', async () => {
    await buildDataset([written('a.gfr', episodes(2))], out);
    const [file] = readdirSync(out).filter((name) => name.endsWith('.safetensors'));
    const bytes = readFileSync(join(out, file as string));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, { shape: number[] }>;
    expect(length % 8).toBe(0);
    expect(Object.entries(header).map(([name, { shape }]) => [name, shape])).toEqual([
      ['observations', [9, 2]],
      ['actions', [7, 1]],
      ['rewards', [7]],
    ]);
  });
});

describe('the split', () => {
  test('is by whole episodes, drawn by the seed, the same each time', async () => {
    const path = written('a.gfr', episodes(20));
    const validationOf = async (name: string, seed: number): Promise<number[]> => {
      await buildDataset([path], join(folder, name), { validation: 0.25, seed });
      const dataset = openDataset(join(folder, name));
      const [train, validation] = (['train', 'validation'] as const).map((split) =>
        dataset.episodes(split).map(({ index }) => index),
      ) as [number[], number[]];
      expect([...train, ...validation].toSorted((a, b) => a - b)).toEqual(numbers(20));
      return validation;
    };
    const first = await validationOf('one', 1);
    expect(first).toHaveLength(5);
    expect(await validationOf('again', 1)).toEqual(first);
    expect(await validationOf('two', 2)).not.toEqual(first);
  });

  test('has episodes that are the same on the same side', () => {
    for (let seed = 0; seed < 20; seed++) {
      const drawn = drawValidation([7, 8, 7, 9, 8], 0.34, seed);
      expect(drawn[0]).toBe(drawn[2]);
      expect(drawn[1]).toBe(drawn[4]);
    }
  });

  test('leaves what is more than the share of the episodes to learn from', () => {
    for (let seed = 0; seed < 20; seed++) {
      const drawn = drawValidation([...numbers(10), ...new Array<number>(30).fill(99)], 0.1, seed);
      expect(drawn.filter(Boolean)).toHaveLength(4);
      expect(drawn.slice(10)).not.toContain(true);
    }
    expect(drawValidation([5, 5, 5, 5], 0.5, 0)).not.toContain(true);
  });

  test('keeps something to validate on, and never all', () => {
    expect(drawValidation([1, 2], 0.01, 0).filter(Boolean)).toHaveLength(1);
    expect(drawValidation([1, 2], 0.99, 0).filter(Boolean)).toHaveLength(1);
    expect(drawValidation([1], 0.5, 0)).toEqual([false]);
    expect(drawValidation([1, 2, 3], 0, 0)).toEqual([false, false, false]);
  });
});

test('the distribution of returns is that of the values, by hand', () => {
  expect(distributionOf([4, 1, 3, 2, 10])).toEqual({
    ...{ mean: 4, deviation: Math.sqrt((0 + 9 + 1 + 4 + 36) / 5) },
    ...{ least: 1, lowerQuartile: 2, median: 3, upperQuartile: 4, most: 10 },
  });
  expect(distributionOf([0, 1])).toMatchObject({ lowerQuartile: 0.25, median: 0.5, upperQuartile: 0.75 });
});

describe('what cannot be built is refused, and nothing is left of it', () => {
  test('two spaces of one environment: both are named, with their replays', async () => {
    const [one, two] = [written('a.gfr', episodes(1)), written('b.gfr', episodes(1), { actionSpace: new Discrete(4) })];
    const message = await notBuilt([one, two]);
    expect(message).toContain('Told-v0 has two action spaces in these replays: Discrete(3) and Discrete(4)');
    expect(message).toContain(`in ${one} and in ${two}`);
  });

  test('other bounds alone are another space; other names are not', async () => {
    const named = new Box({ low: [-1, -1], high: [1, 1], names: ['x', 'y'] });
    const one = written('a.gfr', episodes(1));
    const two = written('b.gfr', episodes(1), { observationSpace: new Box({ low: -1, high: 2, shape: [2] }) });
    expect(await notBuilt([one, two])).toContain('Box(2) with other bounds');
    await buildDataset([one, written('c.gfr', episodes(1), { observationSpace: named })], join(folder, 'good'));
  });

  test('no whole episode', async () => {
    const path = written('a.gfr', [toldEpisode(0, 3, 'not')]);
    expect(await notBuilt([path])).toContain(`no whole episode in ${path}`);
  });

  test('nothing there, no replay, an empty folder', async () => {
    const text = join(folder, 'text.gfr');
    expect(await notBuilt([text])).toContain(`there is no replay and no run at ${text}`);
    writeFileSync(text, 'something else');
    expect(await notBuilt([text])).toContain(`${text}: not a replay`);
    rmSync(text);
    expect(await notBuilt([folder])).toContain('has no replay');
  });

  test('an interrupt', async () => {
    const path = written('a.gfr', episodes(3));
    await expect(buildDataset([path], out, { signal: AbortSignal.abort() })).rejects.toMatchObject({ exitCode: 130 });
  });
});

test('what is there already is not replaced', async () => {
  const path = written('a.gfr', episodes(2));
  await buildDataset([path], out);
  await expect(buildDataset([path], out)).rejects.toThrow(UsageError);
  expect(openDataset(out).episodes('all')).toHaveLength(2);
});

describe('a dataset that is not whole is refused, and it is said where', () => {
  let shard = '';
  beforeEach(async () => {
    await buildDataset([written('a.gfr', episodes(4))], out);
    shard = join(out, openDataset(out).card.shards[0]?.file as string);
  });

  test.each([
    ['no dataset', () => rmSync(join(out, 'dataset.json')), 'is not a dataset: there is no dataset.json in it'],
    ['a newer format', () => edit('dataset.json', '"format": 1', '"format": 2'), 'newer gymformer (dataset format 2'],
    ['a card with a space that is none', () => edit('dataset.json', '"box"', '"bocks"'), 'unknown space "bocks"'],
    ['a card that is cut', () => truncateSync(join(out, 'dataset.json'), 200), 'dataset.json is not valid JSON'],
    [
      'an index that was changed',
      () => edit('episodes.json', '"seed":[100', '"seed":[101'),
      'episodes.json is damaged',
    ],
    [
      'an index of other columns',
      () => edit('episodes.json', '"seed":[100,', '"seed":['),
      'its columns differ in length',
    ],
    ['a shard that is gone', () => rmSync(shard), 'is missing, a shard of the dataset'],
    ['a shard that is cut', () => truncateSync(shard, 100), 'is damaged: it has 100 bytes'],
    ['a shard whose header was changed', () => editShard('"observations"', '"observatiens"'), 'its header says'],
    ['a shard with a mad header', () => overwrite(3, 255), 'its header claims to have'],
  ])('%s', async (_, damage, message) => {
    damage();
    expect(await refused(() => openDataset(out))).toContain(message);
  });

  test('a shard in which a number was changed: the episode that it is of alone', async () => {
    overwrite(readFileSync(shard).length - 1, 1); // the last reward
    const dataset = openDataset(out);
    const [first, , , last] = dataset.episodes('all');
    expect(dataset.read(first as { index: number }).seed).toBe(100);
    const message = await refused(() => dataset.read(last as { index: number }));
    expect(message).toBe(`${shard} is damaged: the checksum of episode 3 does not match`);
    expect(() => dataset.read(last as { index: number })).toThrow(FileError);
  });

  function edit(name: string, from: string, to: string): void {
    const text = readFileSync(join(out, name), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(out, name), text.replace(from, to));
  }

  function editShard(from: string, to: string): void {
    const bytes = readFileSync(shard);
    bytes.write(to, bytes.indexOf(from));
    writeFileSync(shard, bytes);
  }

  function overwrite(at: number, change: number): void {
    const bytes = readFileSync(shard);
    bytes[at] = (bytes[at] as number) ^ change;
    writeFileSync(shard, bytes);
  }
});
