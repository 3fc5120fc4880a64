import { describe, expect, test } from 'vitest';
import { CASES, caseName } from '../../bench/learning/cases.ts';
import { seedConfig } from '../../bench/learning/trainSeed.ts';
import { resolveEnvironment } from '../../src/plugins.ts';

describe.each(CASES.map((one) => [caseName(one), one] as const))('%s', (_, one) => {
  test('is of an environment that there is, under its own id', async () => {
    expect((await resolveEnvironment(one.environment)).id).toBe(one.environment);
  });

  test('has settings that there are and can be, and trains within the steps of its goal', async () => {
    const config = await seedConfig(one, 0, { device: 'auto', threads: 0 });
    expect(config.steps).toBeLessThanOrEqual(one.goal?.within ?? Infinity);
  });
});
