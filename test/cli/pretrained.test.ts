import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { COMMIT, type HubServer, type ServedModel, startHub } from '../pretrained/hubServer.ts';
import { gymformer, type Outcome, temporaryFolder, TINY } from './program.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/pretrained', import.meta.url));
const WATCH = new URL('../pretrained/watchNetwork.mjs', import.meta.url).href;
const folder = temporaryFolder();
const CACHE = join(folder.path, 'cache');
let hub: HubServer;

beforeAll(async () => {
  const served = (kind: string): ServedModel =>
    Object.fromEntries(
      ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].map((name) => [
        name,
        { content: readFileSync(join(FIXTURES, kind, name)), lfs: name === 'model.safetensors' },
      ]),
    );
  hub = await startHub({
    'tiny/gpt2': served('gpt2'),
    'tiny/bert': served('bert'),
    'tiny/sentiment': served('distilbert'),
  });
});

afterAll(async () => {
  await hub.close();
  folder.remove();
});

let logs = 0;

/** Runs the program, and tells whom it, and the processes that it started, talked to. */
async function watched(words: string | readonly string[]): Promise<Outcome & { talkedTo: string[] }> {
  const log = join(folder.path, `network-${logs++}`);
  const env = {
    HF_ENDPOINT: hub.url,
    HF_HUB_CACHE: CACHE,
    NETWORK_LOG: log,
    NODE_OPTIONS: `--import ${WATCH}`,
  };
  const outcome = await gymformer(words, { cwd: folder.path, env });
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { ...outcome, talkedTo: [...new Set(lines)] };
}

const classify = (...words: string[]): string[] => ['classify', 'This is a great movie!', '--json', ...words];
const host = (): string => `connect ${new URL(hub.url).host}`;

describe('nothing leaves the machine', () => {
  test('when one trains, evaluates, records and verifies', async () => {
    for (const words of [
      `train CartPole-v1 ${TINY} --steps 64 --out private --env-workers 1`,
      'eval private --episodes 1',
      'record private --episodes 1 --out private.gfr',
      'replay verify private.gfr',
    ]) {
      const { code, stderr, talkedTo } = await watched(words);
      expect(code, stderr).toBe(EXIT.ok);
      expect(talkedTo, words).toEqual([]);
    }
  });

  test('but what an hf: model asks for, of its Hub alone; and once it is cached, nothing', async () => {
    const first = await watched(classify('--model', 'hf:tiny/sentiment'));
    expect(first.code, first.stderr).toBe(EXIT.ok);
    expect(first.talkedTo).toEqual([host()]);
    expect(first.stderr).toMatch(/downloading tiny\/sentiment@main: 0.0 of 0.0 MB/);
    const second = await watched(classify('--model', 'hf:tiny/sentiment', '--offline'));
    expect(second.talkedTo).toEqual([]);
    expect(second.json).toEqual(first.json);
  });

  test.each([
    classify('--model', 'hf:tiny/bert'),
    `train CartPole-v1 ${TINY} --steps 64 --trunk hf:tiny/bert --out no`.split(' '),
  ])('with --offline, when a model is not cached: %s', async (...words) => {
    const { code, stderr, talkedTo } = await watched([...words, '--offline']);
    expect(code).toBe(EXIT.file);
    expect(stderr).toMatch(/tiny\/bert@main is not whole in the cache .* missing, and nothing is downloaded offline/);
    expect(talkedTo).toEqual([]);
  });
});

describe('classify', () => {
  test('gives each text, from the command or standard input, a label with probabilities', async () => {
    const model = join(FIXTURES, 'distilbert');
    const { code, json } = await gymformer(['classify', 'great', 'bad movie', '--model', model, '--json']);
    expect(code).toBe(EXIT.ok);
    expect(json.map(({ event, text }) => [event, text])).toEqual([
      ['classified', 'great'],
      ['classified', 'bad movie'],
    ]);
    for (const { label, probabilities } of json as { label: string; probabilities: Record<string, number> }[]) {
      expect(Object.keys(probabilities)).toEqual(['NEGATIVE', 'POSITIVE']);
      expect(probabilities[label]).toBeGreaterThanOrEqual(0.5);
    }
    const piped = await gymformer(['classify', '--model', model, '--json'], { input: 'great\n\nbad movie\n' });
    expect(piped.json).toEqual(json);
  });

  test('without a model says how to give one', async () => {
    const { code, stderr } = await gymformer(classify());
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringMatching(/which model\? Give --model/)]);
  });
});

describe('a run with pretrained models', () => {
  test('holds its trunk: it resumes and plays where the model is no longer to be had', async () => {
    const gpt2 = join(folder.path, 'gpt2');
    cpSync(join(FIXTURES, 'gpt2'), gpt2, { recursive: true });
    const flags = `${TINY} --steps 64 --freeze trunk --lora-rank 2`;
    const trained = await watched(`train CartPole-v1 ${flags} --trunk ${gpt2} --out trunk --json`);
    expect(trained.code, trained.stderr).toBe(EXIT.ok);
    rmSync(gpt2, { recursive: true });
    const more = await watched('train CartPole-v1 --resume --out trunk --steps 128 --json');
    expect(more.code, more.stderr).toBe(EXIT.ok);
    const evaluated = await watched('eval trunk --episodes 1 --json');
    expect(evaluated.code, evaluated.stderr).toBe(EXIT.ok);
  });

  test('names its text encoder for good, by the commit, and says where it is missing', async () => {
    const words = `train BabyAI-GoToLocal-v0 ${TINY} --steps 64 --text-encoder hf:tiny/bert --out text`;
    const trained = await watched(words);
    expect(trained.code, trained.stderr).toBe(EXIT.ok);
    expect(trained.talkedTo).toEqual([host()]);
    const config = JSON.parse(readFileSync(join(folder.path, 'text/config.json'), 'utf8')) as { textEncoder: string };
    expect(config.textEncoder).toBe(`hf:tiny/bert@${COMMIT}`);
    const evaluated = await watched('eval text --episodes 1 --offline');
    expect(evaluated.code, evaluated.stderr).toBe(EXIT.ok);
    expect(evaluated.talkedTo).toEqual([]);
    rmSync(CACHE, { recursive: true });
    const missing = await watched('eval text --episodes 1 --offline');
    expect([missing.code, missing.stderr]).toEqual([EXIT.file, expect.stringMatching(/tiny\/bert@a{40} is not whole/)]);
  });

  test('that do not serve is not begun', async () => {
    const { code, stderr } = await gymformer(
      `train CartPole-v1 ${TINY} --trunk ${join(FIXTURES, 'bert')} --out ${join(folder.path, 'refused')}`,
    );
    expect([code, stderr]).toEqual([EXIT.file, expect.stringMatching(/bert cannot work across time: .* wanted gpt2/)]);
    expect(existsSync(join(folder.path, 'refused'))).toBe(false);
  });
});
