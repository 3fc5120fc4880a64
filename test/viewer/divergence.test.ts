import { describe, expect, test } from 'vitest';
import type { Decision, Moment } from '../../src/replay/format.ts';
import { firstDivergence } from '../../viewer/compare/divergence.ts';
import type { Sequence } from '../../viewer/compare/divergence.ts';
import { markerEpisode } from './recordings.ts';

const sequence = (moments: Moment[]): Sequence => ({
  steps: moments.length - 1,
  moment: (t) => moments[t] as Moment,
});

const episode = (): Sequence => sequence(markerEpisode(6));

/** The episode of six steps with one moment, or its decision, changed. */
function changed(
  step: number,
  { decision, ...moment }: { decision?: Partial<Decision>; observation?: number[] },
): Sequence {
  const moments = markerEpisode(6);
  const before = moments[step] as Moment;
  moments[step] = { ...before, ...moment, decision: before.decision && { ...before.decision, ...decision } };
  return sequence(moments);
}

describe('the first divergence of two episodes', () => {
  test('of an episode and itself is none', () => {
    expect(firstDivergence(episode(), episode())).toBeNull();
  });

  test.each([
    ['an action', { decision: { action: [0] } }, { what: 'action', values: [[1], [0]] }],
    ['a reward', { decision: { reward: 7 } }, { what: 'reward', values: [3, 7] }],
    ['an end', { decision: { truncated: true } }, { what: 'end', values: ['goes on', 'truncated'] }],
    [
      'an observation',
      { observation: [5.5, 0.25] },
      { what: 'observation', component: 1, count: 1, values: [0.5, 0.25] },
    ],
  ])('is found for %s, with both values', (_, change, difference) => {
    expect(firstDivergence(episode(), changed(3, change))).toEqual({ step: 3, difference });
  });

  test('is the first of what differs in a step: seen, then done, then rewarded', () => {
    const other = changed(2, { observation: [0, 0], decision: { action: [0], reward: 9 } });
    expect(firstDivergence(episode(), other)?.difference.what).toBe('observation');
    const same = changed(2, { decision: { action: [0], reward: 9 } });
    expect(firstDivergence(episode(), same)?.difference.what).toBe('action');
  });

  test('takes the last digits of a float for the same, and not more', () => {
    expect(firstDivergence(episode(), changed(2, { observation: [4 + 3e-5, 0.5] }))).toBeNull();
    expect(firstDivergence(episode(), changed(2, { observation: [4 + 3e-4, 0.5] }))?.step).toBe(2);
    const notNumbers = changed(2, { observation: [NaN, Infinity] });
    expect(firstDivergence(notNumbers, notNumbers)).toBeNull();
    expect(firstDivergence(episode(), notNumbers)?.difference).toMatchObject({ component: 0, count: 2 });
  });

  test('of an episode that ends sooner is its end', () => {
    const short = sequence(markerEpisode(4));
    const difference = { what: 'end', values: ['terminated', 'goes on'] };
    expect(firstDivergence(short, episode())).toEqual({ step: 3, difference });
  });

  test('of a recording that stops sooner is where it stops, and it is called cut', () => {
    const moments = markerEpisode(6).slice(0, 4);
    const cut = sequence([...moments, { ...(markerEpisode(6)[4] as Moment), decision: null }]);
    expect(firstDivergence(episode(), cut)).toEqual({
      step: 4,
      difference: { what: 'end', values: ['goes on', 'cut'] },
    });
  });

  test('is looked for in a range of steps', () => {
    const other = changed(3, { decision: { reward: 9 } });
    expect(firstDivergence(episode(), other, { until: 3 })).toBeNull();
    expect(firstDivergence(episode(), other, { from: 3, until: 4 })?.step).toBe(3);
    expect(firstDivergence(episode(), other, { from: 4 })).toBeNull();
  });

  test('of observations of different sizes is an error that says both', () => {
    expect(() => firstDivergence(episode(), changed(0, { observation: [1, 2, 3] }))).toThrow(
      'observations of 2 and of 3 numbers',
    );
  });
});
