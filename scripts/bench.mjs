// `npm run bench -- NAME …`: builds what is stale, then runs bench/NAME.ts with the arguments.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { installPackages, ROOT } from './packages.mjs';

const folder = join(ROOT, 'bench');
const [name = '', ...words] = process.argv.slice(2);
const path = join(folder, `${name}.ts`);
if (!existsSync(path)) {
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
  console.error(`${name ? `there is no bench called ${name}` : 'which bench?'} There are: ${names.join(', ')}`);
  process.exit(2);
}
installPackages();
await buildIfStale();
process.argv = [process.argv[0], path, ...words];
const { createJiti } = await import('jiti');
// The program itself comes from dist, as its users have it.
await createJiti(import.meta.url, { tsconfigPaths: false }).import(pathToFileURL(path).href);
