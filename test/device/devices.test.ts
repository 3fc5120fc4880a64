import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gymformer, type ProgramOptions, ROOT, temporaryFolder, TINY } from '../cli/program.ts';
import { sharedLibraryNeeding } from './elf.ts';
import { softwareGpu } from './softwareGpu.ts';

const CUDA = '@tensorflow/tfjs-node-gpu';
const NATIVE = '@tensorflow/tfjs-node';

const folder = temporaryFolder();
afterAll(folder.remove);

/**
 * The program, installed in a folder of its own beside these packages and, but for `without`, those of the clone.
 *
 * @param packages the text of each package's only file
 */
function install(name: string, packages: Record<string, string>, without: readonly string[] = []): string {
  const root = join(folder.path, name);
  for (const part of ['dist/agents', 'dist/envs', 'dist/src', 'package.json'])
    cpSync(join(ROOT, part), join(root, part), { recursive: true });
  const present = (scope: string): string[] => readdirSync(join(ROOT, 'node_modules', scope));
  const linked = [
    ...present('').filter((entry) => !/^[.@]/.test(entry)),
    ...present('@tensorflow').map((entry) => `@tensorflow/${entry}`),
  ];
  mkdirSync(join(root, 'node_modules/@tensorflow'), { recursive: true });
  for (const entry of linked.filter((entry) => ![...without, CUDA, NATIVE, 'gymformer'].includes(entry)))
    symlinkSync(join(ROOT, 'node_modules', entry), join(root, 'node_modules', entry));
  for (const [packageName, text] of Object.entries(packages)) {
    const path = join(root, 'node_modules', packageName);
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: packageName, main: 'index.js' }));
    writeFileSync(join(path, 'index.js'), text);
  }
  return join(root, 'dist/src/cli/main.js');
}

/** A package whose native addon needs a library that is not there. */
function needing(library: string): string {
  const addon = join(folder.path, `${library}.node`);
  writeFileSync(addon, sharedLibraryNeeding(library));
  return `require(${JSON.stringify(addon)});`;
}

/** A package that does on loading what tfjs-node does, but for the computing. */
const working = (gpu: boolean): string => `
  const util = require('util');
  if (util.isNullOrUndefined(0) || !util.isArray([])) throw new Error('cannot be');
  const tf = require('@tensorflow/tfjs-core');
  class Backend extends tf.KernelBackend {
    binding = { TF_Version: '2.9.1' };
    isUsingGpuDevice = ${gpu};
  }
  if (!tf.findBackendFactory('tensorflow')) tf.registerBackend('tensorflow', () => new Backend());`;

/** What `gymformer devices` says of each device, by name. */
async function devices(
  options: ProgramOptions,
): Promise<Record<string, { available: boolean; detail: string; facts: object }>> {
  const { json, code, stderr } = await gymformer('devices --json', options);
  expect(code, stderr).toBe(0);
  return Object.fromEntries(json.map((line) => [line['name'], line as never]));
}

test('packages that are not installed are named, with how to install them and what they need', async () => {
  const main = install('bare', {}, ['webgpu']);
  const found = await devices({ main, env: { VK_ICD_FILENAMES: 'any' } });
  expect(found['cuda']).toEqual({
    name: 'cuda',
    available: false,
    detail: `${CUDA} is not installed: npm install ${CUDA} (needs an NVIDIA GPU, CUDA 11 and cuDNN 8)`,
    facts: {},
  });
  expect(found['native']?.detail).toBe(`${NATIVE} is not installed: npm install ${NATIVE}`);
  expect(found['webgpu']?.detail).toBe('webgpu is not installed: npm install webgpu');
});

test('the embedded devices tell their threads, instructions and limits', async () => {
  const { simd, wasm, cpu } = await devices({});
  expect(simd).toMatchObject({ available: true, facts: { relaxedSimd: expect.any(Boolean) } });
  expect(simd?.facts).toMatchObject({ threads: expect.any(Number), maxMemory: expect.any(Number) });
  expect([wasm?.available, cpu?.available]).toEqual([true, true]);
});

// The messages are those of Linux's loader, and the library is made for it.
describe.skipIf(process.platform !== 'linux')('a package that is installed but misses a library', () => {
  test.each([
    [CUDA, 'cuda', 'libcudart.so.11.0', 'CUDA 11'],
    [CUDA, 'cuda', 'libcudnn.so.8', 'cuDNN 8'],
    [NATIVE, 'native', 'libtensorflow.so.2', `the download that its installation makes: npm rebuild ${NATIVE}`],
    [NATIVE, 'native', 'libgomp.so.77', 'a package of the system'],
  ])('%s for %s without %s is told what brings it', async (packageName, device, library, provider) => {
    const main = install(`without-${library}`, { [packageName]: needing(library) });
    const { [device]: found } = await devices({ main });
    expect(found?.available).toBe(false);
    expect(found?.detail).toContain(
      `${packageName} is installed but misses the library ${library}: it comes with ${provider}`,
    );
  });
});

test('an addon that was never built is told how to build it', async () => {
  const text = `throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: x. \\nPlease run …');`;
  const { native } = await devices({ main: install('unbuilt', { [NATIVE]: text }) });
  expect(native?.detail).toContain(`npm rebuild ${NATIVE} --build-addon-from-source`);
});

test('they load where Node no longer has what they call; CUDA without a GPU is no device', async () => {
  const removed = folder.write(
    'removed.cjs',
    "const util = require('util'); delete util.isNullOrUndefined; delete util.isArray;",
  );
  const main = install('working', { [NATIVE]: working(false), [CUDA]: working(false) });
  const { native, cuda } = await devices({ main, env: { NODE_OPTIONS: `--require ${removed}` } });
  expect(native).toMatchObject({ available: true, detail: `libtensorflow 2.9.1 by ${NATIVE}`, facts: { gpu: false } });
  expect(cuda).toMatchObject({
    available: false,
    detail: expect.stringMatching(/found no GPU: wanted.*CUDA 11 and cuDNN 8/),
  });
});

test('with a GPU, CUDA is a device', async () => {
  const { cuda } = await devices({ main: install('cuda', { [CUDA]: working(true) }) });
  expect(cuda).toMatchObject({ available: true, facts: { libtensorflow: '2.9.1', gpu: true } });
});

describe('an absent device asked for by name', () => {
  let main: string;
  beforeAll(async () => {
    main = install('absent', {});
    await gymformer(`train CartPole-v1 --steps 64 --out run ${TINY}`, { cwd: folder.path });
  });

  test.each(['train CartPole-v1', 'train CartPole-v1 --resume --out run', 'eval run', 'record run'])(
    'ends %s with exit code 2, why and how to get it',
    async (words) => {
      const { code, stderr, stdout } = await gymformer(`${words} --device cuda`, { main, cwd: folder.path });
      expect(stderr).toContain(`device cuda is not available: ${CUDA} is not installed: npm install ${CUDA}`);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    },
  );
});

const realGpu =
  process.platform !== 'linux' || ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));

test.skipIf(realGpu)('a machine without a GPU says so, and what would be one', async () => {
  const { webgpu } = await devices({ env: { LD_LIBRARY_PATH: '' } });
  expect(webgpu?.detail).toContain('this machine has no GPU that its system knows of');
});

const software = await softwareGpu();
test.skipIf(realGpu || !software)(
  'a software GPU is told from a real one, with its limits, and auto does not take it',
  async () => {
    const env = software as Record<string, string>;
    const { webgpu } = await devices({ env });
    expect(webgpu).toMatchObject({
      available: true,
      detail: expect.stringContaining('software, not a GPU'),
      facts: { vendor: 'google', architecture: 'swiftshader', api: 'Vulkan', software: true, maxBufferSize: 2 ** 30 },
    });
    const words = `train CartPole-v1 --steps 64 --out auto ${TINY.replace('--device cpu', '')} --json`;
    const { json } = await gymformer(words, { env, cwd: folder.path });
    expect(json[0]).toMatchObject({ event: 'start', device: 'simd' });
  },
);
