import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from 'gymformer';
import { Generator } from 'gymformer/envs';
import type { Browser } from 'playwright-core';
import type { BenchLine, BenchOptions } from '../line.ts';
import { startChromium } from './chromium.ts';
import { firstFrame, heapMegabytes, openPage, type Place, rendersWhilePaused, seeks } from './measure.ts';
import { type Balanced, writeBalanced, writeRandom, type Written } from './replays.ts';

/** 100 000 steps, with attention of 16 heads over 64 steps. */
const LARGE: Readonly<Record<string, Balanced>> = {
  'one-episode': { episodes: 1, steps: 100_000, attention: true },
  'many-episodes': { episodes: 400, steps: 250, attention: true },
};
/** Of how they are written, only the size is told. */
const SMALL: Readonly<Record<string, (path: string) => Written>> = {
  CartPole: (path) => writeBalanced(path, { episodes: 4, steps: 500, attention: false }),
  'CartPole, 16 x 64': (path) => writeBalanced(path, { episodes: 4, steps: 500, attention: true }),
  ...Object.fromEntries(
    ['MiniGrid-DoorKey-5x5-v0', 'MinAtar/Breakout-v1', 'ConnectFour-v0'].map((id) => [
      `${id}, random`,
      (path: string) => writeRandom(path, id, SMALL_STEPS),
    ]),
  ),
};
const SMALL_STEPS = 2000;
/** Navigations, of which the middle one counts. */
const LOADS = 7;
const SEEKS = 300;

/**
 * The viewer in Chromium with large replays: milliseconds from navigation to the first scene and from a seek to its scene,
 * the page's memory, and how often it paints while it is paused, which should be never; and bytes a step of replays.
 *
 * @throws GymformerError where there is no Chromium
 */
export async function* viewer({ only, onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  const isWanted = (name: string): boolean => only === undefined || only === name;
  const large = Object.entries(LARGE).filter(([name]) => isWanted(name));
  const small = Object.entries(SMALL).filter(([name]) => isWanted(name));
  const total = large.length + small.length;
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
  const browser = large.length > 0 ? await startChromium() : null;
  try {
    for (const [done, [name, size]] of large.entries()) {
      const tell = (what: string): void => onProgress?.(done, total, { what, secondsLeft: null });
      tell(`writing ${name}`);
      const file = `${name}.gfr`;
      const written = writeBalanced(join(folder, file), size);
      tell(`looking at ${name}`);
      const measured = await measure(browser as Browser, join(folder, file), size);
      yield { bench: 'viewer', case: name, ...sizeOf(written), ...measured };
    }
    for (const [i, [name, write]] of small.entries()) {
      onProgress?.(large.length + i, total);
      yield { bench: 'viewer', case: name, ...sizeOf(write(join(folder, `${i}.gfr`))) };
    }
  } finally {
    await browser?.close();
    rmSync(folder, { recursive: true });
  }
}

function sizeOf({ bytes, steps }: Written): { steps: number; bytesAStep: number } {
  return { steps, bytesAStep: bytes / steps };
}

async function measure(browser: Browser, path: string, { episodes, steps }: Balanced): Promise<Record<string, number>> {
  const random = new Generator(0);
  const place = (): Place => ({ episode: 1 + random.integers(episodes), step: random.integers(steps) });
  const server = await startServer({ path });
  const name = path.replace(/^.*[\\/]/, '');
  const replay = `${name.replace(/\.gfr$/, '')}/${name}`;
  try {
    const loads: number[] = [];
    for (let i = 0; i < LOADS; i++) {
      const page = await openPage(browser);
      loads.push(await firstFrame(page, server.url, replay, place()));
      await page.context().close();
    }
    const page = await openPage(browser);
    await firstFrame(page, server.url, replay, place());
    const times = await seeks(page, Array.from({ length: SEEKS }, place));
    return {
      firstFrameMs: quantile(loads, 0.5),
      seekP50Ms: quantile(times, 0.5),
      seekP95Ms: quantile(times, 0.95),
      rendersWhilePaused: await rendersWhilePaused(page),
      heapMegabytes: await heapMegabytes(page),
    };
  } finally {
    await server.close();
  }
}

/** The smallest number that a share of all are not above. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}
