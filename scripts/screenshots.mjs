// `npm run screenshots -- [path]`: pictures of the viewer for the README, docs/viewer.png and docs/viewer-light.png,
// of what is at the path (a run, a replay or a folder of runs; default: runs).
//
//   --episode <n> --step <t>   where in the replay that opens; default: its last episode, a third of the way
//   --size <w>x<h>             of the page in CSS pixels; default: 1440x900
//   --to <folder>              default: docs
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { installPackages, ROOT } from './packages.mjs';

const SHARPNESS = 2; // pixels of the picture for one of the page
const SETTLE_MS = 500; // the next frame, fonts, and a software renderer's leisure
const THIRD = 1 / 3; // into an episode something has happened, and there is a past to attend to
const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    episode: { type: 'string' },
    step: { type: 'string' },
    size: { type: 'string', default: '1440x900' },
    to: { type: 'string', default: join(ROOT, 'docs') },
  },
});
const [width, height] = values.size.split('x').map(Number);

installPackages();
await buildIfStale();
const { startServer } = await import('../dist/src/server.js');
const { chromium } = await import('playwright-core');
const executablePath = await findChromium();
if (!executablePath) {
  console.error('there is no Chromium to take pictures with: install one, or set CHROMIUM to its path');
  process.exit(1);
}

mkdirSync(values.to, { recursive: true });
const server = await startServer({ path: resolve(positionals[0] ?? join(ROOT, 'runs')) });
const browser = await chromium.launch({ executablePath, args: FLAGS });
for (const [colorScheme, name] of [
  ['dark', 'viewer.png'],
  ['light', 'viewer-light.png'],
]) {
  const path = join(values.to, name);
  await photograph(colorScheme, path);
  console.log(path);
}
await browser.close();
await server.close();

async function photograph(colorScheme, path) {
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: SHARPNESS,
    colorScheme,
    reducedMotion: 'reduce', // opens paused, and is at rest after a step
  });
  await page.goto(server.url);
  await page.locator('main:not(.empty)').waitFor();
  const episode = values.episode ?? (await page.locator('main').getAttribute('data-episode'));
  await goTo(page, episode, 0);
  const steps = Number(await page.locator('#steps').textContent());
  await goTo(page, episode, Math.min(Number(values.step ?? Math.round(steps * THIRD)), steps));
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(width / 2, 0); // not over a row
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path });
  await page.close();
}

/** Another place in the replay that is open. */
async function goTo(page, episode, step) {
  await page.waitForURL(/#replay=/);
  const place = new URLSearchParams(new URL(page.url()).hash.slice(1));
  place.set('episode', episode);
  place.set('step', step);
  await page.evaluate((hash) => (location.hash = hash), String(place));
  await page.locator(`main[data-episode="${episode}"][data-step="${step}"]`).waitFor();
}
