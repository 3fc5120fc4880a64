// `npm run docs`: docs/environments, a page for each family of built-in environments, of what the environments say of
// themselves: the comments of their classes, their spaces, their parameters, and a picture of each.
//
//   --check    write nothing; fail where the pages are not those that would be written
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build.mjs';
import { classesOf, familyFolder } from './environmentPages/sources.mjs';
import { familyPage, indexPage, pictureName } from './environmentPages/pages.mjs';
import { pictureOf } from './environmentPages/pictures.mjs';
import { installPackages, ROOT } from './packages.mjs';

const FOLDER = join(ROOT, 'docs/environments');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
installPackages();
await buildIfStale(['kernels', 'program']);
const { environmentFamilies } = await import('../dist/envs/index.js');

const families = Object.entries(environmentFamilies()).map(([name, ids]) => {
  const folder = familyFolder(ids);
  return { name, folder, ...classesOf(folder, ids) };
});
const pages = new Map([['README.md', await indexPage(families)]]);
for (const family of families) {
  pages.set(`${family.folder}.md`, await familyPage(family));
  for (const { name, ids } of family.games)
    for (const id of ids) pages.set(`pictures/${pictureName(id)}`, pictureOf(id, { name, folder: family.folder }));
}

if (values.check) {
  const stale = [...pages].filter(([name, text]) => contentOf(name) !== text).map(([name]) => name);
  const dead = written().filter((name) => !pages.has(name));
  for (const name of [...stale, ...dead]) console.error(`docs/environments/${name} is not what the environments say`);
  if (stale.length + dead.length > 0) console.error('Write the pages anew: npm run docs');
  process.exit(stale.length + dead.length > 0 ? 1 : 0);
}
rmSync(FOLDER, { recursive: true, force: true });
for (const [name, text] of pages) {
  mkdirSync(dirname(join(FOLDER, name)), { recursive: true });
  writeFileSync(join(FOLDER, name), text);
}
console.log(`${pages.size} files in ${relative(process.cwd(), FOLDER)}`);

function contentOf(name) {
  const path = join(FOLDER, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function written() {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(FOLDER, join(parentPath, name)).replaceAll('\\', '/'));
}
