import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { repeatable } from '../replay/cartPoleMoments.ts';
import { disturb, disturbHeader, disturbHeads, disturbWithin, withHeader } from '../replay/mutations.ts';
import { chromiumPath, collectComplaints, copyOfViewer, startBrowser } from './browser.ts';
import { drop } from './drop.ts';
import { encode, galleryEpisode, gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const FILES = 300;
const KEYS = ['End', 'ArrowLeft', 'Home', 'ArrowRight', 'Shift+ArrowRight'];
const MUTATIONS = [disturb, disturbWithin, disturbHeads, disturbHeader];
const REPLAYS = [
  encode(markerHeader, [markerEpisode(8), markerEpisode(600)]),
  encode(gridHeader, [gridEpisode()]),
  encode(markerHeader, [galleryEpisode(12)]),
];

describe.skipIf(!chromiumPath)('replays that went wrong, one after the other in one page', () => {
  let browser: Browser;
  let viewerRoot: string;
  let server: Server;
  let runs: RunFolder;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    viewerRoot = await copyOfViewer();
    browser = await startBrowser();
    runs = new RunFolder();
    server = await startServer({ path: runs.path, viewerRoot });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(30_000);
    complaints = collectComplaints(page);
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Open a replay' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    runs.remove();
    rmSync(viewerRoot, { recursive: true });
  });

  test('are shown as far as they are replays, or said to be none, and good ones open afterwards', async () => {
    const random = repeatable(7);
    let opened = 0;
    for (let i = 0; i < FILES; i++) {
      const name = `file ${i} of all`; // in quotes of its own, so that 1 is not found in 12
      const mutate = MUTATIONS[i % MUTATIONS.length] as (typeof MUTATIONS)[number];
      const good = REPLAYS[Math.floor(i / MUTATIONS.length) % REPLAYS.length] as Uint8Array;
      opened += Number(await openAndLook(named(mutate(good, random), name), name));
      expect(complaints, `file ${i}`).toEqual([]);
    }
    expect(opened).toBeGreaterThan(FILES / 10);
    expect(opened).toBeLessThan(FILES);
    await drop(page, 'good.gfr', encode({ ...markerHeader, run: 'a good one' }, [markerEpisode(8)]));
    await page.locator('#trail').getByText('a good one').waitFor();
    await page.keyboard.press('End');
    await page.locator('main[data-step="8"]').waitFor();
    expect(complaints).toEqual([]);
  }, 600_000);

  /** @returns whether it is shown */
  async function openAndLook(bytes: Uint8Array, name: string): Promise<boolean> {
    await drop(page, name, bytes);
    const shown = page.locator('#trail').getByText(name);
    const refused = page.locator('.message[role="alert"]').getByText(name);
    await shown.or(refused).first().waitFor();
    if ((await shown.count()) === 0) return false;
    for (const key of KEYS) {
      await page.keyboard.press(key);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    return true;
  }
});

/** A replay with this for the name of its run, where it still has a header. */
function named(replay: Uint8Array, run: string): Uint8Array {
  try {
    const { length } = decodePrelude(replay);
    const header = JSON.parse(new TextDecoder().decode(replay.subarray(12, length))) as object;
    return withHeader(replay, JSON.stringify({ ...header, run }));
  } catch {
    return replay;
  }
}
