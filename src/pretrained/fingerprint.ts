import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CONFIG, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY } from './fileNames.ts';
import { weightFilesOf } from './weightFiles.ts';

/** sha256, in hexadecimal, of all that a model's folder says of it: the same for the same files, wherever they are. */
export async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const texts = [CONFIG, TOKENIZER, VOCABULARY, TOKENIZER_CONFIG]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path));
  for (const path of [...texts, ...weightFilesOf(folder)]) {
    hash.update(`${basename(path)}\0`);
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}
