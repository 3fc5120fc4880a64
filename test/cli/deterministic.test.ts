import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

// Large enough for the kernels to be shared among threads.
const SETTINGS =
  '--steps 1536 --envs 8 --rollout-steps 64 --minibatches 2 --width 64 --layers 2 --heads 4 --eval-episodes 1 --seed 3';

/** The tensors that a process of its own has trained, byte for byte. */
async function trained(name: string, flags: string): Promise<Record<string, string>> {
  const words = `train CartPole-v1 --device simd --deterministic ${flags} ${SETTINGS} --out ${name}`;
  const { code, stderr } = await gymformer(words, { cwd: folder.path });
  expect(code, stderr).toBe(0);
  const path = join(folder.path, name, 'checkpoints/000001536');
  const files = readdirSync(path).filter((file) => file.endsWith('.safetensors'));
  expect(files.sort()).toEqual(['memory.safetensors', 'optimizer.safetensors', 'policy.safetensors']);
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(path, file)).toString('base64')]));
}

test('two processes with --deterministic train the same bits, whatever their number of threads', async () => {
  const first = await trained('first', '--threads 2');
  expect(await trained('second', '--threads 2')).toEqual(first);
  expect(await trained('one', '--threads 1')).toEqual(first);
  expect(await trained('three', '--threads 3')).toEqual(first);
});
