import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { EnvError } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
import { environmentIds } from '../../envs/registry.ts';
import type { VectorEnv } from '../../envs/vector.ts';
import type { WorkerRestart } from '../../envs/workers/workerEngine.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { openVectorEnv } from '../../src/vectorEnv.ts';
import { expectSameBooks, sampleActions } from './books.ts';
import Fragile, { ACTIONS } from './fragile.ts';

const FRAGILE = fileURLToPath(new URL('./fragile.ts', import.meta.url));
const asked = (...actions: (typeof ACTIONS)[number][]): Float32Array =>
  Float32Array.from(actions, (action) => ACTIONS.indexOf(action));

const opened: VectorEnv[] = [];
afterEach(() => opened.splice(0).forEach((envs) => envs.close()));

async function open(
  reference: string,
  workers: number,
  {
    seed = 7,
    count = 3,
    onRestart,
  }: { seed?: number; count?: number; onRestart?: (restart: WorkerRestart) => void } = {},
): Promise<VectorEnv> {
  const spec = await resolveEnvironment(reference);
  const envs = openVectorEnv(spec, { count, seed, workers, ...(onRestart && { onRestart }) });
  opened.push(envs);
  return envs;
}

describe.each(environmentIds())('%s in two workers', (id) => {
  test('gives the trajectories of this thread, and goes on exactly where its state was taken', async () => {
    const here = await open(id, 0);
    const there = await open(id, 2);
    const random = new Generator(0);
    here.reset();
    there.reset();
    expectSameBooks(there, here);
    for (let step = 0; step < 150; step++) {
      const actions = sampleActions(here, random);
      here.step(actions);
      there.step(actions);
      expectSameBooks(there, here);
    }
    expect(there.state()).toEqual(here.state());
    there.reset();
    there.restore(JSON.parse(JSON.stringify(here.state())));
    for (let step = 0; step < 20; step++) {
      const actions = sampleActions(here, random);
      here.step(actions);
      there.step(actions);
      expectSameBooks(there, here);
    }
    expect(there.state()).toEqual(here.state());
  });
});

test('no wake-up is lost or taken twice in thousands of quick steps', async () => {
  const here = await open('CartPole-v1', 0);
  const there = await open('CartPole-v1', 2);
  const random = new Generator(0);
  for (const envs of [here, there]) envs.reset();
  for (let step = 0; step < 10_000; step++) {
    const actions = sampleActions(here, random);
    for (const envs of [here, there]) envs.step(actions);
  }
  expect(there.state()).toEqual(here.state());
});

test('infos and masks come from workers as from this thread', async () => {
  const here = await open(FRAGILE, 0);
  const there = await open(FRAGILE, 3);
  for (const envs of [here, there]) envs.reset();
  expect(there.infos).toEqual(here.infos);
  expect(there.infos[0]).toHaveProperty('started');
  for (let step = 0; step < 24; step++) {
    const actions = asked('go on', step % 3 ? 'go on' : 'say something', 'go on');
    for (const envs of [here, there]) envs.step(actions);
    expectSameBooks(there, here);
  }
});

test.each(['throw', 'not a number'] as const)(
  'an environment that is asked to %s fails as in this thread',
  async (what) => {
    const errors: EnvError[] = [];
    for (const workers of [0, 2]) {
      const envs = await open(FRAGILE, workers);
      envs.reset();
      envs.step(asked('go on', 'go on', 'go on'));
      try {
        envs.step(asked('go on', 'go on', what));
      } catch (error) {
        errors.push(error as EnvError);
      }
    }
    const [here, there] = errors as [EnvError, EnvError];
    expect(there).toBeInstanceOf(EnvError);
    expect(there.message).toBe(here.message);
    expect(there.details).toEqual(here.details);
    expect(there.details).toMatchObject({ environment: FRAGILE, method: 'step', step: 1 });
    if (what === 'throw') expect((there.cause as Error).message).toBe('off the map');
  },
);

test('a worker that dies is restarted, its episodes end truncated, and the others go on', async () => {
  const restarts: WorkerRestart[] = [];
  const there = await open(FRAGILE, 2, { count: 4, onRestart: (restart) => restarts.push(restart) });
  const here = await open(FRAGILE, 0, { count: 4 });
  for (const envs of [here, there]) {
    envs.reset();
    envs.step(asked('go on', 'go on', 'go on', 'go on'));
  }
  here.step(asked('go on', 'go on', 'go on', 'go on'));
  there.step(asked('go on', 'go on', 'leave the thread', 'go on'));
  expect(restarts).toEqual([{ worker: 1, from: 2, to: 4, reason: 'exit code 7' }]);
  expect([...there.truncated]).toEqual([0, 0, 1, 1]);
  expect([...there.rewards.slice(2)]).toEqual([0, 0]);
  expect([...there.lastLengths.slice(2)]).toEqual([2, 2]);
  expect([...there.finalObservations.slice(4)].every(Number.isFinite)).toBe(true);
  expect([...there.episodeSteps]).toEqual([2, 2, 0, 0]);
  expect(there.observations.slice(0, 4)).toEqual(here.observations.slice(0, 4));
  // The new episodes are those of their seeds: restoring plays them again.
  there.step(asked('go on', 'say something', 'go on', 'go on'));
  const again = await open(FRAGILE, 0, { count: 4, seed: 99 });
  again.restore(there.state());
  expect(Array.from(again.observations)).toEqual(Array.from(there.observations));
});

test('a worker that dies again and again is given up, by name', async () => {
  const there = await open(FRAGILE, 2);
  there.reset();
  const leave = (): void => there.step(asked('leave the thread', 'go on', 'go on'));
  leave();
  leave();
  expect(leave).toThrow(
    /fragile.ts: step\(\) ended its worker thread 3 times in a row \(exit code 7; environments 0 to 0\)/,
  );
});

test('an environment that a worker cannot find is an error that says how workers look', () => {
  const spec = { id: 'of this test', make: () => new Fragile() };
  expect(() => openVectorEnv(spec, { count: 2, seed: 0, workers: 2 })).toThrow(
    /of this test: constructor\(\) cannot be found by a worker thread as of this test: unknown environment.*wanted an id, the path of a module, or package#export/,
  );
});
