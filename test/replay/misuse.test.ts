import { expect, test } from 'vitest';
import { Replay, ReplayEncoder } from '../../src/replay/format.ts';
import type { Moment } from '../../src/replay/format.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from './cartPoleMoments.ts';
import { joined } from './encode.ts';
import { decisionOf, replayOf } from './moments.ts';

test('moments and episodes that are not there are a RangeError that says what is', () => {
  const replay = Replay.open(replayOf(cartPoleEpisode(3)));
  expect(() => replay.moment(0, 4)).toThrow('step 4 of episode 0, which has steps 0 to 3');
  expect(() => replay.moment(0, 0.5)).toThrow(RangeError);
  expect(() => replay.moment(1, 0)).toThrow('episode 1 of a replay that has 1');
  expect(() => replay.rewards(-1)).toThrow(RangeError);
});

test('an episode begins, takes moments until the last, and ends, in that order', () => {
  const encoder = new ReplayEncoder(CART_POLE_HEADER);
  const [moment, last] = cartPoleEpisode(1) as [Moment, Moment];
  expect(() => encoder.add(moment)).toThrow('no episode has begun');
  expect(() => encoder.end()).toThrow('no episode has begun');
  encoder.begin(1);
  expect(() => encoder.begin(2)).toThrow('has not been ended');
  encoder.add(moment);
  encoder.add(last);
  expect(() => encoder.add(moment)).toThrow('the last moment, without a decision, has been added');
});

test('a part that changes its length is named', () => {
  const encoder = new ReplayEncoder(CART_POLE_HEADER);
  encoder.begin(1);
  encoder.add({ observation: [1, 2], scene: null, decision: null });
  encoder.end();
  encoder.begin(2);
  encoder.add({ observation: [1, 2], scene: null, decision: decisionOf({ distribution: [1, 0] }) });
  expect(() => encoder.add({ observation: [1], scene: null, decision: null })).toThrow(
    'observation has 1 numbers, in the steps before it had 2',
  );
});

test('an episode that is ended early keeps its moments, one without any leaves no trace', () => {
  const encoder = new ReplayEncoder(CART_POLE_HEADER);
  const parts = [encoder.prelude()];
  encoder.begin(1);
  parts.push(encoder.end());
  encoder.begin(2);
  for (const moment of cartPoleEpisode(10).slice(0, 4)) encoder.add(moment);
  parts.push(encoder.finish());
  const { episodes, complete } = Replay.open(joined(...parts));
  expect({ episodes, complete }).toEqual({
    episodes: [{ seed: 2, steps: 3, return: 3, terminated: false, truncated: false }],
    complete: true,
  });
});
