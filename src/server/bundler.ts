import { existsSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFailure, BuildOptions, Message, Plugin } from 'esbuild';
import { environmentPlace, isModule } from '../plugins.ts';
import { HttpError } from './respond.ts';

/** Our own modules that a browser may have; an environment gets them with nothing installed beside it. */
const DOORS: Readonly<Record<string, string>> = {
  'gymformer/envs': ourFile('envs/index'),
  'gymformer/agents': ourFile('agents/index'),
};
const OUR_FOLDERS = Object.values(DOORS).map((door) => dirname(door));

/** Something in a module that stands in the way of a browser. Lines and columns count from 1. */
export interface BundleProblem {
  message: string;
  file: string | null;
  line: number | null;
  column: number | null;
}

interface Bundle {
  text: string;
  /** The files that it was made of, and when they were last changed, in ms since 1970. */
  files: ReadonlyMap<string, number>;
}

/**
 * Makes modules of environments into one file each, for browsers: translated from TypeScript, with all that they import.
 * A bundle is kept until a file that it was made of changes.
 */
export class Bundler {
  private readonly bundles = new Map<string, Promise<Bundle>>();

  /**
   * The module of an environment that is not built in: it exports what the file does, or the package's export as
   * `default`. The reference is resolved as `gymformer eval` does.
   *
   * @throws HttpError 404 when the environment is built in, or not there; 422 when it cannot be bundled, with
   *         `problems`, a `BundleProblem[]`, and `scene`, whether the file seems to export one
   */
  async bundle(reference: string): Promise<string> {
    const entry = entryOf(reference);
    const key = JSON.stringify(entry);
    const known = await this.bundles.get(key);
    if (known && isFresh(known)) return known.text;
    const fresh = makeBundle(entry);
    this.bundles.set(key, fresh);
    try {
      return (await fresh).text;
    } catch (error) {
      this.bundles.delete(key); // what is wrong may be mended by the next time
      throw error;
    }
  }
}

/** What a bundle starts from: a file, or a line of code. */
type Entry = Pick<BuildOptions, 'entryPoints' | 'stdin'>;

function entryOf(reference: string): Entry {
  const place = placeOf(reference);
  switch (place.kind) {
    case 'built-in':
      throw new HttpError(404, `${reference} is built in: the viewer has it already`);
    case 'file':
      if (!isModule(place.path) || !existsSync(place.path))
        throw new HttpError(404, `there is no environment at ${place.path}`);
      return { entryPoints: [place.path] };
    case 'package': {
      const contents = `export { ${JSON.stringify(place.exported)} as default } from ${JSON.stringify(place.name)};`;
      return { stdin: { contents, resolveDir: process.cwd(), sourcefile: reference } };
    }
    default:
      return place satisfies never;
  }
}

function placeOf(reference: string): ReturnType<typeof environmentPlace> {
  try {
    return environmentPlace(reference);
  } catch (error) {
    throw new HttpError(404, (error as Error).message);
  }
}

async function makeBundle(entry: Entry): Promise<Bundle> {
  // Starts a process of its own, which most who look at runs have no need of.
  const { build } = await import('esbuild');
  const folder = process.cwd();
  const startMs = Date.now();
  try {
    const { outputFiles, metafile } = await build({
      ...entry,
      absWorkingDir: folder,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      sourcemap: 'inline', // so that a browser's tools show the author's own lines
      metafile: true,
      write: false,
      logLevel: 'silent',
      plugins: [doors],
    });
    const text = outputFiles[0]?.text ?? ''; // there is one, as there is one entry
    const paths = Object.keys(metafile.inputs).map((path) => resolve(folder, path));
    return { text, files: changesOf(paths, startMs) };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const problems = error.errors.map(problemOf);
    const [first] = problems as [BundleProblem]; // a build does not fail for nothing
    throw new HttpError(422, describeProblem(first), { problems, scene: await exportsScene(entry) });
  }
}

/** Whether a file that cannot be bundled has a scene to show all the same; one that cannot even be read might. */
async function exportsScene({ entryPoints }: Entry): Promise<boolean> {
  if (!entryPoints) return false;
  const { build } = await import('esbuild');
  try {
    const { metafile } = await build({ entryPoints, format: 'esm', metafile: true, write: false, logLevel: 'silent' });
    return Object.values(metafile.outputs).some(({ exports }) => exports.includes('scene'));
  } catch {
    return true;
  }
}

/** Finds our own modules, and lets of them go along only what is used: nothing of ours does anything when it loads. */
const doors: Plugin = {
  name: 'gymformer',
  setup(build) {
    build.onResolve({ filter: /^gymformer(\/|$)/ }, ({ path }) =>
      DOORS[path]
        ? { path: DOORS[path], sideEffects: false }
        : { errors: [{ text: `${path} is not for browsers: an environment there imports gymformer/envs` }] },
    );
    build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
      OUR_FOLDERS.some((folder) => resolveDir.startsWith(folder))
        ? { path: resolve(resolveDir, path), sideEffects: false }
        : undefined,
    );
  },
};

/** From the sources or from their build, whichever this file belongs to. */
function ourFile(name: string): string {
  return fileURLToPath(new URL(`../../${name}${extname(import.meta.url)}`, import.meta.url));
}

/** When files were last changed; one that was after `startMs` may have been read before, and seems older. */
function changesOf(paths: readonly string[], startMs: number): Map<string, number> {
  const files = paths.filter((path) => existsSync(path));
  return new Map(files.map((path) => [path, Math.min(statSync(path).mtimeMs, startMs)]));
}

function isFresh({ files }: Bundle): boolean {
  return [...files].every(([path, mtimeMs]) => statSync(path, { throwIfNoEntry: false })?.mtimeMs === mtimeMs);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function problemOf({ text, location }: Message): BundleProblem {
  if (!location) return { message: text, file: null, line: null, column: null };
  return { message: text, file: location.file, line: location.line, column: location.column + 1 };
}

function describeProblem({ message, file, line, column }: BundleProblem): string {
  return file === null ? message : `${file}:${line}:${column}: ${message}`;
}
