import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { Box, Discrete } from '../../envs/spaces.ts';
import { Replay, ReplayEncoder } from '../../src/replay/format.ts';
import type { ReplayHeader } from '../../src/replay/format.ts';
import { verifyReplay } from '../../src/replay/verify.ts';

interface Walk extends Env<number[], number> {
  closed: boolean;
}

/** A walk from a place that the seed gives, left (1) or right (2), of five steps; `push` is how far a step goes. */
function walk({ push = 0.1, size = 2 } = {}): Walk {
  let place = 0;
  let steps = 0;
  const observe = (): number[] => Array.from({ length: size }, (_, i) => place * (i + 1));
  return {
    closed: false,
    observationSpace: new Box({ low: -Infinity, high: Infinity, shape: [size] }),
    actionSpace: new Discrete(2, { start: 1 }),
    reset({ seed = 0 } = {}) {
      place = seed / 7;
      steps = 0;
      return { observation: observe(), info: {} };
    },
    step(action) {
      place += action === 1 ? -push : push;
      steps++;
      return { observation: observe(), reward: place / 3, terminated: false, truncated: steps === 5, info: {} };
    },
    close() {
      this.closed = true;
    },
  };
}

/** A replay of two walks, the second of them with what `change` makes of it. */
function recorded(change: { seed?: number; reward?: number; ended?: boolean; steps?: number } = {}): Replay {
  const env = walk();
  const { observationSpace, actionSpace } = env;
  const header: ReplayHeader = {
    environment: 'walk',
    observationSpace,
    actionSpace,
    createdAt: '',
    gymformer: '0.1.0',
  };
  const encoder = new ReplayEncoder(header);
  const parts = [encoder.prelude()];
  for (const episode of [0, 1]) {
    const changed = episode === 1 ? change : {};
    let { observation } = env.reset({ seed: episode });
    encoder.begin(changed.seed ?? episode);
    for (let t = 0; t < (changed.steps ?? 5); t++) {
      const action = (t + episode) % 2;
      const { observation: next, ...result } = env.step(action + 1);
      const outcome = {
        ...result,
        ...(t === 2 && changed.reward !== undefined && { reward: changed.reward }),
        ...(t === 2 && changed.ended !== undefined && { terminated: changed.ended }),
      };
      const says = { distribution: null, mask: null, value: null, attention: null, tokenAttention: null };
      const decision = { action: [action], ...says, ...outcome };
      encoder.add({ observation, scene: null, decision });
      observation = next;
    }
    encoder.add({ observation, scene: null, decision: null });
    parts.push(encoder.end());
  }
  parts.push(encoder.finish());
  return Replay.open(new Uint8Array(Buffer.concat(parts)));
}

describe('verifyReplay', () => {
  test('a replay of the same environment has no difference', () => {
    expect(verifyReplay(recorded(), walk)).toEqual({ episodes: 2, steps: 10 });
  });

  test('an episode that was cut is compared as far as it goes', () => {
    expect(verifyReplay(recorded({ steps: 2 }), walk)).toEqual({ episodes: 2, steps: 7 });
  });

  test.each([
    [
      'an observation, from a wrong seed',
      { seed: 3 },
      { step: 0, what: 'observation[0]', recorded: Math.fround(1 / 7) },
    ],
    ['a reward', { reward: 9 }, { step: 2, what: 'reward', recorded: 9 }],
    ['an end', { ended: true }, { step: 2, what: 'terminated', recorded: true, simulated: false }],
  ])('finds where %s differs, and stops', (_, change, difference) => {
    const { episodes, firstDifference } = verifyReplay(recorded(change), walk);
    expect(episodes).toBe(1);
    expect(firstDifference).toMatchObject({ episode: 1, ...difference });
  });

  test('finds where an environment that was changed goes another way', () => {
    expect(verifyReplay(recorded(), () => walk({ push: 0.2 })).firstDifference).toMatchObject({
      step: 0,
      what: 'reward',
    });
  });

  test('says so when the spaces are others', () => {
    expect(verifyReplay(recorded(), () => walk({ size: 3 }))).toEqual({
      episodes: 0,
      steps: 0,
      firstDifference: { episode: 0, step: 0, what: 'observation space', recorded: 'Box(2)', simulated: 'Box(3)' },
    });
  });

  test('closes the environment', () => {
    const env = walk();
    verifyReplay(recorded(), () => env);
    expect(env.closed).toBe(true);
  });
});
