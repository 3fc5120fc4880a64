import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GymformerError } from './errors.ts';

/** The folder of the built viewer: beside this file in the package, or where the build of these sources puts it. */
export function builtViewer(): string {
  const fromSources = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(fromSources ? '../dist/viewer' : '../viewer', import.meta.url));
}

/**
 * The viewer as a single page, with a place for a replay (see `embedReplay`).
 *
 * @throws GymformerError when it has not been built
 */
export function singlePage(viewerRoot = builtViewer()): string {
  const path = join(viewerRoot, 'single-file.html');
  if (!existsSync(path)) throw notBuilt(viewerRoot);
  return readFileSync(path, 'utf8');
}

export function notBuilt(viewerRoot: string): GymformerError {
  return new GymformerError(`the viewer has not been built, ${viewerRoot} is missing: run \`npm run build\``);
}
