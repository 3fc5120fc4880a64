import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './errors.ts';
import { writeDirectoryAtomic, writeFileAtomic } from './files.ts';
import { VERSION } from './version.ts';

/** The same from the sources and from dist. */
const TEMPLATE = fileURLToPath(new URL('../template', import.meta.url));
/** Begins the names of files that tools would otherwise take for this repository's own. */
const SET_ASIDE = /^_(?=.)/;

export interface Project {
  /** Absolute path of its folder. */
  path: string;
  /** Names of its files. */
  files: string[];
}

/**
 * Makes a project with an environment of one's own, its test and a config: all of it, or nothing.
 *
 * @param folder  a new one, or an empty one
 * @throws UsageError when something is there already
 * @throws GymformerError when it cannot be written
 */
export function createProject(folder: string): Project {
  const path = resolve(folder);
  const exists = existsSync(path);
  if (exists) checkEmpty(path, folder);
  const files = projectFiles(path);
  // A folder that is there stays that very folder: somebody may stand in it.
  if (exists) fillFolder(path, files);
  else writeDirectoryAtomic(path, files);
  return { path, files: Object.keys(files) };
}

function checkEmpty(path: string, shown: string): void {
  if (!statSync(path).isDirectory()) throw new UsageError(`${shown} is a file: name a new folder, or an empty one`);
  const found = readdirSync(path).filter((name) => name !== '.git');
  if (found.length === 0) return;
  const [first, ...others] = found.toSorted();
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new UsageError(`${shown} is not empty (${first}${more}): name a new folder, or an empty one`);
}

function projectFiles(path: string): Record<string, string> {
  const entries = readdirSync(TEMPLATE).map((name) => {
    const text = readFileSync(join(TEMPLATE, name), 'utf8');
    const newName = name.replace(SET_ASIDE, name === '_gitignore' ? '.' : '');
    return [newName, newName === 'package.json' ? packageJson(text, path) : text];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function packageJson(template: string, path: string): string {
  const settings = JSON.parse(template) as { name: string; dependencies: Record<string, string> };
  settings.name = packageName(basename(path)) || settings.name;
  settings.dependencies['gymformer'] = dependency(path);
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** What npm takes for a name: lower case, without what an address would have to escape. */
function packageName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
}

/** This version of gymformer from the registry; where it runs from a clone, that clone. */
function dependency(path: string): string {
  const root = dirname(createRequire(import.meta.url).resolve('gymformer/package.json'));
  if (root.split(sep).includes('node_modules')) return `^${VERSION}`;
  return `file:${relative(path, root).split(sep).join('/')}`;
}

function fillFolder(path: string, files: Readonly<Record<string, string>>): void {
  const written: string[] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      writeFileAtomic(join(path, name), text);
      written.push(name);
    }
  } catch (error) {
    for (const name of written) rmSync(join(path, name), { force: true });
    throw error;
  }
}
