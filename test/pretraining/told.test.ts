import { afterAll, expect, test } from 'vitest';
import { Policy } from '../../agents/model/policy.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete } from '../../envs/spaces.ts';
import { Actor } from '../../src/actor.ts';
import { AgentOpponent } from '../../src/agentOpponent.ts';
import { openDevice } from '../../src/device/device.ts';
import { frozenNormalizer, type Trained } from '../../src/trained.ts';
import type { Agent } from '../../viewer/agent/agent.ts';
import { occludeFor } from '../../viewer/agent/influence.ts';

await openDevice('simd');

const policy = new Policy({
  ...{ observationSpace: new Box({ low: [-1], high: [1] }), actionSpace: new Discrete(2), conditioned: true },
  ...{ policy: 'transformer', width: 4, layers: 1, heads: 1, context: 2, feedForward: 1, initialLogStd: 0 },
  random: new Generator(0),
});
afterAll(() => policy.dispose());

test('who acts tells the return asked for less the rewards so far, and the action before, whoever chose it', async () => {
  const actor = new Actor(policy, 2, { targetReturn: 6, returnScale: 4 });
  const seen = Float32Array.of(0.5, -0.5);
  const told = (): number[] => [...actor.inputsOf(seen)];
  expect(told()).toEqual([0.5, 1.5, 0, 0, -0.5, 1.5, 0, 0]);
  await actor.act(seen, null, 'likeliest');
  actor.rewarded([2, -1]);
  actor.took(Float32Array.of(1, 0));
  expect(told()).toEqual([0.5, 1, 0, 1, -0.5, 1.75, 1, 0]);
  await actor.act(seen, null, 'likeliest');
  actor.rewarded([2, 0]);
  actor.took(Float32Array.of(0, 0));
  actor.starts[1] = 1; // the second one's episode is over
  expect(told()).toEqual([0.5, 0.5, 1, 0, -0.5, 1.5, 0, 0]);
  actor.dispose();
});

test('a policy that is told a return acts only for one, is no opponent, and of a replay is not asked what counted', async () => {
  expect(() => new Actor(policy, 1)).toThrow('has to be told a return');
  const mind = {
    ...{ policy, step: 0, valueScale: 1, target: { targetReturn: 1, returnScale: 1 } },
    normalizer: (rows: number) => frozenNormalizer(null, policy, rows),
  } as Trained;
  const request = { agent: 0, past: new Float32Array(1), fromStart: true, now: new Float32Array(1) };
  const hiding = { ...request, ...{ neutral: new Float32Array(1), parts: [[0]], mask: null, continuous: false } };
  await expect(occludeFor({ mind } as Agent, { ...hiding, action: new Float32Array(1) })).rejects.toThrow(
    '“gymformer explain” with its run asks it with that return',
  );
  expect(() => new AgentOpponent(mind, { draws: false })).toThrow('which an opponent is not');
});
