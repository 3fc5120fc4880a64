import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './packages.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Path of a Chromium for the browser tests: $CHROMIUM, one on the PATH, or Playwright's own; null when there is none.
 *
 * @returns {Promise<string | null>}
 */
export async function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const { chromium } = await import('playwright-core');
  const candidates = [process.env.CHROMIUM, ...onPath, ...ELSEWHERE, chromium.executablePath()];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** Installs a Chromium where there is none: by apt-get where we may, else Playwright's. Says what it could not do. */
export async function installChromium() {
  if (await findChromium()) return;
  console.error('Installing Chromium for the browser test …');
  if (installByApt() && (await findChromium())) return;
  const cli = join(ROOT, 'node_modules/playwright-core/cli.js');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'install', 'chromium'], { encoding: 'utf8' });
  if (status !== 0) console.error(`No Chromium: the browser test will be skipped. ${lastLine(stderr)}`);
}

function installByApt() {
  if (process.platform !== 'linux') return false;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const aptGet = (...args) => {
    const [file, ...rest] = [...sudo, 'apt-get', '-qq', ...args];
    return (
      spawnSync(file, rest, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status ===
      0
    );
  };
  aptGet('update');
  return aptGet('install', '-y', '--no-install-recommends', 'chromium');
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
