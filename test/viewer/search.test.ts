import { describe, expect, test } from 'vitest';
import { Box, Dict, Discrete, Text } from '../../envs/spaces.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import { compileQuery } from '../../viewer/search/compile.ts';
import { fieldsOf } from '../../viewer/search/fields.ts';
import { parseQuery, QueryError } from '../../viewer/search/query.ts';
import { findMatches } from '../../viewer/search/search.ts';
import type { Match } from '../../viewer/search/search.ts';
import { gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';

/** Where a query holds, as `episode/step`, counted from 0. */
function found(text: string, episodes = [markerEpisode(8), markerEpisode(5)], header = markerHeader): string[] {
  const recording = {
    header,
    complete: true,
    episodes: episodes.map((moments) => ({
      seed: 0,
      steps: moments.length - 1,
      return: moments.reduce((sum, { decision }) => sum + (decision?.reward ?? 0), 0),
      terminated: true,
      truncated: false,
    })),
    moment: (episode: number, t: number) => episodes[episode]?.[t] as Moment,
    rewards: () => new Float32Array(0),
    values: () => null,
  };
  const matches: Match[] = [];
  const search = findMatches(recording, compileQuery(parseQuery(text), fieldsOf(header)), (match) =>
    matches.push(match),
  );
  while (!search.next().done);
  return matches.map(({ episode, step }) => `${episode}/${step}`);
}

test.each([
  ['reward > 5', ['0/6', '0/7']],
  ['reward >= 6 or reward = 4', ['0/4', '0/6', '0/7', '1/4']],
  ['value<4', ['0/7']],
  ['value < 4 and not terminated', []],
  ['value < 8 and (reward = 3 or reward = 7)', ['0/3', '0/7', '1/3']],
  ['terminated', ['0/7', '1/4']],
  ['TERMINATED = true', ['0/7', '1/4']],
  ['step = 8', ['0/8']],
  ['return_so_far = 28', ['0/8']],
  ['return to go < 5 and step < 6', ['1/4', '1/5']],
  ['advantage > -1 and step < 2', ['0/1', '1/1']],
  ['advantage < -0.9 and step = 0', ['0/0', '1/0']],
  ['entropy > 0.56 and step = 1', ['0/1', '1/1']],
  ['probability = 0.75 and reward = 7', ['0/7']],
  ['action = go on and step = 2', ['0/2', '1/2']],
  ['action != wait and step \u2264 0', ['0/0', '1/0']],
  ['action = 1 and reward = 7', ['0/7']],
  ['action ~ go and reward = 7', ['0/7']],
  ['action = fly', []],
  ['"place" > 12', ['0/8']],
])('%s', (text, expected) => {
  expect(found(text)).toEqual(expected);
});

test('components of every kind are fields, and so is what the environment tells', () => {
  const space = new Dict({
    pole: new Box({ low: -1, high: 1, names: ['angle', 'speed'], shape: [2] }),
    kind: new Discrete(3, { start: 5, names: ['a', 'b', 'or'] }),
    order: new Text(8),
  });
  const header: ReplayHeader = { ...markerHeader, observationSpace: space };
  const flat = [0.25, -1, 2, ...Array.from('go left', (letter) => letter.charCodeAt(0)), 0];
  const episode = markerEpisode(1).map((moment) => ({
    ...moment,
    observation: flat,
    decision: moment.decision && { ...moment.decision, info: { lives: 3, at: { x: 2 }, won: true } },
  }));
  for (const text of [
    'pole angle = 0.25',
    'pole speed < 0',
    'kind = 7',
    'kind = "or"',
    'order ~ LEFT',
    'order = go left',
  ])
    expect([text, found(text, [episode], header)]).toEqual([text, ['0/0', '0/1']]);
  for (const text of ['info.lives > 2', 'info.at.x = 2', 'info.won', 'info.won = true'])
    expect([text, found(text, [episode], header)]).toEqual([text, ['0/0']]);
  expect(found('info.at.y = 2 or info.lives.more = 1', [episode], header)).toEqual([]);
  expect(found('grid 1 = 0 and order = go left and kind = 1', [gridEpisode()], gridHeader)).toEqual(['0/0', '0/1']);
});

describe('says what it does not understand', () => {
  test.each([
    ['rewrd > 1', '\u201crewrd\u201d is no field of a step; there are step, reward, value'],
    ['reward >', 'wanted a value after \u201creward >\u201d, it ends there'],
    ['> 1', 'wanted a field, such as reward, found \u201c>\u201d'],
    ['reward > many', 'wanted a number after \u201creward >\u201d, found \u201cmany\u201d'],
    ['action = jump', '\u201cjump\u201d is no action; there are wait, go on, fly'],
    ['(reward > 1', 'wanted a closing bracket, it ends there'],
    ['reward > 1)', '\u201c)\u201d is not expected there'],
    ['reward > 1 and', 'wanted a field, such as reward, it ends there'],
    ['reward = "1', '\u201c"1\u201d is not understood'],
    ['reward ! 1', '\u201c! 1\u201d is not understood'],
  ])('%s', (text, message) => {
    expect(() => found(text)).toThrow(QueryError);
    expect(() => found(text)).toThrow(message);
  });
});
