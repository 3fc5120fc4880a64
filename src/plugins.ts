import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as envs from '../envs/index.ts';
import { ConfigError, UsageError } from './errors.ts';
import { checkedParameters, specOf, withTimeLimit } from './exported.ts';

const { environmentIds, environmentSpec, formatReference, parseReference } = envs;
type EnvSpec = envs.EnvSpec;

const EXTENSIONS = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);

/** Values of parameters as the reference has them. */
type Given = envs.Reference['given'];

/**
 * Finds an environment by its reference:
 * - the id of a built-in one: `CartPole-v1`
 * - the path of a TypeScript or JavaScript module, whose default export is a class or a function that makes one
 * - `package#export`, from a package installed where the program runs
 *
 * Each may be followed by values of its parameters: `TMaze-v0:length=100`. The spec's `id` is a reference too, which
 * finds it again from any folder; its `make` includes the time limit.
 *
 * @throws UsageError when there is no such environment
 * @throws ConfigError, EnvError when its module does not load, or does not hold an environment, and for a parameter
 *         that it does not have or whose value is out of range
 */
export async function resolveEnvironment(reference: string): Promise<EnvSpec> {
  const { base, given } = parseReference(reference);
  const place = environmentPlace(reference);
  switch (place.kind) {
    case 'built-in':
      return withTimeLimit(checkedParameters(() => environmentSpec(reference)));
    case 'file':
      return await fromFile(place.path, given);
    case 'package':
      return await fromPackage(base, place, given);
    default:
      return place satisfies never;
  }
}

/** Where an environment comes from. */
export type EnvironmentPlace =
  | { kind: 'built-in' }
  | { kind: 'file'; path: string }
  /** `exported`: the name of an export, which may be `default`. */
  | { kind: 'package'; name: string; exported: string };

/**
 * Where the environment of a reference comes from; the path of a file is absolute, whether there is one or not.
 *
 * @throws UsageError when the reference is of no kind that there is
 */
export function environmentPlace(reference: string): EnvironmentPlace {
  const { base } = parseReference(reference);
  if (environmentIds().includes(base)) return { kind: 'built-in' };
  if (isPath(base)) return { kind: 'file', path: base.startsWith('file:') ? fileURLToPath(base) : resolve(base) };
  const [name = '', exported = ''] = base.split('#');
  if (base.includes('#')) return { kind: 'package', name, exported: exported || 'default' };
  throw unknownEnvironment(base);
}

/** Whether a file is a module in TypeScript or JavaScript, by its name. */
export function isModule(path: string): boolean {
  return EXTENSIONS.has(extname(path));
}

/** A name for people and folders: the id, the file's name, or the export's, and the parameters. */
export function environmentName(id: string): string {
  const { base, given } = parseReference(id);
  const name = formatReference({ base: isPath(base) ? basename(base, extname(base)) : base, given });
  return name.replace(/[^\w.-]+/g, '-').replace(/^-+/, '');
}

function isPath(reference: string): boolean {
  return /^(\.{0,2}[/\\]|file:|[a-z]:[/\\])/i.test(reference) || isModule(reference);
}

async function fromFile(path: string, given: Given): Promise<EnvSpec> {
  if (!existsSync(path)) throw new ConfigError(`there is no environment at ${path}`);
  const module = await load(path, path);
  if (module['default'] === undefined)
    throw new ConfigError(
      `${path} has no default export (it exports ${Object.keys(module).join(', ') || 'nothing'}), wanted an environment's class, or a function that makes one`,
    );
  return specOf(path, module['default'], { given, preset: module['preset'], parameters: module['parameters'] });
}

async function fromPackage(
  reference: string,
  { name, exported }: { name: string; exported: string },
  given: Given,
): Promise<EnvSpec> {
  const module = await load(name, reference);
  const found = module[exported];
  if (found === undefined)
    throw new ConfigError(
      `${name} does not export ${exported === 'default' ? 'a default' : exported}, wanted an environment; it exports ${Object.keys(module).join(', ') || 'nothing'}`,
    );
  return specOf(reference, found, { given });
}

/** Loads a module as if it stood in the current folder, TypeScript or not. */
async function load(specifier: string, reference: string): Promise<Record<string, unknown>> {
  const doors: Record<string, unknown> = { 'gymformer/envs': envs };
  try {
    return await importWith(specifier, doors);
  } catch (error) {
    try {
      // The other doors take a second to open, and few environments need them.
      if (!isMissing(error, /'gymformer(\/agents)?'/)) throw error;
      for (const door of ['gymformer', 'gymformer/agents']) doors[door] = await import(door);
      return await importWith(specifier, doors);
    } catch (cause) {
      const { message } = cause as Error;
      if (isMissing(cause, `'${specifier}'`))
        throw new ConfigError(`${specifier} is not installed in ${process.cwd()}: npm install ${specifier}`, { cause });
      throw new ConfigError(`${reference} does not load: ${message}`, { cause });
    }
  }
}

/**
 * `doors` are our own modules: an environment anywhere on the disk can import them, with nothing installed beside it,
 * and gets the very modules that are running.
 */
async function importWith(specifier: string, doors: Record<string, unknown>): Promise<Record<string, unknown>> {
  // Takes as long to load as all of ours, and a built-in environment does without.
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(join(process.cwd(), 'environment.ts')).href, {
    virtualModules: doors,
    // Its proxies would stand between an environment and its imports at every step.
    interopDefault: false,
    fsCache: false,
    moduleCache: false,
  });
  return await jiti.import(specifier);
}

function isMissing(error: unknown, name: RegExp | string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') && message.search(name) >= 0;
}

function unknownEnvironment(reference: string): UsageError {
  const ids = environmentIds();
  // "cartpol" is far from "CartPole-v1", but not from its name without the version; so is "breakout" from MinAtar's.
  const names = (id: string): string[] => [id.replace(/-v\d+$/, ''), id.replace(/^.*\/|-v\d+$/g, '')];
  const guess = envs.nearest(reference, ids) ?? ids.find((id) => envs.nearest(reference, names(id)));
  const meant = guess ? `did you mean ${guess}?` : 'gymformer envs lists them';
  const file = existsSync(reference) ? ` For the file, write ./${reference}` : '';
  return new UsageError(`unknown environment ${reference}: ${meant}${file}`);
}
