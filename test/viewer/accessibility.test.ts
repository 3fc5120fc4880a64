import { rmSync } from 'node:fs';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { chromiumPath, copyOfViewer, startBrowser } from './browser.ts';
import { encode, gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';
import { TrainedRuns } from './trainedRuns.ts';

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('axe finds no violation', () => {
  const runs = new TrainedRuns();
  let browser: Browser;
  let viewerRoot: string;
  let server: Server;
  let page: Page;
  let cart: string;
  let grid: string;
  let masked: string;

  beforeAll(async () => {
    cart = await runs.train('cart', { environment: 'CartPole-v1', policy: 'transformer' });
    await runs.train('other', { environment: 'CartPole-v1', policy: 'mlp' });
    grid = runs.write('other', 'grid.gfr', encode(gridHeader, [gridEpisode(), gridEpisode()]));
    masked = runs.write('other', 'masked.gfr', encode(markerHeader, [markerEpisode(8)]));
    runs.write('other', 'cut.gfr', new Uint8Array([1, 2, 3]));
    viewerRoot = await copyOfViewer();
    server = await startServer({ path: runs.path, viewerRoot });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    rmSync(viewerRoot, { recursive: true });
    runs.remove();
  });
  afterEach(() => page.close());

  const open = async (
    hash: string,
    { viewport = WIDE, colorScheme = 'dark' as 'dark' | 'light' } = {},
  ): Promise<void> => {
    page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
    page.setDefaultTimeout(20_000);
    await page.addInitScript(axe.source); // the page's own rules allow no script of others
    await page.goto(`${server.url}${hash}`);
  };
  const openReplay = async (replay: string, look = {}, more = ''): Promise<void> => {
    await open(`#replay=${encodeURIComponent(replay)}&episode=1&step=1${more}`, look);
    await page.locator('main[data-step="1"]').waitFor();
  };

  for (const [name, viewport] of [
    ['wide', WIDE],
    ['360 pixels wide', PHONE],
  ] as const)
    for (const colorScheme of ['dark', 'light'] as const)
      test(`on replays with memory, with words and cells, with masks, ${name}, ${colorScheme}`, async () => {
        await openReplay(cart, { viewport, colorScheme });
        await page.locator('#attention').waitFor();
        await expectAccessible(page);
        await page.close();
        await openReplay(grid, { viewport, colorScheme });
        await page.locator('#looked').waitFor();
        await expectAccessible(page);
        await page.close();
        await openReplay(masked, { viewport, colorScheme });
        await page.locator('.meter[data-state="masked"]').waitFor();
        await expectAccessible(page);
      });

  for (const colorScheme of ['dark', 'light'] as const) {
    test(`on curves of two runs, ${colorScheme}`, async () => {
      await openReplay(cart, { colorScheme }, '&panels=training');
      await page.locator('#training .uplot').first().waitFor();
      await page.locator('#runs input:not(:disabled)').first().check();
      await page.locator('#training-runs li').nth(1).waitFor();
      await expectAccessible(page);
    });

    test(`on the menu and the dialogs, ${colorScheme}`, async () => {
      await openReplay(cart, { colorScheme });
      await page.locator('#share-button').click();
      await page.locator('#share-menu').waitFor();
      await expectAccessible(page);
      await page.locator('#share-gif').click();
      await page.locator('#export').waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.locator('#help').waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.keyboard.press('g');
      await page.keyboard.type('a');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('#go-to-problem').textContent()).not.toBe('');
      await expectAccessible(page);
    });

    test(`on a person's move, on a branch and on what changes the action, ${colorScheme}`, async () => {
      await openReplay(cart, { colorScheme });
      await page.keyboard.press('s');
      await page.locator('#influence-parts li').first().waitFor();
      await expectAccessible(page);
      await page.keyboard.press('t');
      await page.locator('#turn[data-phase="yours"]').waitFor();
      await page.locator('#moves button').first().click();
      await page.locator('main[data-step="2"]').waitFor();
      await page.locator('#turn[data-phase="yours"]').waitFor();
      await page.locator('#branches li').first().waitFor();
      await expectAccessible(page);
    });

    test(`on the choice of what to compare with, and on two replays side by side, ${colorScheme}`, async () => {
      await openReplay(masked, { colorScheme });
      await page.locator('#compare-button').click();
      await page.locator('#compare-list button:not(:disabled)').first().waitFor();
      await expectAccessible(page);
      await page.locator('#compare-list button:not(:disabled)').first().click();
      await page.keyboard.press('Escape');
      await page.locator('#compared > *').first().waitFor();
      await expectAccessible(page);
    });

    test(`on a page with a problem, ${colorScheme}`, async () => {
      await open('#replay=other/cut.gfr', { colorScheme });
      await page.getByRole('alert').filter({ hasText: 'is not a replay' }).waitFor();
      await expectAccessible(page);
    });
  }

  test('on a page with nothing to show, wide and 360 pixels wide', async () => {
    const nothing = new TrainedRuns();
    const empty = await startServer({ path: nothing.path, viewerRoot });
    try {
      for (const viewport of [WIDE, PHONE]) {
        await open('', { viewport });
        await page.goto(empty.url);
        await page.locator('#welcome').waitFor();
        await expectAccessible(page);
        await page.close();
      }
    } finally {
      await empty.close();
      nothing.remove();
    }
  });
});

/** Runs all of axe's rules, those of best practice too. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html) }));
  expect(found).toEqual([]);
}
