import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encoderFor } from '../../agents/model/encoder.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Dict, Discrete, flatSize, type Space } from '../../envs/spaces.ts';
import { countTokens, numbersOf, tokensOf } from '../../envs/tokens.ts';
import { openDevice } from '../../src/device/device.ts';

const picture = new Box({ low: 0, high: 255, shape: [16, 16, 1], dtype: 'uint8' });
const sound = new Box({ low: -1, high: 1, shape: [21, 2], tokens: 'patch' });

let parameters: Parameters;
afterEach(() => parameters.dispose());

/** What an encoder of new weights makes of observations; `logits` are those of the parts named. */
async function encoded(space: Space, rows: number[][], logits: Record<string, number> = {}) {
  parameters = new Parameters(new Generator(3));
  const encoder = encoderFor(parameters, space, { width: 8, heads: 2 });
  const stored = await parameters.save();
  for (const [part, value] of Object.entries(logits)) stored.get(`encoder.${part}.logits`)?.data.fill(value);
  parameters.load(stored);
  const { steps, weights } = encoder.apply(tf.tensor2d(rows));
  return { steps: steps.arraySync(), weights: weights?.arraySync() as number[][][] };
}

describe.each(['simd', 'cpu'] as const)('on %s', (device) => {
  beforeAll(async () => {
    await openDevice(device);
  });

  test('weights stand in the order of the observation, whichever parts are patches', async () => {
    const space = new Dict({ picture, kind: new Discrete(3), sound, other: new Discrete(2) });
    const groups = tokensOf(space);
    const kind = groups.find(({ name }) => name === 'kind');
    const row = new Array<number>(flatSize(space)).fill(0);
    const { weights } = await encoded(space, [row], { kind: 4 });
    const at = groups[0]?.tokens as number;
    expect(weights[0]?.[0]?.length).toBe(countTokens(groups));
    for (const head of weights[0] ?? []) expect(head[at], kind?.name).toBeGreaterThan(0.99);
  });

  test('what a patch of a waveform holds counts, up to its last sample', async () => {
    const size = flatSize(sound);
    const [group] = tokensOf(sound);
    const silence = new Array<number>(size).fill(0);
    const clicks = [0, 5, (group?.tokens ?? 0) - 1].map((i) => numbersOf(group!, i).at(-1) as number);
    expect(clicks.at(-1)).toBe(size - 1);
    const { steps } = await encoded(sound, [silence, ...clicks.map((at) => silence.with(at, 1))]);
    for (const step of steps.slice(1)) expect(step).not.toEqual(steps[0]);
    expect(new Set(steps.map((step) => step.join())).size).toBe(1 + clicks.length);
  });
});
