import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { GymformerError } from 'gymformer';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--disable-ipc-flooding-protection', // or a few hundred seeks by the address are too many
];

/**
 * Starts a Chromium without a window: $CHROMIUM, one on the PATH, or Playwright's own.
 *
 * @throws GymformerError where there is none, or no Playwright to drive it with
 */
export async function startChromium(): Promise<Browser> {
  const { chromium } = await import('playwright-core').catch((cause: unknown) => {
    const what = 'the viewer is measured with playwright-core, which comes with a clone and not with the package';
    throw new GymformerError(`${what}: run \`npm run bench -- viewer\` in one, or install it here`, 1, { cause });
  });
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const candidates = [process.env['CHROMIUM'], ...onPath, chromium.executablePath()];
  const executablePath = candidates.find((path) => path !== undefined && path !== '' && existsSync(path));
  if (executablePath === undefined)
    throw new GymformerError('there is no Chromium to measure the viewer in: install one, or set CHROMIUM to its path');
  return await chromium.launch({ executablePath, args: FLAGS });
}
