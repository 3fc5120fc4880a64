import { expect, test } from 'vitest';
import type { Moment } from '../../src/replay/format.ts';
import { Branch } from '../../viewer/play/branch.ts';
import { BranchRecording } from '../../viewer/play/branchRecording.ts';
import { Replay } from '../../src/replay/format.ts';
import { encode } from '../replay/encode.ts';
import { markerEpisode, markerHeader } from './recordings.ts';

/** Of two episodes, rewards 0, 1, 2, …; the action is always 1. */
const base = Replay.open(encode(markerHeader, [markerEpisode(8), markerEpisode(5)]));

function moment(action: number, { reward = 0, terminated = false } = {}): Moment {
  const decision = base.moment(0, 0).decision as NonNullable<Moment['decision']>;
  return { observation: [1, 2], scene: null, decision: { ...decision, action: [action], reward, terminated } };
}

const last: Moment = { observation: [3, 4], scene: null, decision: null };

test('a branch is the episode up to its step, then its own', () => {
  const branch = new Branch({ base, episode: 0, seed: 0, from: 3, name: 'what if' }, last);
  branch.add(moment(2, { reward: 10, terminated: true }), last, 'you');
  const recording = new BranchRecording(markerHeader, branch);
  expect([0, 1, 2].map((t) => recording.moment(0, t))).toEqual([0, 1, 2].map((t) => base.moment(0, t)));
  expect(recording.moment(0, 3).decision?.action).toEqual([2]);
  expect(recording.moment(0, 4)).toEqual(last);
  expect([...recording.rewards(0)]).toEqual([0, 1, 2, 10]);
  expect(recording.episodes.map(({ steps, return: sum }) => [steps, sum])).toEqual([
    [4, 13],
    [5, 10],
  ]);
  expect(recording.moment(1, 4)).toEqual(base.moment(1, 4));
});

test('a branch knows which hand took which of its steps', () => {
  const branch = new Branch({ base, episode: 0, seed: 0, from: 3, name: 'you' }, last);
  for (const hand of ['you', 'you', 'agent'] as const) branch.add(moment(0), last, hand);
  expect(branch.stretches).toEqual([
    { hand: 'you', from: 3, to: 5 },
    { hand: 'agent', from: 5, to: 6 },
  ]);
});

test('the first difference is where another action was taken, or another thing was seen', () => {
  const same = (t: number): Moment => base.moment(0, t);
  const branch = new Branch({ base, episode: 0, seed: 0, from: 2, name: 'you' }, same(2));
  branch.add(same(2), same(3), 'agent');
  branch.add(same(3), same(4), 'agent');
  expect(branch.firstDifference).toBeNull();
  branch.add({ ...same(4), decision: moment(0).decision }, last, 'you');
  expect(branch.firstDifference).toBe(4);
});

test('a branch of a branch shares the steps of both', () => {
  const first = new Branch({ base, episode: 0, seed: 0, from: 1, name: 'first' }, last);
  for (const action of [0, 1, 2]) first.add(moment(action), last, 'you');
  const second = new Branch(
    { base: new BranchRecording(markerHeader, first), episode: 0, seed: 0, from: 3, name: 'second' },
    last,
  );
  second.add(moment(7), last, 'you');
  expect([0, 1, 2, 3].map((t) => second.moment(t)?.decision?.action[0])).toEqual([1, 0, 1, 7]);
});
