import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Box, Discrete, MultiBinary, MultiDiscrete, Text } from '../../envs/spaces.ts';
import type { Decision, Moment } from '../../src/replay/format.ts';
import { likelihoodOf, surpriseOf } from '../../viewer/time/distribution.ts';
import { countEvents, findEvents, nearest } from '../../viewer/time/events.ts';
import { Extremes } from '../../viewer/time/extremes.ts';
import { parsePlace, PlaceError } from '../../viewer/time/place.ts';
import { discountOf, focusOf, readAttention, readSignals, Signals } from '../../viewer/time/signals.ts';
import { markerEpisode, markerHeader } from './recordings.ts';

const decision = (action: number[], distribution: number[] | null): Decision => ({
  ...(markerEpisode(1)[0]?.decision as Decision),
  action,
  distribution,
});

describe('the likelihood of an action', () => {
  test.each([
    ['one of two', new Discrete(2), [1], [0.25, 0.75], 0.5623, Math.log(0.75)],
    ['one of many alike', new Discrete(8), [3], Array.from({ length: 8 }, () => 0.125), Math.log(8), -Math.log(8)],
    ['parts', new MultiDiscrete([2, 2]), [0, 1], [0.5, 0.5, 1, 0], Math.log(2), -Infinity],
    ['switches', new MultiBinary(2), [1, 0], [0.5, 0.25], Math.log(2) + 0.5623, Math.log(0.5) + Math.log(0.75)],
    ['a standard Gaussian', new Box({ low: -9, high: 9, shape: [1] }), [1], [0, 1], 1.4189, -1.4189],
  ])('of %s', (_, space, action, distribution, entropy, logProb) => {
    const likelihood = likelihoodOf(space, decision(action, distribution));
    expect(likelihood?.entropy).toBeCloseTo(entropy, 4);
    if (Number.isFinite(logProb)) expect(likelihood?.logProb).toBeCloseTo(logProb, 4);
    else expect(likelihood?.logProb).toBe(logProb);
  });

  test('is not known without a distribution, or of a text', () => {
    expect(likelihoodOf(new Discrete(2), decision([1], null))).toBeNull();
    expect(likelihoodOf(new Text(3), decision([1], [1]))).toBeNull();
  });

  test('an action drawn from an even choice of many is no surprise, the rarer of two is', () => {
    const even = decision(
      [3],
      Array.from({ length: 100 }, () => 0.01),
    );
    expect(surpriseOf(likelihoodOf(new Discrete(100), even) as never)).toBeCloseTo(0);
    expect(surpriseOf(likelihoodOf(new Discrete(2), decision([1], [0.98, 0.02])) as never)).toBeGreaterThan(3);
  });
});

/** Signals of an episode whose decisions differ from the marker's in something. */
function signalsOf(steps: number, change: (t: number) => Partial<Decision>, header = markerHeader): Signals {
  const signals = new Signals(header, steps);
  for (const [t, moment] of markerEpisode(steps).entries()) {
    const changed = moment.decision && { ...moment.decision, ...change(t) };
    signals.add({ ...moment, decision: changed });
    if (changed?.attention) signals.addAttention(t, changed.attention);
  }
  return signals;
}
const ended = { seed: 0, steps: 0, return: 0, terminated: true, truncated: false };

describe('signals', () => {
  test('an advantage is the error of the value in one step, and unknown where the next value is', () => {
    const header = { ...markerHeader, policy: { kind: 'mlp', gamma: 0.5 } };
    const change = (t: number): Partial<Decision> => ({ reward: 1, value: 4 * t });
    expect([...signalsOf(3, change, header).advantages]).toEqual([3, 1, -7]); // terminated: nothing follows
    const cut = signalsOf(3, (t) => ({ ...change(t), terminated: false, truncated: t === 2 }), header);
    expect([...cut.advantages]).toEqual([3, 1, NaN]);
  });

  test('a replay that names no discount is taken to have been learned with 0.99', () => {
    expect(discountOf(markerHeader)).toEqual({ gamma: 0.99, stated: false });
    expect(discountOf({ ...markerHeader, policy: { kind: 'mlp', gamma: 1 } })).toEqual({ gamma: 1, stated: true });
  });

  test('grow as the episode is read: returns, reach, and how much is known', () => {
    const moments = markerEpisode(200);
    const recording = { moment: (_: number, t: number): Moment => moments[t] as Moment };
    const signals = new Signals(markerHeader, 200);
    const reading = readSignals(recording as never, 0, signals);
    reading.next();
    expect([signals.known, signals.complete]).toEqual([64, false]);
    expect(signals.returns[64]).toBe((63 * 64) / 2);
    while (!reading.next().done);
    expect([signals.known, signals.complete]).toEqual([200, true]);
    expect(signals.reach).toEqual([301, 0.5]);
    expect(signals.focuses.every(Number.isNaN)).toBe(true);
    const attention = readAttention(recording as never, 0, signals);
    while (!attention.next().done);
    expect(signals.focuses[100]).toBeGreaterThan(1);
  });

  test('the focus of attention is a multiple of an even share of the steps that there are', () => {
    expect(focusOf([0.5, 0.5, 0, 0], 1, 1)).toBe(1);
    expect(focusOf([0, 0, 1, 0], 1, 3)).toBe(4);
    expect(focusOf([0, 0, 1, 0, 1, 0, 0, 0], 2, 3)).toBe(2); // half of the heads
    expect(focusOf([1, 0, 0, 0], 1, 0)).toBeNaN();
  });
});

describe('events', () => {
  const steps = 60;
  const calm = { reward: 0, value: 5, distribution: [0.5, 0.5, 0], attention: null };
  const eventsOf = (change: (t: number) => Partial<Decision>): string[] =>
    findEvents(
      signalsOf(steps, (t) => ({ ...calm, ...change(t) })),
      ended,
    ).map(({ kind, step }) => `${kind} ${step}`);

  test.each<[string, (t: number) => Partial<Decision>, string[]]>([
    ['the end', () => ({ value: null }), []],
    ['a rare reward', (t) => ({ value: null, reward: t === 20 ? 1 : 0 }), ['reward 20']],
    ['a reward that is usual', () => ({ value: null, reward: 1 }), []],
    ['rewards of all sizes, but for one', (t) => ({ value: null, reward: t === 9 ? 40 : t % 5 }), ['reward 9']],
    [
      'an unlikely action',
      (t) => ({ value: null, distribution: t === 7 ? [0.99, 0.01, 0] : [0.5, 0.5, 0] }),
      ['unlikely 7'],
    ],
    [
      'an attention that goes to one step',
      (t) => ({ value: null, attention: t === 30 ? [0, 0, 0, 1, 0] : [0.2, 0.2, 0.2, 0.2, 0.2] }),
      ['attention 30'],
    ],
  ])('%s', (_, change, expected) => {
    const single = { ...markerHeader, policy: { kind: 'transformer', layers: 1, heads: 1, context: 4 } };
    const found = findEvents(
      signalsOf(steps, (t) => ({ ...calm, ...change(t) }), single),
      ended,
    );
    expect(found.map(({ kind, step }) => `${kind} ${step}`)).toEqual([...expected, `end ${steps}`]);
  });

  test('a fall of the value, at the step that has the lower one; and the advantage of a rise', () => {
    const value = (t: number): number => 5 + 0.05 * ((t * 7) % 3) + (t >= 30 && t < 40 ? -4 : 0);
    const found = eventsOf((t) => ({ value: value(t) }));
    expect(found).toContain('drop 30');
    expect(found).toContain('advantage 39');
    expect(found.filter((event) => event.startsWith('drop'))).toHaveLength(1);
  });

  test('of neighbours only the one that stands out most', () => {
    expect(eventsOf((t) => ({ value: null, reward: t === 10 ? 1 : t === 11 ? 3 : t === 12 ? 2 : 0 }))).toEqual([
      'reward 11',
      `end ${steps}`,
    ]);
  });

  test('an episode that is not over has no end, and is counted by kind', () => {
    const signals = signalsOf(steps, (t) => ({ ...calm, value: null, reward: t % 20 === 0 ? 1 : 0 }));
    const events = findEvents(signals, { ...ended, terminated: false });
    expect([...countEvents(events)]).toEqual([['reward', 3]]);
  });

  test('the next one in a direction', () => {
    expect([nearest([2, 5, 9], 5, 1), nearest([2, 5, 9], 5, -1), nearest([2], 2, 1)]).toEqual([9, 2, undefined]);
  });
});

describe('extremes', () => {
  test('of any stretch are those of its numbers', () => {
    const numbers = fc.array(fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.constant(NaN)));
    fc.assert(
      fc.property(numbers, fc.nat(60), fc.nat(60), (list, from, length) => {
        const values = Float32Array.from(list);
        const some = [...values.slice(from, from + length)].filter((value) => !Number.isNaN(value));
        const expected = some.length === 0 ? null : [Math.min(...some), Math.max(...some)];
        expect(new Extremes(values).between(from, from + length)).toEqual(expected);
      }),
    );
  });

  test('of numbers that are not all there yet are those of the first', () => {
    expect(new Extremes(Float32Array.of(1, 2, 9, 9), 2).all).toEqual([1, 2]);
    expect(new Extremes(Float32Array.of(1), 0).all).toBeNull();
  });
});

describe('a place', () => {
  const episodes = [10, 20].map((steps) => ({ ...ended, steps }));
  test.each([
    ['7', 0, 7],
    [' 2/15 ', 1, 15],
    ['2/', 1, 0],
  ])('%j', (text, episode, step) => {
    expect(parsePlace(text, episodes, 0)).toEqual({ episode, step });
  });

  test.each([
    ['', 'is no place'],
    ['first', '\u201cfirst\u201d is no place'],
    ['11', 'there is no step 11: episode 1 has 0 to 10'],
    ['3/1', 'there is no episode 3: wanted 1 to 2'],
  ])('%j is none', (text, message) => {
    expect(() => parsePlace(text, episodes, 0)).toThrow(PlaceError);
    expect(() => parsePlace(text, episodes, 0)).toThrow(message);
  });
});
