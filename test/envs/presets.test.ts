import { describe, expect, test } from 'vitest';
import { presetFor, presets } from '../../envs/presets.ts';
import { environmentIds, environmentSpec } from '../../envs/registry.ts';
import { resolveConfig } from '../../src/config.ts';

describe.each(environmentIds())('%s', (id) => {
  test('has a preset, whose settings there are and can be', () => {
    expect(presets).toHaveProperty([id]);
    const { preset = {} } = environmentSpec(id);
    expect(() => resolveConfig({ environment: id, preset })).not.toThrow();
  });
});

test('every preset is of an environment that there is', () => {
  expect(Object.keys(presets).filter((id) => !environmentIds().includes(id))).toEqual([]);
});

test('what has no preset has no settings, whatever its name is', () => {
  expect(presetFor('Walk-v0', {})).toEqual({});
  expect(presetFor('toString', {})).toEqual({});
});
