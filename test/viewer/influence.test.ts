import { expect, test } from 'vitest';
import { Box, Dict, Discrete, flatSize, flatten, MultiDiscrete, Text } from '../../envs/spaces.ts';
import type { Value } from '../../envs/spaces.ts';
import { countTokens, tokensOf } from '../../envs/tokens.ts';
import type { Decision } from '../../src/replay/format.ts';
import { effectsByToken, effectsOfHiding, effectsOfSlopes, largest } from '../../viewer/influence/effects.ts';
import { Neutral } from '../../agents/model/neutral.ts';
import { type Part, partsOf } from '../../envs/parts.ts';
import { questionOf, sampleObservations } from '../../viewer/influence/question.ts';
import type { Recording } from '../../viewer/time/player.ts';
import { markerEpisode, markerHeader, markerX } from './recordings.ts';

const space = new Dict({
  grid: new Box({ low: 0, high: 1, shape: [2, 2, 2], tokens: 'cell' }),
  order: new Text(12, { words: ['go', 'left', 'right'] }),
  kind: new MultiDiscrete([3], { names: ['mood'] }),
  speed: new Box({ low: -9, high: 9, shape: [2], names: ['down', 'right'] }),
});
const groups = tokensOf(space);

function observation(value: Value): Float32Array {
  const flat = new Float32Array(flatSize(space));
  flatten(space, value, flat);
  return flat;
}

const seen = [
  observation({ grid: [0, 1, 0, 1, 1, 0, 0, 1], order: 'go left', kind: [2], speed: [1, 4] }),
  observation({ grid: [0, 1, 1, 1, 0, 1, 0, 0], order: 'go', kind: [2], speed: [3, 0] }),
  observation({ grid: [0, 1, 1, 1, 0, 1, 0, 0], order: 'go', kind: [1], speed: [2, -1] }),
];

test('the neutral value is the mean of a number, the commonest cell, another category, and no word', () => {
  const neutral = new Neutral(groups, seen);
  const text = new Array<number>(12).fill(0);
  expect([...neutral.of(seen[0]!)]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, ...text, 1, 2, 1]);
  expect(neutral.of(seen[2]!)[20]).toBe(2);
});

test('patches are hidden by the mean colour', () => {
  const pixels = new Box({ low: 0, high: 255, shape: [16, 16, 3], dtype: 'uint8' });
  const picture = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => (i % 3) * 10 + (i < 3 ? 256 : 0));
  const neutral = new Neutral(tokensOf(pixels), [picture]).of(picture);
  expect([...neutral.subarray(0, 6)]).toEqual([1, 11, 21, 1, 11, 21]);
});

test('parts are cells, the words that there are, categories, and each number of a vector by its name', () => {
  const parts = partsOf(space, seen[0]!);
  expect(parts.map(({ name }) => name)).toEqual([
    ...['grid row 1, column 1', 'grid row 1, column 2', 'grid row 2, column 1', 'grid row 2, column 2'],
    ...['\u201cgo\u201d, order word 1', '\u201cleft\u201d, order word 2'],
    ...['kind mood', 'speed down', 'speed right'],
  ]);
  const tokens = countTokens(groups);
  expect(parts.at(-1)).toEqual({ name: 'speed right', numbers: [22], token: tokens - 1 });
  expect(parts.at(-2)?.token).toBe(tokens - 1);
});

const decision = { ...(markerEpisode(1)[0]?.decision as Decision), action: [1] };
const parts: Part[] = ['a', 'b', 'c'].map((name, i) => ({ name, numbers: [i], token: i >> 1 }));

test('hiding a part tells how likely the action would be without it', () => {
  const distributions = [
    [0.25, 0.75],
    [0.5, 0.5],
    [0, 1],
    [0.25, 0.75],
  ];
  const effects = effectsOfHiding(new Discrete(2), decision, parts, distributions);
  expect(effects.map(({ size }) => size)).toEqual([-0.25, 0.25, 0]);
  expect(effects.map(({ text }) => text)).toEqual(['0.75 \u2192 0.50', '0.75 \u2192 1.00', '0.75 \u2192 0.75']);
  expect([...effectsByToken(effects, 2)]).toEqual([0.25, 0]);
});

test('of a continuous action it tells how far the mean moves, in standard deviations', () => {
  const actions = new Box({ low: -1, high: 1, shape: [2] });
  const distributions = [
    [0, 0, 0.5, 2],
    [1.5, 8, 0.5, 2],
  ];
  const [effect] = effectsOfHiding(actions, { ...decision, action: [0, 0] }, parts.slice(0, 1), distributions);
  expect(effect?.size).toBe(5);
  expect(effect?.text).toBe('5 \u03c3');
});

test('a slope has a sign, that of several numbers a length, and what has none is left out', () => {
  const several = { name: 'd', numbers: [0, 1], token: 2 };
  const effects = effectsOfSlopes([...parts, several], [-3, 4, NaN]);
  expect(effects.map(({ size }) => size)).toEqual([-3, 4, 5]);
  expect(largest(effects, 5, 2).map(({ part }) => part.name)).toEqual(['d', 'b']);
  expect(largest(effects, 200, 2)).toEqual([]); // next to nothing
  expect(largest(effects, 200, 3).length).toBe(3); // but of a few parts, all are told
});

function recording(steps: number, policy: { kind: string; layers?: number; context?: number }): Recording {
  const moments = markerEpisode(steps);
  const header = { ...markerHeader, policy: { heads: 1, ...policy } };
  const summary = { seed: 1, steps, return: 0, terminated: true, truncated: false };
  const series = new Float32Array(steps);
  return {
    ...{ header, complete: true, episodes: [summary] },
    moment: (_, t) => moments[t]!,
    rewards: () => series,
    values: () => null,
  };
}

test.each([
  [{ kind: 'transformer', layers: 2, context: 3 }, 14, false],
  [{ kind: 'gru' }, 0, true],
  [{ kind: 'mlp' }, 20, false],
] as const)('a worker gets what a policy can remember: %j', (policy, first, fromStart) => {
  const question = questionOf({ recording: recording(30, policy), episode: 0, step: 20 }, 4, decision);
  expect(question.past.length).toBe(2 * (20 - first));
  if (first < 20) expect(question.past[0]).toBe(markerX(first));
  expect(question.now[0]).toBe(markerX(20));
  expect(question).toMatchObject({ agent: 4, fromStart, continuous: false });
});

test('of a long episode some observations are looked at, from the first to the end', () => {
  const samples = sampleObservations(recording(1000, { kind: 'mlp' }), 0);
  expect(samples.length).toBeGreaterThan(128);
  expect(samples.length).toBeLessThanOrEqual(256);
  expect(samples[0]![0]).toBe(markerX(0));
});
