import axe from 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';
import { TrainedRuns } from './trainedRuns.ts';

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };
/** Of the rules that are on, those that look at colours. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('axe finds no violation', () => {
  const runs = new TrainedRuns();
  let cart: string;
  let grid: string;
  let masked: string;
  let page: Page;
  const context = { viewport: WIDE, colorScheme: 'dark' } as const;
  const { atStep, openAt, openPage, serve } = inViewer({ runs, ...context }, (opened) => {
    page = opened;
    return page.addInitScript(axe.source); // the page's own rules allow no script of others
  });

  beforeAll(async () => {
    cart = await runs.train('cart', { environment: 'CartPole-v1', policy: 'transformer' });
    await runs.train('other', { environment: 'CartPole-v1', policy: 'mlp' });
    grid = runs.write('other', 'grid.gfr', encode(gridHeader, [gridEpisode(), gridEpisode()]));
    masked = runs.write('other', 'masked.gfr', encode(markerHeader, [markerEpisode(8)]));
    runs.write('other', 'cut.gfr', new Uint8Array([1, 2, 3]));
  });

  for (const [name, viewport] of [
    ['wide', WIDE],
    ['360 pixels wide', PHONE],
  ] as const)
    test(`on replays with memory, with words and cells, with masks, ${name}`, async () => {
      for (const [replay, part] of [
        [cart, '#attention'],
        [grid, '#looked'],
        [masked, '.meter[data-state="masked"]'],
      ] as const) {
        await openPage({ viewport });
        await openAt(replay, 1);
        await page.locator(part).first().waitFor();
        await expectAccessible(page);
      }
    });

  test('on curves of two runs', async () => {
    await openAt(cart, 1, { panels: 'training' });
    await page.locator('#training .uplot').first().waitFor();
    await page.locator('#runs input:not(:disabled)').first().check();
    await page.locator('#training-runs li').nth(1).waitFor();
    await expectAccessible(page);
  });

  test('on the menu and the dialogs', async () => {
    await openAt(cart, 1);
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

  test("on a person's move, on a branch and on what changes the action", async () => {
    await openAt(cart, 1);
    await page.keyboard.press('s');
    await page.locator('#influence-parts li').first().waitFor();
    await expectAccessible(page);
    await page.keyboard.press('t');
    await page.locator('#turn[data-phase="yours"]').waitFor();
    await page.locator('#moves button').first().click();
    await atStep(2);
    await page.locator('#turn[data-phase="yours"]').waitFor();
    await page.locator('#branches li').first().waitFor();
    await expectAccessible(page);
  });

  test('on the choice of what to compare with, and on two replays side by side', async () => {
    await openAt(masked, 1);
    await page.locator('#compare-button').click();
    await page.locator('#compare-list button:not(:disabled)').first().waitFor();
    await expectAccessible(page);
    await page.locator('#compare-list button:not(:disabled)').first().click();
    await page.keyboard.press('Escape');
    await page.locator('#compared > *').first().waitFor();
    await expectAccessible(page);
  });

  test('on a page with a problem', async () => {
    await page.goto('/#replay=other/cut.gfr');
    await page.getByRole('alert').filter({ hasText: 'is not a replay' }).waitFor();
    await expectAccessible(page);
  });

  test('on a page with nothing to show, wide and 360 pixels wide', async () => {
    const { url } = await serve({});
    for (const viewport of [WIDE, PHONE]) {
      await openPage({ viewport });
      await page.goto(url);
      await page.locator('#welcome').waitFor();
      await expectAccessible(page);
    }
  });
});

/** By all of axe's rules, those of best practice too, in dark colours; in light ones by those that look at colours. */
async function expectAccessible(page: Page): Promise<void> {
  expect(await violations(page), 'dark').toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await violations(page, COLOUR_RULES), 'light').toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
}

/** What breaks axe's rules, or these of them. */
async function violations(page: Page, only?: string[]): Promise<object[]> {
  const found = await page.evaluate((only) => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    return axe.run({ resultTypes: ['violations'], ...(only && { runOnly: only }) });
  }, only);
  return found.violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html) }));
}
