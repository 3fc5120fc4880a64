import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { environmentSpec } from '../../envs/registry.ts';
import { train } from '../../src/trainer.ts';
import type { Audience, PolicyCopy } from '../../src/watch/audience.ts';
import { smallConfig } from './environments.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-audience-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the updates reported, without what the clock says. */
async function metricsOf(name: string, audience?: Audience): Promise<unknown[]> {
  const config = smallConfig({ environment: 'CartPole-v1', steps: 3 * 8 * 32 });
  const run = join(folder, name);
  await train({ config, spec: environmentSpec('CartPole-v1'), run, ...(audience && { audience }) });
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => ({ ...(JSON.parse(line) as object), seconds: null, stepsPerSecond: null }));
}

test('who watches is shown the policy when it has time, as it then is, and training goes as if nobody did', async () => {
  const shown: PolicyCopy[] = [];
  const audience = {
    get ready() {
      return shown.length !== 2; // no time for the last one
    },
    show: (policy: PolicyCopy) => void shown.push(policy),
  };
  expect(await metricsOf('watched', audience)).toEqual(await metricsOf('alone'));
  expect(shown.map(({ step }) => step)).toEqual([8 * 32, 2 * 8 * 32]);
  const [first, second] = shown.map(({ parameters }) => [...parameters.values()].flatMap(({ data }) => [...data]));
  expect(first).toHaveLength(second?.length ?? 0);
  expect(first).not.toEqual(second);
});
