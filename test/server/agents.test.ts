import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config.ts';
import type { Server } from '../../src/server.ts';
import type { AgentEntry } from '../../src/server/agents.ts';
import { CART_POLE_HEADER } from '../replay/cartPoleMoments.ts';
import { servedFolder } from './servedFolder.ts';

const { addRun, serve } = servedFolder();
const WEIGHTS = 'weights';

/** A run with the checkpoints of these steps; its replay is of step 51 200. */
function addAgent(name: string, steps: readonly number[], { latest = 300, best = 100 } = {}): string {
  const path = addRun(name, 1_700_000_000);
  const folder = (step: number): string => String(step).padStart(9, '0');
  writeFileSync(
    join(path, 'config.json'),
    JSON.stringify({ format: 1, ...resolveConfig({ environment: 'CartPole-v1' }) }),
  );
  writeFileSync(
    join(path, 'checkpoints.json'),
    JSON.stringify({ latest: folder(latest), best: folder(best), bestMean: 1 }),
  );
  for (const step of steps) {
    const checkpoint = join(path, 'checkpoints', folder(step));
    mkdirSync(checkpoint, { recursive: true });
    const state = { step, observationNormalizer: null, rewardNormalizer: null, random: 'not for pages' };
    writeFileSync(join(checkpoint, 'state.json'), JSON.stringify(state));
    writeFileSync(join(checkpoint, 'policy.safetensors'), WEIGHTS);
    writeFileSync(join(checkpoint, 'optimizer.safetensors'), 'not for pages');
  }
  return path;
}

const get = async (server: Server, path: string): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${server.url}api/agents/${path}`);
  return { status: response.status, body: await response.json().catch(() => null) };
};

test('the best, the latest and what replays are of can be had, and what acting needs of them', async () => {
  addAgent('agent', [100, 200, CART_POLE_HEADER.step as number, 300]);
  const server = await serve();
  const { body } = await get(server, 'agent');
  expect(body).toEqual([
    { name: '000000100', step: 100, best: true, latest: false },
    { name: '000000300', step: 300, best: false, latest: true },
    { name: String(CART_POLE_HEADER.step).padStart(9, '0'), step: CART_POLE_HEADER.step, best: false, latest: false },
  ]);
  const best = (await get(server, 'agent/best')).body as AgentEntry;
  expect(best).toMatchObject({ run: 'agent', checkpoint: '000000100', environment: 'CartPole-v1' });
  expect(best.config.width).toBeGreaterThan(0);
  expect(best.state).toEqual({ step: 100, observationNormalizer: null, rewardNormalizer: null });
  const weights = await fetch(`${server.url}api/agents/agent/000000300/policy.safetensors`);
  expect(await weights.text()).toBe(WEIGHTS);
});

test.each([
  ['a checkpoint that nothing names', 'agent/000000200'],
  ['another file of a checkpoint', 'agent/best/optimizer.safetensors'],
  ['a run that is not there', 'nobody/best'],
  ['a way out', 'agent/best/..%2f..%2f..%2f..%2fsecret.txt'],
  ['a checkpoint that is a link', 'linked/best'],
  ['a folder of checkpoints that is a link', 'moved/best/policy.safetensors'],
])('%s is refused', async (_, path) => {
  addAgent('agent', [100, 200, 300]);
  const linked = addAgent('linked', [300]);
  symlinkSync(join(linked, 'checkpoints/000000300'), join(linked, 'checkpoints/000000100'));
  const moved = addAgent('moved', []);
  symlinkSync(join(linked, 'checkpoints'), join(moved, 'checkpoints'));
  const { status } = await get(await serve(), path);
  expect([400, 404]).toContain(status);
});

test('a config that cannot be read is said, not sent', async () => {
  const path = addAgent('agent', [100]);
  writeFileSync(
    join(path, 'config.json'),
    JSON.stringify({ format: 99, environment: 'CartPole-v1', policy: '', algo: '', seed: 0, steps: 1 }),
  );
  const { status, body } = await get(await serve(), 'agent/best');
  expect(status).toBe(422);
  expect(body).toMatchObject({ error: expect.stringContaining('newer gymformer') as string });
});
