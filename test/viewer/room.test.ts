import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const STEPS = 40;

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('the room of the page, in Chromium', () => {
  const runs = new RunFolder();
  let replay: string;
  let page: Page;
  const { atStep, openAt, openPage } = inViewer({ runs }, (opened) => (page = opened));
  beforeEach(() => {
    replay = runs.write('one.gfr', encode(markerHeader, [markerEpisode(STEPS), markerEpisode(5)]));
  });

  const open = async (viewport: { width: number; height: number }, hasTouch = false): Promise<void> => {
    await openPage({ viewport, hasTouch });
    await openAt(replay, 2);
    await page.locator('.jump:visible').first().waitFor(); // the tracks are all there, too
  };

  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
  ] as const)
    test(`the scene has at least 55 % of the height of a window of ${width} by ${height}`, async () => {
      await open({ width, height });
      const picture = await page.locator('#picture').boundingBox();
      expect((picture?.height ?? 0) / height).toBeGreaterThanOrEqual(0.55);
    });

  test('at 360 pixels nothing to press is lower than 32, and nothing lies beside the page or over another', async () => {
    await open({ width: 360, height: 740 }, true);
    const buttons = await page.evaluate(() =>
      [...document.querySelectorAll('button, select, input')]
        .filter((button) => button.checkVisibility() && !button.closest('aside, :has(> button + #scene)'))
        .map((button) => {
          const { left, right, top, bottom } = button.getBoundingClientRect();
          return { id: button.id || button.textContent, left, right, top, bottom };
        }),
    );
    expect(buttons.length).toBeGreaterThan(12);
    expect(buttons.filter(({ top, bottom }) => bottom - top < 32)).toEqual([]);
    expect(buttons.filter(({ left, right }) => left < 0 || right > 360)).toEqual([]);
    const overlaps = buttons.flatMap((a, i) =>
      buttons
        .slice(i + 1)
        .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map((b) => `${a.id} and ${b.id}`),
    );
    expect(overlaps).toEqual([]);
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
  });

  test('a finger on the timeline scrubs', async () => {
    await open({ width: 360, height: 740 }, true);
    const devtools = await page.context().newCDPSession(page);
    const { x, y, width } = (await page.locator('#timeline').boundingBox()) ?? { x: 0, y: 0, width: 0 };
    const touch = (type: 'touchStart' | 'touchMove', share: number): Promise<unknown> =>
      devtools.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: [{ x: x + 64 + share * (width - 72), y: y + 30 }],
      });
    await touch('touchStart', 0.25);
    await atStep(STEPS / 4);
    await touch('touchMove', 0.5);
    await touch('touchMove', 0.75);
    await atStep((STEPS * 3) / 4);
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await touch('touchStart', 0);
    await atStep(0);
  });
});
