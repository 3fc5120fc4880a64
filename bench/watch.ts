import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { BenchLine, BenchOptions } from './line.ts';

const ENVIRONMENT = 'CartPole-v1';
const STEPS = 600_000;
/** Where measuring begins: by then the page is there, and the policy plays long episodes. */
const FROM = 200_000;
/** One processor is left to whoever watches. */
const THREADS = Math.max(1, availableParallelism() - 1);
const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

/** What else the machine does while it trains. */
const WAYS = ['alone', 'recorded', 'watched', 'busy'] as const;
type Way = (typeof WAYS)[number];

/**
 * What `train --watch` costs: the same training, from the same seed, alone; with `--watch` and no page that follows
 * (`recorded`); with a page in a browser that does (`watched`); and, to tell what of that is training's own, alone on a
 * machine whose other processors are kept `busy` by a process that has nothing to do with it.
 *
 * Steps a second are of the wall's clock, from the first update after `FROM` steps to the last; a cost is the share of
 * them that is lost. The last line has the medians of the costs.
 */
export async function* watch({ only, seeds = 5, onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  if (only && only !== ENVIRONMENT) return;
  const browser = await openBrowser();
  const line = { bench: 'watch', device: 'simd', threads: THREADS };
  const all: Record<string, number>[] = [];
  try {
    for (let seed = 0; seed < seeds; seed++) {
      const speeds: Partial<Record<Way, number>> = {};
      // In another order each time: machines grow slower and faster by themselves.
      for (const [i, way] of [...WAYS.slice(seed % WAYS.length), ...WAYS.slice(0, seed % WAYS.length)].entries()) {
        onProgress?.(WAYS.length * seed + i, WAYS.length * seeds);
        speeds[way] = await measure(seed, way, browser);
      }
      const costs = costsOf(speeds as Record<Way, number>);
      all.push(costs);
      yield { ...line, case: ENVIRONMENT, seed, stepsPerSecond: speeds.alone as number, ...costs };
    }
    const names = Object.keys(all[0] ?? {});
    const medians = names.map((name) => [name, median(all.map((costs) => costs[name] as number))]);
    yield { ...line, case: `${ENVIRONMENT}, median`, ...(Object.fromEntries(medians) as Record<string, number>) };
  } finally {
    await browser.close();
  }
}

function costsOf({ alone, ...others }: Record<Way, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(others).map(([way, speed]) => [`${way}Cost`, 1 - speed / alone]));
}

/**
 * Steps a second of a training in a process of its own.
 *
 * @throws Error when training failed, or the page was not there in time
 */
async function measure(seed: number, way: Way, browser: Browser): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
  const words = ['train', ENVIRONMENT, '--steps', STEPS, '--seed', seed, '--device', 'simd', '--threads', THREADS];
  const own = [
    '--eval-episodes',
    1,
    '--out',
    join(folder, 'run'),
    '--json',
    ...(way === 'recorded' || way === 'watched' ? ['--watch'] : []),
  ];
  const program = spawn(process.execPath, [MAIN, ...[...words, ...own].map(String)], {
    env: { ...process.env, CI: 'true' }, // opens no browser of its own
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => program.once('close', resolve));
  const neighbour = way === 'busy' ? spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }) : null;
  const page = way === 'watched' ? await browser.newPage({ viewport: { width: 1440, height: 900 } }) : null;
  let said = '';
  let watching = !page;
  createInterface({ input: program.stderr }).on('line', (text) => {
    said += `${text}\n`;
    const [, url] = /watch it at (http:\S+)/.exec(text) ?? [];
    if (!url || !page) return;
    const curves = page.locator('#training .chart canvas').first();
    // A page that fails is told below: it was not there in time.
    void page
      .goto(url)
      .then(() => curves.waitFor())
      .then(
        () => (watching = true),
        (error: Error) => (said += error.message),
      );
  });
  const updates: { time: number; step: number }[] = [];
  createInterface({ input: program.stdout }).on('line', (text) => {
    const { event, step } = JSON.parse(text) as { event: string; step: number };
    if (event !== 'update' || step < FROM) return;
    if (!watching) program.kill('SIGINT');
    else updates.push({ time: performance.now(), step });
  });
  const code = await ended;
  await page?.close();
  neighbour?.kill();
  rmSync(folder, { recursive: true, force: true });
  const [first, last] = [updates[0], updates.at(-1)];
  if (!watching) throw new Error(`the page was not there after ${FROM} steps:\n${said}`);
  if (code !== 0 || !first || !last) throw new Error(`training failed:\n${said}`);
  return (1000 * (last.step - first.step)) / (last.time - first.time);
}

/** @throws Error when there is none: Chromium and its driver come with the sources, not with the package */
async function openBrowser(): Promise<Browser> {
  const script = new URL('../../scripts/chromium.mjs', import.meta.url).href;
  const { findChromium } = (await import(script)) as { findChromium(): Promise<string | null> };
  const executablePath = await findChromium();
  if (!executablePath) throw new Error('there is no Chromium to watch with: install one, or set CHROMIUM to its path');
  const { chromium } = await import('playwright-core');
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', '--disable-sync'] });
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}
