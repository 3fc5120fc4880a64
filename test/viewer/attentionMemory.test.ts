import { expect, test } from 'vitest';
import type { Moment } from '../../src/replay/format.ts';
import { EVERYTHING } from '../../viewer/attention/attention.ts';
import { Memory } from '../../viewer/attention/memory.ts';
import { Player, type Recording } from '../../viewer/time/player.ts';
import { manyHeadsEpisode, manyHeadsHeader } from './attentionRecordings.ts';
import { markerHeader } from './recordings.ts';

const [LAYERS, HEADS] = [4, 4];

/** A recording in memory that counts the moments which are read of it. */
class Counted implements Recording {
  readonly header = manyHeadsHeader(LAYERS, HEADS);
  readonly complete = true;
  readonly moments: Moment[];
  reads = 0;

  constructor(steps: number) {
    this.moments = manyHeadsEpisode(LAYERS, HEADS, steps, 'everywhere');
  }

  get episodes(): Recording['episodes'] {
    return [{ seed: 1, steps: this.moments.length - 1, return: 0, terminated: true, truncated: false }];
  }

  moment(_: number, t: number): Moment {
    this.reads++;
    return this.moments[t] as Moment;
  }

  rewards(): Float32Array {
    return new Float32Array(this.moments.length - 1);
  }

  values(): null {
    return null;
  }
}

function opened(recording: Recording): { player: Player; memory: Memory } {
  const player = new Player();
  player.open(recording);
  return { player, memory: new Memory(player) };
}

test('all heads of a step are read once, wherever in the episode it is', () => {
  const recording = new Counted(1024);
  const { memory } = opened(recording);
  for (const step of [3, 1000]) {
    recording.reads = 0;
    for (let layer = 0; layer < LAYERS; layer++)
      for (let head = 0; head < HEADS; head++) memory.weights(step, { layer, head, merge: 'mean' });
    memory.weights(step, EVERYTHING);
    memory.weights(step, { ...EVERYTHING, merge: 'max' });
    expect(recording.reads).toBe(1);
  }
});

test('a rollout of the next step reads that step alone', () => {
  const recording = new Counted(1024);
  const { memory } = opened(recording);
  const rollout = { ...EVERYTHING, merge: 'rollout' } as const;
  memory.weights(900, rollout);
  expect(recording.reads).toBeLessThanOrEqual(LAYERS * 64 * LAYERS); // what it can reach
  recording.reads = 0;
  memory.weights(901, rollout);
  expect(recording.reads).toBeLessThanOrEqual(2);
});

test('what was the last moment is read again when the episode goes on', () => {
  const recording = new Counted(10);
  const { player, memory } = opened(recording);
  expect(memory.weights(10, EVERYTHING)).toBe(null);
  recording.moments.push(...new Counted(20).moments.slice(11));
  recording.moments[10] = new Counted(20).moments[10] as Moment;
  player.lengthen();
  expect(memory.weights(10, EVERYTHING)?.length).toBe(65);
});

test('a policy that does not attend remembers nothing', () => {
  const recording = Object.assign(new Counted(5), { header: { ...markerHeader, policy: { kind: 'gru' } } });
  const { memory } = opened(recording);
  expect(memory.shape).toBe(null);
  expect(memory.weights(3, EVERYTHING)).toBe(null);
});
