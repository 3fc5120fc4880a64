import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Config } from '../../src/settings.ts';
import type { DoneEvent, TrainEvent } from '../../src/metrics.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { RunDirectory } from '../../src/run.ts';
import { train } from '../../src/trainer.ts';
import { smallConfig } from './environments.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-workers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const UPDATE = 8 * 32;

async function trainRun(
  name: string,
  config: Config,
  options: { resume?: boolean; onEvent?: (event: TrainEvent) => void } = {},
): Promise<DoneEvent> {
  const spec = await resolveEnvironment(config.environment);
  return await train({ config, spec, run: join(folder, name), ...options });
}

/** Bytes of the latest checkpoint, and the state of its environments. */
function checkpoint(name: string): unknown[] {
  const run = new RunDirectory(join(folder, name));
  const path = join(run.checkpointsPath, run.checkpoints()?.latest as string);
  const { vectorEnv } = JSON.parse(readFileSync(join(path, 'state.json'), 'utf8')) as { vectorEnv: unknown };
  return [
    vectorEnv,
    ...['policy', 'optimizer'].map((part) => readFileSync(join(path, `${part}.safetensors`), 'base64')),
  ];
}

function metrics(name: string): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => ({ ...(JSON.parse(line) as object), seconds: null, stepsPerSecond: null }));
}

test('a run with workers equals one without, evaluations too, and is resumed bit for bit with either', async () => {
  const config = smallConfig({ environment: 'ProofofMemory-v0', policy: 'mlp', steps: 4 * UPDATE });
  await trainRun('here', config);
  await trainRun('there', { ...config, envWorkers: 2 });
  expect(checkpoint('there')).toEqual(checkpoint('here'));
  expect(metrics('there')).toEqual(metrics('here'));
  await trainRun('resumed', { ...config, envWorkers: 2, steps: 2 * UPDATE });
  await trainRun('resumed', { ...config, envWorkers: 3 }, { resume: true });
  expect(checkpoint('resumed')).toEqual(checkpoint('here'));
});

test('a run lives through the death of its workers, says so, and keeps it in its metrics', async () => {
  const environment = fileURLToPath(new URL('./mortal.ts', import.meta.url));
  const events: TrainEvent[] = [];
  const config = smallConfig({ environment, policy: 'mlp', steps: 3 * UPDATE, envWorkers: 2, evalEpisodes: 4 });
  const done = await trainRun('mortal', config, { onEvent: (event) => events.push(event) });
  expect(done.steps).toBe(3 * UPDATE);
  const restarts = events.filter(({ event }) => event === 'workerRestarted');
  expect(restarts.length).toBeGreaterThan(0);
  expect(restarts[0]).toMatchObject({ environments: 4, reason: 'exit code 9' });
  expect(metrics('mortal').filter(({ event }) => event === 'workerRestarted')).toHaveLength(restarts.length);
});
