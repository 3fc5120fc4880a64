import { expect, test } from 'vitest';
import { type ConfigSources, explainConfig, resolveConfig, type SettingSource } from '../../src/config.ts';
import type { Config } from '../../src/settings.ts';

const PRESET = {
  gamma: 0.98,
  learningRate: 3e-4,
  epochs: 10,
  clipRange: 0.1,
  a2c: { learningRate: 7e-4, steps: 5 },
};

const CASES: [string, Partial<ConfigSources>, keyof Config, unknown, SettingSource][] = [
  ['a flag before all', { flags: { gamma: 1 }, file: { gamma: 0.5 }, preset: PRESET }, 'gamma', 1, 'flag'],
  ['the config file before a preset', { file: { gamma: 0.5 }, preset: PRESET }, 'gamma', 0.5, 'config file'],
  ['a preset before the default', { preset: PRESET }, 'gamma', 0.98, 'preset'],
  [
    "a preset's own section before the rest of it",
    { preset: PRESET, flags: { algo: 'a2c' } },
    'learningRate',
    7e-4,
    'preset',
  ],
  ['only the section of the algorithm', { preset: PRESET }, 'steps', 100_000, 'default'],
  [
    'of a preset, for another algorithm, what belongs to the environment',
    { preset: PRESET, flags: { algo: 'reinforce' } },
    'gamma',
    0.98,
    'preset',
  ],
  [
    'and not what was found with PPO',
    { preset: PRESET, flags: { algo: 'reinforce' } },
    'learningRate',
    5e-3,
    'algorithm',
  ],
  ["an algorithm's default before the default", { file: { algo: 'a2c' } }, 'rolloutSteps', 16, 'algorithm'],
  ['the default in the end', { flags: { algo: 'a2c' } }, 'gamma', 0.99, 'default'],
];

test.each(CASES)('a setting comes from %s', (_, sources, key, value, origin) => {
  const all = { environment: 'CartPole-v1', ...sources };
  expect(resolveConfig(all)[key]).toBe(value);
  expect(explainConfig(all).sources[key]).toBe(origin);
});

const REFUSED: [string, Partial<ConfigSources>, string][] = [
  ['several passes with A2C', { flags: { algo: 'a2c', epochs: 4 } }, 'epochs is 4, but a2c has no choice: it is 1'],
  ['a lambda with REINFORCE', { flags: { algo: 'reinforce', gaeLambda: 0.9 } }, 'gaeLambda is 0.9, but reinforce'],
  [
    "PPO's own settings with A2C",
    { flags: { algo: 'a2c', targetKl: 0.1 } },
    'targetKl in the flags is a setting of ppo',
  ],
  ['an unknown setting in a section', { preset: { a2c: { gama: 1 } }, flags: { algo: 'a2c' } }, 'did you mean gamma?'],
  ['an unknown algorithm', { flags: { algo: 'sarsa' } }, 'setting algo is "sarsa"'],
];

test.each(REFUSED)('%s is refused by name', (_, sources, message) => {
  expect(() => resolveConfig({ environment: 'CartPole-v1', ...sources })).toThrow(message);
});
