import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config.ts';
import type { Config } from '../../src/settings.ts';
import { type Schedule, scheduleAt } from '../../src/update.ts';

const CASES: [claim: string, settings: Partial<Config>, step: number, learningRate: number, entropy: number][] = [
  ['half way, both are half way', { finalLearningRate: 2, finalEntropyCoefficient: 0 }, 500, 3, 0.5],
  ['beyond the end, both are at it', { finalLearningRate: 2, finalEntropyCoefficient: 0 }, 9e9, 2, 0],
  ['an entropy without a final coefficient stays', {}, 500, 2, 1],
  ['without steps to anneal over, both stay', { annealSteps: 0, finalEntropyCoefficient: 0 }, 500, 4, 1],
];

test.each(CASES)('%s', (_, settings, step, learningRate, entropyCoefficient) => {
  const flags = { learningRate: 4, entropyCoefficient: 1, annealSteps: 1000, ...settings };
  const wanted: Schedule = { learningRate, entropyCoefficient };
  expect(scheduleAt(resolveConfig({ environment: 'CartPole-v1', flags }), step)).toEqual(wanted);
});
