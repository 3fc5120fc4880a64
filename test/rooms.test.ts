import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { environmentIds } from '../envs/registry.ts';

/** A file of the repository and what it imports: files of ours by their path from the root, packages by name. */
interface Source {
  path: string;
  text: string;
  files: string[];
  packages: string[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = ['envs', 'agents', 'src', 'viewer'];
// The replay format, and what plays, are doors of their own.
const DOORS = ['envs/index.ts', 'agents/index.ts', 'src/index.ts', 'src/replay/format.ts', 'src/playing.ts'];
// The parts of src that a browser may open.
const BROWSER_DOORS = [
  'src/replay/format.ts',
  'src/playing.ts',
  'src/explain/explanation.ts',
  'src/explain/report.ts',
  'src/server/listing.ts',
  'src/device/inPage.ts',
  'src/device/simd/browser.ts',
];

const sources = [...ROOMS, 'test', 'examples', 'bench'].flatMap((room) => filesBelow(room)).map(read);
const room = (name: string): Source[] => sources.filter(({ path }) => path.startsWith(`${name}/`));

/** What each room may import: files by the beginnings of their paths, and packages. */
const RULES: { room: string; files: string[]; packages: string[] }[] = [
  { room: 'envs', files: ['envs/'], packages: ['node:worker_threads', 'planck'] }, // threads in one folder: see below
  {
    room: 'agents/model',
    files: ['agents/model/', 'envs/env.ts', 'envs/spaces.ts', 'envs/random.ts', 'envs/tokens.ts'],
    packages: ['@tensorflow/tfjs-core'],
  },
  {
    room: 'agents',
    files: ['agents/', 'envs/env.ts', 'envs/spaces.ts', 'envs/random.ts', 'envs/tokens.ts'],
    packages: ['@tensorflow/tfjs-core'],
  },
  // The command line also runs the benchmarks, which know the program by its public doors.
  { room: 'src', files: ['src/', 'envs/', 'agents/', 'bench/'], packages: ['*'] },
  { room: 'bench', files: ['bench/'], packages: ['*'] },
  { room: 'src/device', files: ['src/device/'], packages: ['*'] },
  { room: 'src/replay', files: ['src/', 'envs/'], packages: ['*'] },
  {
    room: 'viewer',
    files: ['viewer/', 'envs/', 'agents/model/', ...BROWSER_DOORS],
    packages: ['pixi.js', 'uplot', 'vite', 'fflate', 'gifenc', 'mediabunny', 'node:'],
  },
];

describe.each(RULES)('$room', (rule) => {
  test('imports only what its door lets through', () => {
    const broken = room(rule.room).flatMap(({ path, files, packages }) => [
      ...files
        .filter((file) => !rule.files.some((allowed) => file.startsWith(allowed)))
        .map((file) => `${path} imports ${file}`),
      ...packages
        .filter((name) => !rule.packages.some((allowed) => allowed === '*' || name.startsWith(allowed)))
        .map((name) => `${path} imports ${name}`),
    ]);
    expect(broken).toEqual([]);
  });
});

test('only src touches disk, network and processes', () => {
  const allowed = (path: string): boolean => path.startsWith('envs/workers/') || path === 'viewer/vite.config.ts';
  const broken = [...room('envs'), ...room('agents'), ...room('viewer')]
    .filter(({ path, packages }) => !allowed(path) && packages.some((name) => name.startsWith('node:')))
    .map(({ path }) => path);
  expect(broken).toEqual([]);
});

test('what a browser loads of src needs no Node', () => {
  const reached = reachableFrom([...BROWSER_DOORS, ...room('viewer').flatMap(({ files }) => files)]);
  const broken = reached
    .filter(({ packages }) => packages.some((name) => name.startsWith('node:')))
    .map(({ path }) => path);
  expect(broken).toEqual([]);
});

test('there are no import cycles, types included', () => {
  expect(cycles()).toEqual([]);
});

test('only the doors of rooms pass on what others export, and nobody inside a room goes through its own', () => {
  const passing = /^(import|export)[^;]*?\sfrom\s'[^';]*';$/gm;
  const barrels = ROOMS.flatMap(room)
    .filter(({ path, text }) => !DOORS.includes(path) && withoutComments(text).replace(passing, '').trim() === '')
    .map(({ path }) => `${path} only passes on exports`);
  const detours = ROOMS.flatMap(room).flatMap(({ path, files }) =>
    files
      .filter((file) => file.endsWith('/index.ts') && path.startsWith(`${dirname(file)}/`))
      .map((file) => `${path} imports ${file}`),
  );
  expect([...barrels, ...detours]).toEqual([]);
});

test('nothing in src or viewer names an environment', () => {
  const named = [...room('src'), ...room('viewer')].flatMap(({ path, text }) =>
    environmentIds()
      .filter((id) => withoutComments(text).includes(id))
      .map((id) => `${path} names ${id}`),
  );
  expect(named).toEqual([]);
});

test('these tests see the imports that there are', () => {
  expect(sources.length).toBeGreaterThan(100);
  const main = sources.find(({ path }) => path === 'src/cli/train.ts');
  expect(main?.files).toContain('src/trainer.ts'); // a dynamic one
  expect(main?.files).toContain('src/metrics.ts'); // a type
  expect(main?.packages).toContain('node:fs');
});

test('imports of our own files exist and carry their extension', () => {
  const broken = sources.flatMap(({ path, files }) =>
    files.filter((file) => !existsSync(join(ROOT, file))).map((file) => `${path} imports ${file}`),
  );
  expect(broken).toEqual([]);
});

function filesBelow(folder: string): string[] {
  const entries = existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder), { recursive: true }) : [];
  return (
    entries
      .map((name) => join(folder, String(name)).replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
      // AssemblyScript: another language, with imports of its own kind.
      .filter((path) => !path.startsWith('src/device/simd/kernels/'))
  );
}

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const code = withoutComments(text);
  const specifiers = [
    ...code.matchAll(/^(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/^import\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => match[1] as string);
  const relatives = specifiers.filter((specifier) => specifier.startsWith('.'));
  return {
    path,
    text,
    files: relatives.map((specifier) => relative(ROOT, join(ROOT, dirname(path), specifier)).replaceAll('\\', '/')),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')),
  };
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function reachableFrom(paths: readonly string[]): Source[] {
  const found = new Map<string, Source>();
  const visit = (path: string): void => {
    const source = sources.find((candidate) => candidate.path === path);
    if (!source || found.has(path)) return;
    found.set(path, source);
    source.files.forEach(visit);
  };
  paths.forEach(visit);
  return [...found.values()];
}

/** Each cycle as the path that leads round it. */
function cycles(): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (trail.includes(path) || done.has(path)) return;
    for (const file of byPath.get(path)?.files ?? []) visit(file, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}
