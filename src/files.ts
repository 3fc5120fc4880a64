import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { EXIT, FileError, GymformerError, UsageError } from './errors.ts';

/** What is still being written has this at the end of its name; whoever finds it after a crash may delete it. */
const PARTIAL = '.partial';
const OLD = '.old';

const REMEDIES: Record<string, string> = {
  ENOSPC: 'the disk is full: free some room and try again',
  EDQUOT: 'your quota is used up: free some room and try again',
  EACCES: 'the folder or file may not be written: change its permissions, or write elsewhere',
  EPERM: 'the folder or file may not be written: change its permissions, or write elsewhere',
  EROFS: 'the disk is read-only: write elsewhere',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'it exists already: delete it, or choose another name',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
};

/** The error for a person when `path` could not be written. */
export function writeError(path: string, error: unknown): GymformerError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new GymformerError(`cannot write ${path}: ${REMEDIES[code ?? ''] ?? message}`, EXIT.failed, { cause: error });
}

/**
 * Writes a file whole or not at all: beside itself, to the disk, then renamed. A file of that name is replaced.
 *
 * @throws GymformerError naming the path and what to do; what was there before is intact
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const partial = path + PARTIAL;
  try {
    writeSynced(partial, data);
    renameSync(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    discard(partial);
    throw writeError(path, error);
  }
}

/**
 * Writes a folder of files whole or not at all, as `writeFileAtomic` does. A folder of that name is replaced.
 *
 * @param files  content by name
 * @throws GymformerError naming the path and what to do; what was there before is intact
 */
export function writeDirectoryAtomic(path: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const partial = path + PARTIAL;
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (const [name, data] of Object.entries(files)) writeSynced(join(partial, name), data);
    syncFolder(partial);
    replaceFolder(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    discard(partial);
    throw writeError(path, error);
  }
}

/**
 * Makes a new folder whole or not at all: `build` fills it beside itself, file by file, and it gets its name when that is
 * done. Nothing is left of it when `build` throws.
 *
 * @param build  gets the folder to fill; what it throws is thrown on, but for an error of the file system
 * @throws UsageError when there is something of that name
 * @throws GymformerError naming the path and what to do, when it cannot be written
 */
export async function buildDirectory<Result>(
  path: string,
  build: (folder: string) => Promise<Result>,
): Promise<Result> {
  if (existsSync(path)) throw new UsageError(`${path} exists already: give another name, or delete it`);
  const partial = path + PARTIAL;
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const result = await build(partial);
    syncFolder(partial);
    renameSync(partial, path);
    syncFolder(dirname(path));
    return result;
  } catch (error) {
    discard(partial);
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : writeError(path, error);
  }
}

/**
 * Some bytes of a file.
 *
 * @throws FileError when it cannot be read, or ends before
 */
export function readRange(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  try {
    const file = openSync(path, 'r');
    try {
      for (let at = 0; at < length;) {
        const read = readSync(file, bytes, at, length - at, offset + at);
        if (read === 0) throw new Error(`it ends before byte ${offset + length}`);
        at += read;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new FileError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  return bytes;
}

/**
 * Reads JSON that fits a schema.
 *
 * @throws FileError when the file is missing, unreadable, no JSON, or does not fit: saying where in it and why
 */
export function readJson<Output>(path: string, schema: z.ZodType<Output>): Output {
  const parsed = schema.safeParse(parseJson(path));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path: keys, message }) => `${keys.length > 0 ? `${keys.join('.')}: ` : ''}${message}`,
  );
  throw new FileError(`${path} does not hold what it should: ${issues.join('; ')}`, { cause: parsed.error });
}

function parseJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FileError(`cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : message}`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError(`${path} is not valid JSON, cut or corrupt: ${(error as Error).message}`, { cause: error });
  }
}

/** After a failure: what cannot be removed either must not hide why. */
function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The failure itself is about to be reported.
  }
}

function writeSynced(path: string, data: string | Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** No system call swaps a full folder for another, so the old one steps aside, and back if the new one cannot move in. */
function replaceFolder(from: string, to: string): void {
  const old = to + OLD;
  rmSync(old, { recursive: true, force: true });
  const replaced = renameIfThere(to, old);
  try {
    renameSync(from, to);
  } catch (error) {
    if (replaced) renameSync(old, to);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Makes renames in a folder last through a power cut, where the system can (Windows cannot open folders). */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
