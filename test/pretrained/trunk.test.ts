import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Generator } from '../../envs/random.ts';
import { openDevice } from '../../src/device/device.ts';
import { EXIT, GymformerError } from '../../src/errors.ts';
import { evaluate } from '../../src/evaluate.ts';
import { openPretrained } from '../../src/pretrained/openPretrained.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/safetensors.ts';
import { buildPolicy, restorePolicy } from '../../src/trained.ts';
import { Training } from '../../src/training.ts';
import { collectAndLearn } from '../../src/update.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { smallConfig } from '../training/environments.ts';

await openDevice('simd');

const FIXTURES = fileURLToPath(new URL('../fixtures/pretrained', import.meta.url));
const GPT2 = join(FIXTURES, 'gpt2');
const temporary = mkdtempSync(join(tmpdir(), 'gymformer-trunk-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const ENVIRONMENT = 'ProofofMemory-v0';
const spec = await resolveEnvironment(ENVIRONMENT);
const config = (change: Parameters<typeof smallConfig>[0] | object): ReturnType<typeof smallConfig> =>
  smallConfig({ environment: ENVIRONMENT, ...change });

async function refused(change: object): Promise<GymformerError> {
  try {
    const pretrained = await openPretrained(config(change), { device: 'simd' });
    buildPolicy(pretrained.config, spec, new Generator(0), pretrained);
  } catch (error) {
    expect(error).toBeInstanceOf(GymformerError);
    return error as GymformerError;
  }
  throw new Error('it was not refused');
}

test.each([
  [{ trunk: join(FIXTURES, 'bert') }, EXIT.file, /bert was trained to look ahead as well as back.*; wanted gpt2$/],
  [{ trunk: join(FIXTURES, 'none') }, EXIT.file, /there is no model at .*none/],
  [{ trunk: GPT2, context: 24 }, EXIT.environment, /tells only 24 places apart: give --context 23 or less/],
  [{ trunk: GPT2, policy: 'gru' }, EXIT.environment, /stands in place of the policy transformer without gating/],
  [{ trunk: GPT2, gating: 'gru' }, EXIT.environment, /stands in place of the policy transformer without gating/],
])('%j is refused, with exit code %i', async (change, exit, message) => {
  const error = await refused(change);
  expect([error.exitCode, error.message]).toEqual([exit, expect.stringMatching(message)]);
});

test('a trunk whose weights do not fit is refused by the tensor', async () => {
  const folder = join(temporary, 'gpt2');
  cpSync(GPT2, folder, { recursive: true });
  const path = join(folder, 'model.safetensors');
  const { tensors } = decodeSafetensors(readFileSync(path), path);
  tensors.delete('transformer.h.1.mlp.c_fc.weight');
  writeFileSync(path, encodeSafetensors(tensors));
  const { exitCode, message } = await refused({ trunk: folder });
  expect([exitCode, message]).toEqual([
    EXIT.file,
    expect.stringMatching(/tensor h.1.mlp.c_fc.weight is missing, wanted \[16, 32\]/),
  ]);
});

test.each([
  ['that learns as a whole', {}, 1],
  ['that is frozen', { freeze: 'trunk' }, 10],
  ['that has low-rank adapters', { loraRank: 2 }, 1],
] as const)(
  'a policy on pretrained GPT-2 %s keeps what it must, and plays on from its tensors alone',
  async (_, how, updates) => {
    const settings = { trunk: GPT2, context: 8, envs: 16, minibatches: 4, learningRate: 3e-3, sequenceSteps: 16 };
    const pretrained = await openPretrained(config({ ...settings, ...how }), { device: 'simd' });
    const training = new Training(pretrained.config, spec, 'simd', spec, pretrained);
    const { policy } = training;
    const before = await policy.parameters.save();
    await training.begin();
    for (let update = 0; update < updates; update++) await collectAndLearn(training);
    const weights = await policy.parameters.save();
    const same = [...policy.trunkNames].filter(
      (name) => weights.get(name)?.data.join() === before.get(name)?.data.join(),
    );
    expect(same.length).toBe('freeze' in how || 'loraRank' in how ? policy.trunkNames.size : 0);
    expect(weights.get('trunkEnter.weight')).not.toEqual(before.get('trunkEnter.weight'));
    const play = { episodes: 50, seed: 1, actions: 'likeliest' } as const;
    const { mean } = await evaluate(training.player(), play);
    if (updates > 1) expect(mean).toBeGreaterThan(1); // it remembers: without memory there is 0.29
    const state = { step: 0, observationNormalizer: null, rewardNormalizer: null };
    const restored = restorePolicy({ config: pretrained.config, state, weights, name: 'x' }, spec);
    expect((await evaluate({ ...training.player(), ...restored }, play)).mean).toBe(mean);
    training.dispose();
  },
);
