// Builds dist/: the kernels by AssemblyScript, the program by TypeScript, the viewer by Vite. `node scripts/build.mjs` builds both anew.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modified, ROOT } from './packages.mjs';

const CACHE = join(ROOT, '.cache');

const SIMD = 'src/device/simd';

/** What is built from what, in this order; `product` is written by every build of the part. */
const PARTS = {
  kernels: {
    sources: [`${SIMD}/kernels`],
    product: `${SIMD}/generated/kernels.wasm`,
    build: buildKernels,
  },
  program: {
    sources: [
      'envs',
      'agents',
      'src',
      ...benchSources(),
      'template',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ],
    product: 'dist/src/cli/main.js',
    build: buildProgram,
  },
  viewer: {
    sources: ['viewer', 'envs', 'agents', 'src', 'package.json'],
    product: 'dist/viewer/index.html',
    build: buildViewer,
  },
};

/** Not the results that benchmarks leave beside them, which change while they run. */
function benchSources() {
  const left = ['RESULTS.md', 'curves', 'results'];
  return readdirSync(join(ROOT, 'bench'))
    .filter((name) => !left.includes(name))
    .map((name) => join('bench', name));
}

/**
 * Builds the parts whose sources have changed since their last build. Processes that ask at the same time take turns.
 *
 * @param {('kernels' | 'program' | 'viewer')[]} names
 * @returns {Promise<void>}
 * @throws Error with the compiler's messages
 */
export async function buildIfStale(names = ['kernels', 'program', 'viewer']) {
  linkProgram();
  const stale = () => names.filter((name) => newest(PARTS[name].sources) > modified(PARTS[name].product));
  if (stale().length === 0) return;
  const release = await lock(join(CACHE, 'build.lock'));
  try {
    for (const name of stale()) await PARTS[name].build();
  } finally {
    release();
  }
}

/** Twice: with and without relaxed SIMD, which not every machine has. */
async function buildKernels() {
  const { default: asc } = await import('assemblyscript/asc');
  const fresh = join(CACHE, `kernels-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  for (const [name, features] of [
    ['kernels.relaxed', 'simd,threads,relaxed-simd'],
    ['kernels', 'simd,threads'],
  ]) {
    const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'];
    const files = [join(ROOT, SIMD, 'kernels/index.ts'), '--baseDir', '/', '--outFile', join(fresh, `${name}.wasm`)];
    const { error, stderr } = await asc.main([
      ...files,
      ...flags,
      '--maximumMemory',
      '65536',
      ...features.split(',').flatMap((feature) => ['--enable', feature]),
    ]);
    if (error) throw new Error(`AssemblyScript failed:\n${stderr.toString()}`);
  }
  replace(fresh, join(ROOT, SIMD, 'generated'));
}

function buildProgram() {
  const fresh = join(CACHE, `program-${process.pid}`);
  run('typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', fresh]);
  chmodSync(join(fresh, 'src/cli/main.js'), 0o755);
  const kernels = ['generated', 'thread.mjs', 'worker.mjs', 'pageWorker.mjs'].map((path) => join(SIMD, path));
  const peers = readdirSync(join(ROOT, 'bench/peers')).filter((file) => file.endsWith('.py'));
  const plain = ['envs/workers/supervisor.mjs', 'src/envWorker.mjs', ...peers.map((file) => join('bench/peers', file))];
  for (const path of [...kernels, ...plain, 'template'])
    cpSync(join(ROOT, path), join(fresh, path), { recursive: true });
  for (const room of readdirSync(fresh)) replace(join(fresh, room), join(ROOT, 'dist', room));
  rmSync(fresh, { recursive: true });
}

/** Lets `npx gymformer` find the program in a clone, as it does where the package is installed. */
function linkProgram() {
  // On Windows npx finds it through package.json, if slower.
  if (process.platform === 'win32') return;
  try {
    symlinkSync('../../dist/src/cli/main.js', join(ROOT, 'node_modules/.bin/gymformer'));
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Twice: as the server's pages, and as one file that a replay can be put into. */
function buildViewer() {
  const fresh = join(CACHE, `viewer-${process.pid}`);
  const build = (folder, ...flags) =>
    run('vite/bin/vite.js', ['build', 'viewer', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn', ...flags]);
  build(fresh);
  const single = `${fresh}-single`;
  build(single, '--mode', 'single-file');
  renameSync(join(single, 'index.html'), join(fresh, 'single-file.html'));
  rmSync(single, { recursive: true });
  replace(fresh, join(ROOT, 'dist/viewer'));
}

/** Whoever runs the old files meanwhile finds either all of the old or all of the new. */
function replace(fresh, path) {
  mkdirSync(join(path, '..'), { recursive: true });
  const old = `${fresh}-old`;
  if (existsSync(path)) renameSync(path, old);
  renameSync(fresh, path);
  rmSync(old, { recursive: true, force: true });
}

function run(script, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} failed:\n${stdout}${stderr}`);
}

/** When the newest of all these files and folders was written; a folder counts too, which tells of removed files. */
function newest(paths) {
  return Math.max(0, ...paths.map((path) => newestBelow(join(ROOT, path))));
}

function newestBelow(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestBelow(join(path, name))));
}

/** Waits until no other living process holds the lock, then holds it; returns what gives it back. */
async function lock(path) {
  mkdirSync(join(path, '..'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(path)) rmSync(path, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isAlive(path) {
  try {
    const pid = readFileSync(path, 'utf8');
    // Empty: its holder is about to write it.
    if (pid !== '') process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const { build } of Object.values(PARTS)) await build();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
