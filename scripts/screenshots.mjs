// `npm run screenshots -- [folder of runs]`: pictures of the viewer and of each of its panels, in dark and in light, for
// a classic game, one on a grid, an arcade game and a board game, of what runs the folder has (default: runs). They are
// to be looked at.
//
//   --to <folder>          default: screenshots
//   --only <words>         those whose name has one of these words in it: `--only grid,what-if`
//   --classic <run>, --grid <run>, --arcade <run>, --board <run>
//                          default: the first run of the folder whose environment is of this kind
//   --size <w>x<h>         of the page in CSS pixels; default: 1440x900
//   --readme               docs/viewer.png and docs/viewer-light.png instead
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { installPackages, ROOT } from './packages.mjs';
import { MOMENTS, README } from './screenshots/moments.mjs';
import { Photographer } from './screenshots/photographer.mjs';
import { findRuns, KINDS } from './screenshots/runs.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: 'string', default: 'screenshots' },
    only: { type: 'string' },
    size: { type: 'string', default: '1440x900' },
    readme: { type: 'boolean', default: false },
    ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { type: 'string' }])),
  },
});
const [width, height] = values.size.split('x').map(Number);
const wanted = values.only?.split(',');
const folder = resolve(positionals[0] ?? join(ROOT, 'runs'));

installPackages();
await buildIfStale();
if (!(await findChromium())) {
  console.error('there is no Chromium to take pictures with: install one, or set CHROMIUM to its path');
  process.exit(1);
}
const runs = findRuns(folder, values);
const pictures = values.readme ? README : allPictures();
const to = values.readme ? join(ROOT, 'docs') : resolve(values.to);
mkdirSync(to, { recursive: true });

const photographer = await Photographer.start(folder, { width, height });
for (const { name, kind, colours, moment } of pictures) {
  const run = runs[kind];
  if (!run) {
    console.error(`${name}: ${folder} has no run of this kind`);
    continue;
  }
  const path = join(to, `${name}.png`);
  try {
    await photographer.take(path, { run, colours, moment });
    console.log(path);
  } catch (error) {
    process.exitCode = 1;
    console.error(`${name}: ${error.message}`);
  }
}
await photographer.end();

/** Each moment for each kind of game that has it, dark and light. */
function allPictures() {
  return Object.keys(runs)
    .flatMap((kind) => Object.entries(MOMENTS).map(([panel, moment]) => ({ panel, kind, moment })))
    .filter(({ kind, moment }) => moment.kinds?.includes(kind) ?? true)
    .flatMap((shot) =>
      ['dark', 'light'].map((colours) => ({ ...shot, colours, name: `${shot.kind}-${shot.panel}-${colours}` })),
    )
    .filter(({ name }) => wanted?.some((word) => name.includes(word)) ?? true);
}
