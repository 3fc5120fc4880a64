import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { repeatable } from '../replay/cartPoleMoments.ts';
import { encode } from '../replay/encode.ts';
import { disturb, disturbHeader, disturbHeads, disturbWithin, withHeader } from '../replay/mutations.ts';
import { chromiumPath } from './browser.ts';
import { drop } from './drop.ts';
import { inViewer } from './inViewer.ts';
import { galleryEpisode, gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const FILES = 300;
const KEYS = [['End'], ['ArrowLeft'], ['Home'], ['ArrowRight'], ['ArrowRight', true]] as const;
const MUTATIONS = [disturb, disturbWithin, disturbHeads, disturbHeader];
const REPLAYS = [
  encode(markerHeader, [markerEpisode(8), markerEpisode(600)]),
  encode(gridHeader, [gridEpisode()]),
  encode(markerHeader, [galleryEpisode(12)]),
];

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('replays that went wrong, one after the other in one page', () => {
  let page: Page;
  const { atStep, complaints } = inViewer({ runs: new RunFolder() }, (opened) => (page = opened));

  test('are shown as far as they are replays, or said to be none, and good ones open afterwards', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Open a replay' }).waitFor();
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
    await drop(page, { 'good.gfr': encode({ ...markerHeader, run: 'a good one' }, [markerEpisode(8)]) });
    await page.locator('#trail').getByText('a good one').waitFor();
    await pressEach(page, KEYS);
    await atStep(8);
    expect(complaints).toEqual([]);
  }, 600_000);

  /** @returns whether it is shown */
  async function openAndLook(bytes: Uint8Array, name: string): Promise<boolean> {
    await drop(page, { [name]: bytes });
    const shown = page.locator('#trail').getByText(name);
    const refused = page.locator('.message[role="alert"]').getByText(name);
    await shown.or(refused).first().waitFor();
    if ((await shown.count()) === 0) return false;
    await pressEach(page, KEYS);
    return true;
  }
});

/** Presses keys from within the page, and lets it paint after each: from outside that takes five times as long. */
async function pressEach(page: Page, keys: readonly (readonly [key: string, shiftKey?: boolean])[]): Promise<void> {
  await page.evaluate(async (all) => {
    for (const [key, shiftKey = false] of all) {
      const event = new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true });
      (document.activeElement ?? document.body).dispatchEvent(event);
      await new Promise(requestAnimationFrame);
    }
  }, keys);
}

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
