import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

/** `TINY`, but for the shape of the policy, which comes from the run that weights are of. */
const AS_THERE = TINY.replace(/--(width|layers|heads) \d+ /g, '');

beforeAll(async () => void (await gymformer(`train CartPole-v1 --steps 64 --out source ${TINY}`, here)));

test('weights of a run in another environment: what was taken, what is new and what learns is said', async () => {
  const words = `train Acrobot-v1 --steps 64 --out adapted --init-from source --lora-rank 1 ${AS_THERE}`;
  const { code, stderr } = await gymformer(words, here);
  expect(code).toBe(0);
  expect(stderr).toMatch(/ parameters, of which [\d,]+ learn\n/);
  expect(stderr).toContain(
    'from source (CartPole-v1, 64 steps): taken 1 of encoder, 14 of transformer, 2 of head; new 1 of encoder, 2 of head, 8 of adapters',
  );
  expect(stderr).toMatch(/\ncost: [\d.]+ MFLOP, \d+ s, at most [\d.]+ MB of memory, on cpu\n/);
});

test('a run with adapters is resumed, evaluated and recorded as it is', async () => {
  const { json } = await gymformer('train Acrobot-v1 --out adapted --resume --steps 128 --json', here);
  expect(json[0]).toMatchObject({ event: 'start', step: 64 });
  expect(json[0]).not.toHaveProperty('init');
  expect(json[0]?.['parameters']).toBeLessThan(json[0]?.['totalParameters'] as number);
  const { cost } = json.at(-1) as { cost: object };
  expect(cost).toMatchObject({ steps: 128, sessions: 2, devices: ['cpu'] });
  expect(JSON.parse(readFileSync(join(folder.path, 'adapted/cost.json'), 'utf8'))).toEqual(cost);
  const { json: evaluated } = await gymformer('eval adapted --episodes 1 --json', here);
  expect(evaluated[0]).toMatchObject({ event: 'eval' });
  const { code } = await gymformer('record adapted --episodes 1', here);
  expect(code).toBe(0);
});

test('settings of the policy are those of the weights, which --show-config says', async () => {
  const { json } = await gymformer('train CartPole-v1 --init-from source --show-config --json', here);
  const { settings } = json[0] as { settings: Record<string, unknown> };
  expect(settings).toMatchObject({
    width: { value: 16, source: 'init' },
    policy: { value: 'transformer', source: 'init' },
    initFrom: { value: 'source', source: 'flag' },
    gamma: { source: 'preset' },
  });
});

test.each([
  ['--init-from nowhere', 4, /there is no run at .*nowhere/],
  ['--init-from hf:gpt2', 2, /hf:gpt2 is a pretrained model: .* --trunk hf:gpt2/],
  ['--init-from source --width 32', 3, /width is 32 in the flags, but the weights of source were made with 16/],
  ['--init-from source --lora-rank 17', 3, /loraRank is 17, but transformer\.0\.queryKeyValue\.weight is \[16, 48\]/],
  ['--init-from source --lora-alpha 4', 3, /loraAlpha is 4, but loraRank is 0, so there are no adapters/],
  ['--init-from source --freeze trunks', 2, /unknown freeze trunks: did you mean trunk\?/],
])('train %s exits with %i, and says what is wrong', async (flags, exitCode, message) => {
  const { code, stderr } = await gymformer(`train CartPole-v1 --out none --device cpu ${flags}`, here);
  expect(code).toBe(exitCode);
  expect(stderr).toMatch(message);
  expect(existsSync(join(folder.path, 'none'))).toBe(false);
});

test('a trunk that is not as its settings say exits with 4, and names the tensor and both shapes', async () => {
  await gymformer(`train CartPole-v1 --steps 64 --out odd ${TINY}`, here);
  const path = join(folder.path, 'odd/config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...config, width: 24 }));
  const { code, stderr } = await gymformer('train CartPole-v1 --out none --init-from odd --device cpu', here);
  expect(code).toBe(4);
  expect(stderr).toMatch(/tensor transformer\.0\.attentionNorm\.scale of the trunk has shape \[16\], wanted \[24\]/);
});

const COMPARED = `transfer source CartPole-v1 --seeds 2 --steps 128 --evaluations 2 --out compared ${AS_THERE}`;

test('transfer: stopped after a seed, it goes on from there, with a table, a picture and JSON of all', async () => {
  const stopped = await gymformer(`${COMPARED} --json`, {
    ...here,
    onLine: (line) => (line.includes('"arm":"scratch"') ? 'SIGINT' : undefined),
  });
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain('what is done is in compared: the same command goes on');
  const { code, json } = await gymformer(`${COMPARED} --json`, here);
  expect(code).toBe(0);
  const seeds = json.filter(({ event }) => event === 'seed');
  expect(seeds.map(({ arm, seed }) => `${String(arm)} ${String(seed)}`)).toEqual([
    ...['scratch 0', 'transfer 0', 'scratch 1', 'transfer 1'],
  ]);
  for (const { points } of seeds) expect((points as { step: number }[]).map(({ step }) => step)).toEqual([0, 64, 128]);
  expect(json.at(-1)).toMatchObject({ event: 'transfer', environment: 'CartPole-v1', steps: 128, source: 'source' });
  const shown = await gymformer(COMPARED, here);
  expect(shown.stdout).toMatch(/^scratch +[\d.]+ \[[\d.]+, [\d.]+\] /m);
  expect(shown.stdout).toMatch(/^jump-start: /m);
  expect(readFileSync(join(folder.path, 'compared/curves.svg'), 'utf8')).toContain('>transfer</text>');
}, 60_000);

test.each([
  ['transfer source CartPole-v1 --eval-every 5', 2, /transfer takes no --eval-every: give --evaluations/],
  ['transfer source CartPole-v7', 2, /unknown environment CartPole-v7: did you mean CartPole-v1\?/],
  ['transfer nowhere CartPole-v1', 2, /nowhere is no run, and no environment either: unknown environment/],
  ['transfer source CartPole-v1 --width 32', 3, /width is 32 in the flags, but the weights of source/],
])('%s exits with %i', async (words, exitCode, message) => {
  const { code, stderr } = await gymformer(`${words} --out none`, here);
  expect(code).toBe(exitCode);
  expect(stderr).toMatch(message);
});
