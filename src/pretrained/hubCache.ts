import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, copyFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { writeFileAtomic } from '../files.ts';

/**
 * The folder of one model in the cache that all programs of Hugging Face share: contents in `blobs` under their hashes,
 * `snapshots/<commit>` with a link to each file of a commit, `refs` with the commit of each branch or tag.
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export class HubCache {
  readonly path: string;

  constructor(repo: string) {
    this.path = join(cacheFolder(), `models--${repo.replace('/', '--')}`);
  }

  /** The commit that a revision was when it was last looked up; null where it never was. */
  commitOf(revision: string): string | null {
    if (isCommit(revision)) return revision;
    const path = this.#refPath(revision);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  }

  keepCommit(revision: string, commit: string): void {
    if (isCommit(revision)) return;
    const path = this.#refPath(revision);
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, commit);
  }

  snapshot(commit: string): string {
    return join(this.path, 'snapshots', commit);
  }

  has(commit: string, file: string): boolean {
    return existsSync(join(this.snapshot(commit), file));
  }

  hasContent(hash: string): boolean {
    return existsSync(this.#blobPath(hash));
  }

  /** Where a content is to be written before it has been checked. Nobody takes it for the content. */
  partialPath(hash: string): string {
    const path = this.#blobPath(hash);
    mkdirSync(dirname(path), { recursive: true });
    return `${path}.${process.pid}.incomplete`;
  }

  /** Takes over a content that has been checked. */
  keepContent(hash: string, partial: string): void {
    renameSync(partial, this.#blobPath(hash));
  }

  /** Says that a file of a commit has a content that is there. */
  link(commit: string, file: string, hash: string): void {
    const [path, blob] = [join(this.snapshot(commit), file), this.#blobPath(hash)];
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    try {
      symlinkSync(relative(dirname(path), blob), path);
    } catch {
      // Windows lets only administrators make links.
      copyFileSync(blob, path);
    }
  }

  /** Remembers that a commit does not have a file. */
  keepAbsence(commit: string, file: string): void {
    mkdirSync(dirname(this.#absencePath(commit, file)), { recursive: true });
    writeFileAtomic(this.#absencePath(commit, file), '');
  }

  lacks(commit: string, file: string): boolean {
    return existsSync(this.#absencePath(commit, file));
  }

  #refPath(revision: string): string {
    return join(this.path, 'refs', revision);
  }

  #blobPath(hash: string): string {
    return join(this.path, 'blobs', hash);
  }

  #absencePath(commit: string, file: string): string {
    return join(this.path, '.no_exist', commit, file);
  }
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

function cacheFolder(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
  return HF_HUB_CACHE ?? HUGGINGFACE_HUB_CACHE ?? join(home, 'hub');
}
