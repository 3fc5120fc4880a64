import { afterAll, describe, expect, test } from 'vitest';
import { difference, recordings } from '../recordings.ts';
import { gymformer, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

describe.each(recordings())('$env', ({ env: id, source, episodes }) => {
  test(`a trace equals the episodes of ${source}, to 1e-6`, async () => {
    for (const { seed, reset, steps } of episodes) {
      const taken = steps.flatMap((step) => ('action' in step ? [step.action] : []));
      const actions = folder.write('actions.json', JSON.stringify(taken));
      const { json, code } = await gymformer(['trace', id, '--seed', `${seed}`, '--actions', `@${actions}`, '--json']);
      expect(code).toBe(0);
      expect(json).toHaveLength(steps.length + 1);
      [{ reset }, ...steps].forEach((wanted, line) => {
        const found = json[line] as Record<string, unknown>;
        expect(found['event']).toBe('reset' in wanted ? 'reset' : 'step');
        const observation = 'reset' in wanted ? wanted.reset : wanted.observation;
        expect(difference(found['observation'], observation, `line ${line}`)).toBeUndefined();
        if ('reset' in wanted) return;
        expect(difference(found['reward'], wanted.reward, `line ${line}`)).toBeUndefined();
        expect([found['terminated'], found['truncated']]).toEqual([wanted.terminated, wanted.truncated]);
      });
    }
  });
});

test('after the end of an episode a trace resets without a seed and goes on', async () => {
  const { json } = await gymformer(`trace CartPole-v1 --seed 0 --actions ${Array(24).fill(0).join(',')}`);
  const events = json.map(({ event, terminated }) => (terminated ? 'end' : event));
  expect(events.slice(events.indexOf('end'), events.indexOf('end') + 3)).toEqual(['end', 'reset', 'step']);
  const resets = json.filter(({ event }) => event === 'reset');
  expect(resets[1]?.['observation']).not.toEqual(resets[0]?.['observation']);
});

test('numbers alone do for actions of one number', async () => {
  const [alone, nested] = await Promise.all([
    gymformer('trace Pendulum-v1 --actions 0.5,-2'),
    gymformer(['trace', 'Pendulum-v1', '--actions', '[[0.5],[-2]]']),
  ]);
  expect(alone.json[2]?.['action']).toEqual([-2]);
  expect(alone.stdout).toBe(nested.stdout);
});

test('the numbers of a Box are nested as its shape says', async () => {
  const path = folder.write(
    'nested.mjs',
    `import { Box, Discrete } from 'gymformer/envs';
    export default () => ({
      observationSpace: new Box({ low: 0, high: 9, shape: [2, 3] }),
      actionSpace: new Discrete(2),
      reset: () => ({ observation: [0, 1, 2, 3, 4, 5], info: {} }),
    step: () => ({}),
    });`,
  );
  const { json } = await gymformer(['trace', path]);
  expect(json[0]?.['observation']).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test('a reader that has seen enough ends a trace quietly', async () => {
  const { spawnSync } = await import('node:child_process');
  const actions = folder.write('many.json', JSON.stringify(Array(20_000).fill(0)));
  const command = `"${process.execPath}" dist/src/cli/main.js trace CartPole-v1 --actions @${actions} | head -n 1`;
  const { stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' });
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(stderr).toBe('');
});
