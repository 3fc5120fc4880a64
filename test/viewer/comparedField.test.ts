import { expect, test } from 'vitest';
import { formatCompared, parseCompared } from '../../viewer/compare/comparedField.ts';
import { chosenEpisode } from '../../viewer/compare/episodeChoice.ts';

test('compared replays and agents survive the address, whatever their ids', () => {
  const entries = [
    { kind: 'replay', id: 'run/000012288-1.gfr', choice: 'seed' },
    { kind: 'replay', id: 'a, b: 50 %2C@/c.gfr', choice: 'number' },
    { kind: 'replay', id: 'run/000012288-1.gfr', choice: 6 },
    { kind: 'agent', run: 'a run/x@y', checkpoint: 'best' },
  ] as const;
  expect(parseCompared(formatCompared(entries))).toEqual(entries);
  expect(formatCompared(entries)).toBe(
    'run/000012288-1.gfr,a%2C b%3A 50 %252C%40/c.gfr:number,run/000012288-1.gfr:7,a run/x%40y@best',
  );
});

test('what makes no sense in the address is left out, or chosen by seed', () => {
  expect(parseCompared('')).toEqual([]);
  expect(parseCompared(',@best,a run@,a.gfr:0,b.gfr:x')).toEqual([
    { kind: 'replay', id: 'a.gfr', choice: 'seed' },
    { kind: 'replay', id: 'b.gfr', choice: 'seed' },
  ]);
});

test('the episode from the same seed is taken wherever it stands, else the one of the same number, else the last', () => {
  const episodes = [{ seed: 5 }, { seed: 7 }, { seed: 5 }];
  expect(chosenEpisode('seed', { episode: 1, seed: 5 }, episodes)).toBe(0);
  expect(chosenEpisode('seed', { episode: 2, seed: 5 }, episodes)).toBe(2);
  expect(chosenEpisode('seed', { episode: 1, seed: 9 }, episodes)).toBe(1);
  expect(chosenEpisode('seed', { episode: 8, seed: 9 }, episodes)).toBe(2);
  expect(chosenEpisode('number', { episode: 1, seed: 5 }, episodes)).toBe(1);
  expect(chosenEpisode(0, { episode: 1, seed: 7 }, episodes)).toBe(0);
  expect(chosenEpisode('seed', { episode: 0, seed: 5 }, [])).toBeNull();
});
