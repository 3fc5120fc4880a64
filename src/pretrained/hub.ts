import { createHash } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { PathInfo } from '@huggingface/hub';
import { FileError, GymformerError } from '../errors.ts';
import { writeError } from '../files.ts';
import { WEIGHTS, WEIGHTS_INDEX } from './fileNames.ts';
import { HubCache } from './hubCache.ts';
import { isOffline } from './offline.ts';
import { shardsOf } from './weightFiles.ts';

/** Time between two reports of how far a download is. */
const TELL_EVERY_MS = 500;

/** How far the download of a model is, all its files together. */
export interface DownloadProgress {
  model: string;
  /** The file under way. */
  file: string;
  /** Bytes. */
  received: number;
  size: number;
  /** Null before there is anything to go by. */
  secondsLeft: number | null;
}

export interface HubOptions {
  /** Beside the weights, files that must be there, of several names the first that there is; and files that may. */
  needed: readonly (readonly string[])[];
  optional: readonly string[];
  onProgress?: (progress: DownloadProgress) => void;
  signal?: AbortSignal;
}

/** A file of the Hub, as its answer says. */
interface RemoteFile {
  path: string;
  size: number;
  /** Of the content: sha256 of large files, which Git LFS holds, git's own sha1 of others. */
  hash: string;
  algorithm: 'sha256' | 'git';
}

/**
 * The folder of a model of the Hugging Face Hub in the shared cache; what is not there is downloaded first.
 *
 * A revision that has been downloaded is not asked for again, even if the branch has moved on since. A file is under its
 * name only once all of it is there and its hash is right.
 *
 * @returns the folder, and the commit that the revision is
 * @throws FileError when the Hub has no such model or file, when a content is not what its hash says, and offline when
 *                   something is missing
 * @throws GymformerError when the Hub cannot be reached, or the connection breaks
 */
export async function modelOfHub(
  repo: string,
  revision: string,
  options: HubOptions,
): Promise<{ folder: string; commit: string }> {
  const cache = new HubCache(repo);
  const known = cache.commitOf(revision);
  const missing =
    known === null ? [...options.needed.map(namedAny), WEIGHTS] : missingFiles(cache, known, options.needed);
  const unsure = options.optional.some(
    (file) => known === null || !(cache.has(known, file) || cache.lacks(known, file)),
  );
  const isWhole = known !== null && missing.length === 0;
  if (isWhole && (!unsure || isOffline())) return { folder: cache.snapshot(known), commit: known };
  if (isOffline()) throw offlineError(repo, revision, missing, cache);
  const hub = new Hub(repo, revision, options);
  const commit = await hub.commit();
  await hub.download(cache, commit);
  cache.keepCommit(revision, commit);
  return { folder: cache.snapshot(commit), commit };
}

/** Of what a model needs, the files that the cache does not have. */
function missingFiles(cache: HubCache, commit: string, needed: HubOptions['needed']): string[] {
  const shards = cache.has(commit, WEIGHTS_INDEX) ? shardsOf(join(cache.snapshot(commit), WEIGHTS_INDEX)) : [WEIGHTS];
  const weights = cache.has(commit, WEIGHTS) ? [] : shards;
  return [...needed, ...weights.map((file) => [file])]
    .filter((names) => !names.some((file) => cache.has(commit, file)))
    .map(namedAny);
}

function namedAny(names: readonly string[]): string {
  return names.join(' or ');
}

function offlineError(repo: string, revision: string, missing: readonly string[], cache: HubCache): FileError {
  return new FileError(
    `${repo}@${revision} is not whole in the cache ${cache.path}: ${missing.join(', ')} missing, and nothing is downloaded offline. ` +
      'Run once without --offline and HF_HUB_OFFLINE, copy the cache from a machine that has it, or give a folder in place of hf:',
  );
}

/** One revision of a model, as the Hub has it. */
class Hub {
  readonly #repo: string;
  readonly #revision: string;
  readonly #options: HubOptions;
  readonly #url = (process.env['HF_ENDPOINT'] ?? 'https://huggingface.co').replace(/\/+$/, '');
  #files: string[] = [];

  constructor(repo: string, revision: string, options: HubOptions) {
    this.#repo = repo;
    this.#revision = revision;
    this.#options = options;
  }

  async commit(): Promise<string> {
    const { modelInfo } = await import('@huggingface/hub');
    const info = await this.#asking(() =>
      modelInfo({
        ...this.#access,
        name: this.#repo,
        revision: this.#revision,
        additionalFields: ['sha', 'filePaths'],
      }),
    );
    if (!HASH.test(info.sha)) throw new FileError(`the Hub gives ${this.#name} no commit: ${JSON.stringify(info.sha)}`);
    this.#files = info.filePaths;
    return info.sha;
  }

  async download(cache: HubCache, commit: string): Promise<void> {
    const { needed, optional } = this.#options;
    const has = (file: string): boolean => this.#files.includes(file);
    const absent = needed.filter((names) => !names.some(has));
    if (absent.length > 0) throw new FileError(`${this.#name} has no ${absent.map(namedAny).join(', ')}`);
    for (const file of optional) if (!has(file)) cache.keepAbsence(commit, file);
    const first = [...needed.map((names) => names.find(has) as string), ...optional.filter(has)];
    const whole = has(WEIGHTS);
    if (!whole && !has(WEIGHTS_INDEX))
      throw new FileError(
        `${this.#name} has neither ${WEIGHTS} nor ${WEIGHTS_INDEX}: only weights as safetensors are read; look for a revision or a copy that has them`,
      );
    await this.#fetchAll(cache, commit, [...first, whole ? WEIGHTS : WEIGHTS_INDEX]);
    if (!whole) await this.#fetchAll(cache, commit, shardsOf(join(cache.snapshot(commit), WEIGHTS_INDEX)));
  }

  async #fetchAll(cache: HubCache, commit: string, paths: string[]): Promise<void> {
    const { pathsInfo } = await import('@huggingface/hub');
    const infos = await this.#asking(() =>
      pathsInfo({ ...this.#access, repo: this.#repo, revision: commit, paths, expand: false }),
    );
    const files = infos.map(remoteFile);
    const unknown = paths.filter((path) => !files.some((file) => file.path === path));
    if (unknown.length > 0) throw new FileError(`${this.#name} has no ${unknown.join(', ')}`);
    const missing = files.filter(({ hash }) => !cache.hasContent(hash));
    const progress = this.#progressOf(missing);
    for (const file of missing) await this.#fetchOne(cache, commit, file, (bytes) => progress(file.path, bytes));
    for (const { path, hash } of files) if (!cache.has(commit, path)) cache.link(commit, path, hash);
  }

  async #fetchOne(cache: HubCache, commit: string, file: RemoteFile, onBytes: (count: number) => void): Promise<void> {
    const { downloadFile } = await import('@huggingface/hub');
    // By plain HTTP: a content in pieces (Xet) would be checked by the same hash.
    const blob = await this.#asking(() =>
      downloadFile({ ...this.#access, repo: this.#repo, revision: commit, path: file.path, xet: false }),
    );
    if (!blob) throw new FileError(`${this.#name} has no ${file.path}`);
    const hash = createHash(file.algorithm === 'git' ? 'sha1' : 'sha256');
    if (file.algorithm === 'git') hash.update(`blob ${file.size}\0`);
    let received = 0;
    const partial = cache.partialPath(file.hash);
    const checked = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        received += chunk.length;
        onBytes(chunk.length);
        yield chunk;
      }
    };
    try {
      const source = Readable.fromWeb(blob.stream() as ReadableStream<Uint8Array>);
      await pipeline(source, checked, createWriteStream(partial)).catch((error: Error) => {
        throw this.#broken(file, received, error);
      });
      const found = hash.digest('hex');
      if (received !== file.size)
        throw new FileError(
          `${file.path} of ${this.#name} came with ${received} bytes, wanted ${file.size}: try again`,
        );
      if (found !== file.hash)
        throw new FileError(
          `${file.path} of ${this.#name} is not what the Hub says: its ${file.algorithm === 'git' ? 'git hash' : 'sha256'} is ${found}, wanted ${file.hash}; nothing of it was kept`,
        );
      cache.keepContent(file.hash, partial);
    } finally {
      rmSync(partial, { force: true });
    }
  }

  #broken({ path, size }: RemoteFile, received: number, error: Error): Error {
    if (this.#options.signal?.aborted) return new GymformerError(`the download of ${this.#name} was stopped`, 130);
    const { code, path: written } = error as NodeJS.ErrnoException;
    if (written !== undefined && code !== undefined) return writeError(written, error);
    return new GymformerError(
      `the connection broke after ${received} of ${size} bytes of ${path} of ${this.#name} (${reasonOf(error)}): try again; nothing of it was kept`,
      1,
      { cause: error },
    );
  }

  /** Asks the Hub; what it answers and what it cannot becomes an error for a person. */
  async #asking<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (this.#options.signal?.aborted) throw new GymformerError(`the download of ${this.#name} was stopped`, 130);
      const { statusCode } = error as { statusCode?: number };
      const { message } = error as Error;
      if (statusCode === 404) throw new FileError(`${this.#name} is not there: ${message}`, { cause: error });
      if (statusCode === 401 || statusCode === 403)
        throw new FileError(
          `${this.#name} is not there, or not for everybody: ${message}. If you may have it, give your token as HF_TOKEN`,
          { cause: error },
        );
      const why = statusCode === undefined ? reasonOf(error as Error) : message;
      throw new GymformerError(`${this.#url} did not answer for ${this.#name}: ${why}. Try again`, 1, { cause: error });
    }
  }

  #progressOf(files: readonly RemoteFile[]): (file: string, bytes: number) => void {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const started = performance.now();
    let received = 0;
    let toldAt = -Infinity;
    return (file, bytes) => {
      received += bytes;
      if (performance.now() - toldAt < TELL_EVERY_MS && received < size) return;
      toldAt = performance.now();
      const seconds = (performance.now() - started) / 1000;
      const secondsLeft = seconds > 0 ? ((size - received) * seconds) / received : null;
      this.#options.onProgress?.({ model: this.#name, file, received, size, secondsLeft });
    };
  }

  get #name(): string {
    return `${this.#repo}@${this.#revision}`;
  }

  /** The Hub's address, and a person's own token where there is one. */
  get #access(): { hubUrl: string; fetch: typeof fetch; accessToken?: string } {
    const { signal } = this.#options;
    const accessToken = process.env['HF_TOKEN'];
    return {
      hubUrl: this.#url,
      fetch: (input, init) => fetch(input, { ...init, ...(signal && { signal }) }),
      ...(accessToken && { accessToken }),
    };
  }
}

/** @throws FileError for what is no hash, and could be a path */
function remoteFile({ path, size, oid, lfs }: PathInfo): RemoteFile {
  const file: RemoteFile = lfs
    ? { path, size: lfs.size, hash: lfs.oid, algorithm: 'sha256' }
    : { path, size, hash: String(oid), algorithm: 'git' };
  if (!HASH.test(file.hash)) throw new FileError(`the Hub gives ${path} no hash: ${JSON.stringify(file.hash)}`);
  return file;
}

const HASH = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** What is behind "fetch failed". */
function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error
    ? `${error.message}: ${cause.message || (cause as NodeJS.ErrnoException).code}`
    : error.message;
}
