import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EXIT, FileError, GymformerError, UsageError } from '../../src/errors.ts';
import type { DownloadProgress } from '../../src/pretrained/hub.ts';
import { locateModel } from '../../src/pretrained/locate.ts';
import { parseModelReference } from '../../src/pretrained/reference.ts';
import { COMMIT, type HubServer, type ServedModel, startHub } from './hubServer.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/pretrained/bert', import.meta.url));
const NAMES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
const REFERENCE = 'hf:tiny/bert';

const contentOf = (name: string): Uint8Array => readFileSync(join(FIXTURE, name));

function servedModel(change: Partial<ServedModel> = {}): ServedModel {
  const files = NAMES.map((name) => [name, { content: contentOf(name), lfs: name.endsWith('.safetensors') }] as const);
  return { ...Object.fromEntries(files), ...change } as ServedModel;
}

let cache: string;
let hub: HubServer;

async function serve(model: ServedModel): Promise<void> {
  hub = await startHub({ 'tiny/bert': model });
  vi.stubEnv('HF_ENDPOINT', hub.url);
}

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'gymformer-hub-'));
  vi.stubEnv('HF_HUB_CACHE', cache);
  vi.stubEnv('HF_HUB_OFFLINE', '');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  rmSync(cache, { recursive: true });
});

const filesOfCache = (): string[] =>
  (readdirSync(cache, { recursive: true, withFileTypes: true }) as { name: string; isDirectory(): boolean }[])
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);

async function failureOf(promise: Promise<unknown>): Promise<GymformerError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GymformerError);
  return error as GymformerError;
}

describe('a model of the Hub', () => {
  test('is downloaded into the shared cache, under its commit, and then found without a request', async () => {
    await serve(servedModel());
    const seen: DownloadProgress[] = [];
    const first = await locateModel(REFERENCE, { texts: true, onProgress: (progress) => void seen.push(progress) });
    expect(first.reference).toBe(`hf:tiny/bert@${COMMIT}`);
    expect(first.folder).toBe(join(cache, 'models--tiny--bert', 'snapshots', COMMIT));
    for (const name of NAMES) expect(readFileSync(join(first.folder, name))).toEqual(contentOf(name));
    expect(readFileSync(join(cache, 'models--tiny--bert/refs/main'), 'utf8')).toBe(COMMIT);
    expect(seen.at(-1)).toMatchObject({ model: 'tiny/bert@main', received: seen.at(-1)?.size });
    const requests = hub.requests.length;
    expect(await locateModel(REFERENCE, { texts: true })).toEqual(first);
    expect(await locateModel(first.reference, { texts: true })).toEqual(first);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await locateModel(REFERENCE, { texts: true })).toEqual(first);
    expect(hub.requests.length).toBe(requests);
  });

  test('may be in several files, and lack what is optional', async () => {
    const {
      'model.safetensors': weights,
      'tokenizer.json': words,
      'tokenizer_config.json': _,
      ...rest
    } = servedModel();
    const index = JSON.stringify({ weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } });
    const shard = { ...(weights as ServedModel[string]) };
    await serve({
      ...rest,
      'vocab.txt': words as ServedModel[string],
      'model.safetensors.index.json': { content: new TextEncoder().encode(index) },
      'model-1.safetensors': shard,
      'model-2.safetensors': shard,
    });
    const { folder } = await locateModel(REFERENCE, { texts: true });
    expect(readdirSync(folder).sort()).toEqual(
      ['config.json', 'model-1.safetensors', 'model-2.safetensors', 'model.safetensors.index.json', 'vocab.txt'].sort(),
    );
    const requests = hub.requests.length;
    await locateModel(REFERENCE, { texts: true });
    expect(hub.requests.length).toBe(requests);
  });

  test.each([
    ['config.json', 'git hash'],
    ['model.safetensors', 'sha256'],
  ])('whose %s is not what its hash says is refused, and nothing of it is kept', async (name, kind) => {
    const content = contentOf(name);
    const sent = content.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
    await serve(servedModel({ [name]: { content, sent, lfs: kind === 'sha256' } }));
    const error = await failureOf(locateModel(REFERENCE, { texts: true }));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(new RegExp(`^${name} of tiny/bert@main is not what the Hub says: its ${kind} is`));
    expect(existsSync(join(cache, 'models--tiny--bert/snapshots', COMMIT, name))).toBe(false);
    expect(filesOfCache().filter((file) => file.includes('incomplete'))).toEqual([]);
  });

  test('whose download is cut is not there afterwards, and comes whole the next time', async () => {
    const content = contentOf('model.safetensors');
    const model = servedModel({ 'model.safetensors': { content, lfs: true, cutAfter: 9000 } });
    await serve(model);
    const error = await failureOf(locateModel(REFERENCE, { texts: true }));
    expect(error.exitCode).toBe(EXIT.failed);
    expect(error.message).toMatch(/the connection broke after \d+ of \d+ bytes of model.safetensors/);
    expect(filesOfCache().filter((file) => file.includes('incomplete'))).toEqual([]);
    model['model.safetensors'] = { content, lfs: true };
    const requests = hub.requests.length;
    const { folder } = await locateModel(REFERENCE, { texts: true });
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(content);
    expect(hub.requests.slice(requests).some((request) => request.includes('config.json'))).toBe(false);
  });

  test.each([
    ['hf:tiny/nothing', 'all', /^tiny\/nothing@main is not there: Not found/],
    ['hf:tiny/bert@other', 'the branch', /^tiny\/bert@other is not there/],
    ['hf:tiny/bert', 'tokenizer.json', /^tiny\/bert@main has no tokenizer.json or vocab.txt/],
    ['hf:tiny/bert', 'model.safetensors', /^tiny\/bert@main has neither model.safetensors nor/],
  ])('%s that lacks %s is a FileError', async (reference, lacking, message) => {
    const files = Object.entries(servedModel()).filter(([name]) => name !== lacking);
    await serve(Object.fromEntries(files));
    const error = await failureOf(locateModel(reference, { texts: true }));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(message);
  });

  test('that is not cached is an error offline, which says what is missing and how to get it, without a request', async () => {
    await serve(servedModel());
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const error = await failureOf(locateModel(REFERENCE, { texts: true }));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(
      /config.json, tokenizer.json or vocab.txt, model.safetensors missing, .* without --offline/,
    );
    expect(hub.requests).toEqual([]);
  });

  test('cannot be had where nobody answers', async () => {
    await serve(servedModel());
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
    const error = await failureOf(locateModel(REFERENCE, { texts: true }));
    expect(error.exitCode).toBe(EXIT.failed);
    expect(error.message).toMatch(/^http:\/\/127.0.0.1:9 did not answer for tiny\/bert@main: fetch failed/);
  });

  test('whose index leads out of its folder is refused', async () => {
    const { 'model.safetensors': _, ...rest } = servedModel();
    const index = JSON.stringify({ weight_map: { a: '../../../evil.safetensors' } });
    await serve({ ...rest, 'model.safetensors.index.json': { content: new TextEncoder().encode(index) } });
    const error = await failureOf(locateModel(REFERENCE, { texts: true }));
    expect(error.message).toMatch(/is no name of a safetensors file/);
  });
});

test.each(['hf:', 'hf:bert', 'hf:a/b/c', 'hf:../b', 'hf:a/b@../../c'])('%s names no model', async (reference) => {
  await serve({});
  expect(() => parseModelReference(reference)).toThrow(UsageError);
});
