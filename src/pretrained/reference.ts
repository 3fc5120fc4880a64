import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/** A pretrained model: on the Hugging Face Hub, or in a folder. */
export type ModelReference = { kind: 'hub'; repo: string; revision: string } | { kind: 'folder'; path: string };

const HUB = 'hf:';
const ON_HUB = /^hf:([\w-][\w.-]*\/[\w-][\w.-]*)(?:@([\w-][\w./-]*))?$/;

/**
 * `hf:<owner>/<name>`, `hf:<owner>/<name>@<branch, tag or commit>`, or a folder.
 *
 * @throws UsageError for what begins with hf: and is no such name
 */
export function parseModelReference(text: string): ModelReference {
  if (!text.startsWith(HUB)) return { kind: 'folder', path: resolve(text) };
  const [, repo, revision = 'main'] = ON_HUB.exec(text) ?? [];
  if (repo === undefined || revision.includes('..'))
    throw new UsageError(`${text} names no model: wanted hf:<owner>/<name>, hf:<owner>/<name>@<revision>, or a folder`);
  return { kind: 'hub', repo, revision };
}

export function formatModelReference(reference: ModelReference): string {
  return reference.kind === 'folder' ? reference.path : `${HUB}${reference.repo}@${reference.revision}`;
}
