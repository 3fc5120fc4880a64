import { expect, test } from 'vitest';
import { Discrete } from '../../envs/spaces.ts';
import { type Moment, Replay } from '../../src/replay/format.ts';
import { Branch, type Hand } from '../../viewer/play/branch.ts';
import { BranchRecording } from '../../viewer/play/branchRecording.ts';
import { formatWhatIfs, parseWhatIfs, whatIfsOf } from '../../viewer/play/whatIf.ts';
import type { Recording } from '../../viewer/time/player.ts';
import { encode } from '../replay/encode.ts';
import { markerEpisode, markerHeader } from './recordings.ts';

const HEADER = { ...markerHeader, actionSpace: new Discrete(3) };
const REPLAY = Replay.open(encode(HEADER, [markerEpisode(20), markerEpisode(20)]));

function momentOf(action: number, terminated: boolean): Moment {
  const moment = REPLAY.moment(0, 0);
  if (!moment.decision) throw new Error('the first moment has a decision');
  return { ...moment, decision: { ...moment.decision, action: Float32Array.of(action), terminated } };
}

/** A branch with a step for each of these hands, whose first takes an action. */
function branchOf(
  base: Recording,
  from: number,
  action: number,
  hands: Hand[],
  { ended = true, episode = 0 } = {},
): Branch {
  const last = { ...REPLAY.moment(0, 0), decision: null };
  const branch = new Branch({ base, episode, seed: 1, from, name: 'what if' }, last);
  hands.forEach((hand, i) => branch.add(momentOf(i === 0 ? action : 0, ended && i === hands.length - 1), last, hand));
  return branch;
}

test('a step of a person and the agent to the end is a what-if', () => {
  expect(whatIfsOf(branchOf(REPLAY, 5, 2, ['you', 'agent', 'agent']))).toEqual([{ step: 5, action: 2 }]);
  expect(whatIfsOf(branchOf(REPLAY, 5, 2, ['you']))).toEqual([{ step: 5, action: 2 }]);
});

test('what else a person played is none, nor is what the agent did not play to the end', () => {
  expect(whatIfsOf(branchOf(REPLAY, 5, 2, ['you', 'you', 'agent']))).toBe(null);
  expect(whatIfsOf(branchOf(REPLAY, 5, 2, ['you', 'agent', 'you']))).toBe(null);
  expect(whatIfsOf(branchOf(REPLAY, 5, 2, ['you', 'agent'], { ended: false }))).toBe(null);
});

test('a what-if in what came of another one follows it; where it begins before that, it is one of its own', () => {
  const first = branchOf(REPLAY, 5, 2, ['you', 'agent', 'agent', 'agent']);
  const shown = new BranchRecording(HEADER, first);
  const after = branchOf(shown, 7, 1, ['you', 'agent']);
  expect(whatIfsOf(after)).toEqual([
    { step: 5, action: 2 },
    { step: 7, action: 1 },
  ]);
  expect(whatIfsOf(branchOf(shown, 5, 1, ['you', 'agent']))).toEqual([{ step: 5, action: 1 }]);
  expect(whatIfsOf(branchOf(shown, 7, 1, ['you', 'agent'], { episode: 1 }))).toEqual([{ step: 7, action: 1 }]);
  const played = new BranchRecording(HEADER, branchOf(REPLAY, 5, 2, ['you', 'you', 'you']));
  expect(whatIfsOf(branchOf(played, 7, 1, ['you', 'agent']))).toBe(null);
});

test('what-ifs survive the address, and what makes no sense is none', () => {
  const asked = [
    { step: 5, action: 2 },
    { step: 17, action: 0 },
  ];
  expect(formatWhatIfs(asked)).toBe('5:2,17:0');
  expect(parseWhatIfs('5:2,17:0')).toEqual(asked);
  for (const text of ['', '5', '5:', '5:2,', '5:-1', '5:1.5', 'a:b', '5:2;3:1']) expect(parseWhatIfs(text)).toEqual([]);
});
