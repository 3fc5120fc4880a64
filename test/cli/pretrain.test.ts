import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replayOf, toldEpisode } from '../dataset/replays.ts';
import { gymformer, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const TINY_TRAINING = '--steps 64 --envs 2 --rollout-steps 32 --minibatches 2 --eval-episodes 2 --device cpu';
const TINY = '--steps 200 --envs 2 --rollout-steps 32 --minibatches 2 --eval-episodes 2 --device cpu';
const inFolder = { cwd: folder.path };

beforeAll(async () => {
  await gymformer(`train CartPole-v1 --out expert ${TINY_TRAINING}`, inFolder);
  await gymformer('record expert --episodes 6 --actions drawn', inFolder);
  await gymformer('dataset build expert --out data', inFolder);
});

test('a policy is pretrained, and asked for a return', async () => {
  const pretrained = await gymformer(`pretrain data --algo dt --out dt --json ${TINY}`, inFolder);
  expect(pretrained.code).toBe(0);
  expect(pretrained.json.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['start', 'update', 'heldOut', 'eval', 'checkpoint', 'done']),
  );
  expect(pretrained.json.at(-1)).toMatchObject({
    ...{ event: 'done', environment: 'CartPole-v1', algo: 'dt', interrupted: false, evalEpisodes: 2 },
    ...{ accuracy: expect.any(Number), macroRecall: expect.any(Number), macroF1: expect.any(Number) },
    ...{ meanReturn: expect.any(Number), meanSquaredError: null, targetReturn: expect.any(Number) },
    confusion: [
      { part: 'action', labels: ['push left', 'push right'], counts: [expect.any(Array), expect.any(Array)] },
    ],
  });
  const evaluated = await gymformer('eval dt --episodes 2 --target-return 30 --json', inFolder);
  expect(evaluated.json[0]).toMatchObject({ event: 'eval', targetReturn: 30 });
});

test('what cannot be is said, with its exit code, and no run is begun', async () => {
  const damaged = join(folder.path, 'told.gfr');
  writeFileSync(damaged, replayOf([toldEpisode(0, 5), toldEpisode(1, 5)], { environment: 'Nowhere-v0' }));
  await gymformer(`dataset build ${damaged} --out elsewhere`, inFolder);
  const outcomes = await Promise.all([
    gymformer('pretrain expert --out none', inFolder),
    gymformer('pretrain data --clip-range 0.1 --out none', inFolder),
    gymformer('pretrain elsewhere --out none', inFolder),
    gymformer('train CartPole-v1 --algo bc --out none', inFolder),
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([4, 2, 2, 2]);
  const messages = outcomes.map(({ stderr }) => stderr.trim());
  expect(messages[0]).toContain('expert is not a dataset: there is no dataset.json in it');
  expect(messages[1]).toContain('unknown flag --clip-range');
  expect(messages[2]).toContain('unknown environment Nowhere-v0');
  expect(messages[3]).toContain('gymformer pretrain <dataset> --algo bc');
  expect(existsSync(join(folder.path, 'none'))).toBe(false);
});

test('Ctrl-C saves what has been learned; it goes on from there, and training begins with it', async () => {
  let asked = false;
  const stopped = await gymformer(`pretrain data --algo bc --out bc --json ${TINY.replace('200', '1000000')}`, {
    ...inFolder,
    onLine(line) {
      const stops = !asked && line.includes('"event":"update"');
      asked ||= stops;
      return stops ? 'SIGINT' : undefined;
    },
  });
  expect(stopped.code).toBe(130);
  const { steps } = stopped.json.at(-1) as { steps: number };
  expect(stopped.json.at(-1)).toMatchObject({ event: 'done', interrupted: true, accuracy: null });
  expect(stopped.stderr).toContain('pretrain data --resume --out bc');
  const resumed = await gymformer(`pretrain data --resume --out bc --steps ${steps + 50}`, inFolder);
  expect(resumed.stderr).toContain(`resumed at step ${steps.toLocaleString('en-US')}`);
  expect(resumed.stdout).toContain('action taken, and what was told instead:');
  const trained = await gymformer(`train CartPole-v1 --init-from bc --out tuned ${TINY_TRAINING}`, inFolder);
  expect({ code: trained.code, stderr: trained.stderr }).toMatchObject({ code: 0 });
});
