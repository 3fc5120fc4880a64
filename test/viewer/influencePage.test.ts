import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { TrainedRuns } from './trainedRuns.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('what changes the action, in Chromium', () => {
  const runs = new TrainedRuns();
  let cart: string;
  let grid: string;
  let page: Page;
  const viewport = { width: 1200, height: 1400 };
  const { atStep, complaints, openAt } = inViewer({ runs, viewport }, (opened) => (page = opened));
  beforeAll(async () => {
    cart = await runs.train('cart', { environment: 'CartPole-v1', policy: 'transformer', normalizeObservations: true });
    grid = await runs.train('grid', { environment: 'MiniGrid-Empty-Random-6x6-v0', policy: 'transformer' });
  });

  const answered = (): Promise<void> =>
    page.locator('#influence-shown:not([hidden]) [aria-busy="false"]').waitFor({ state: 'attached' });
  const texts = (): Promise<string[]> => page.locator('#influence-parts .number').allTextContents();

  test('hides each number, from the probability that was recorded, and asks again at another step', async () => {
    await openAt(cart, 6);
    await page.keyboard.press('s');
    await answered();
    const chosen = runs.read(cart).moment(0, 6).decision!;
    const recorded = chosen.distribution![chosen.action[0]!]!.toFixed(2);
    expect((await texts()).length).toBe(4);
    for (const text of await texts()) expect(text.startsWith(`${recorded} \u2192 `)).toBe(true);
    await expect(page.locator('#influence-remark').textContent()).resolves.toBe('');
    await page.keyboard.press('ArrowRight');
    await atStep(7);
    const next = runs.read(cart).moment(0, 7).decision!;
    const nextRecorded = next.distribution![next.action[0]!]!.toFixed(2);
    await expect.poll(async () => (await texts())[0]?.slice(0, 4)).toBe(nextRecorded);
    await page.keyboard.press('s');
    await expect.poll(() => page.locator('#influence-parts').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('finds the slope over each number, beside an agent that goes on playing', async () => {
    await openAt(cart, 6);
    await page.getByRole('button', { name: 'Ask the agent' }).click();
    await page.getByRole('button', { name: 'saliency' }).click();
    await answered();
    await expect.poll(async () => (await texts()).every((text) => /^[+\u2212]/.test(text))).toBe(true);
    expect((await texts()).length).toBe(4);
    await page.getByRole('button', { name: 'occlusion' }).click();
    await expect.poll(async () => (await texts()).every((text) => text.includes('\u2192'))).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('lies over the scene in place of attention, and leaves it to that when it is off', async () => {
    await openAt(grid, 2);
    const title = (): Promise<string | null> => page.locator('#heat-button').textContent();
    await expect.poll(title).toContain('attention');
    await page.keyboard.press('s');
    await answered();
    await expect.poll(title).toBe('occlusion');
    await page.getByRole('button', { name: 'saliency' }).click();
    await page.locator('#influence-remark').getByText('have no gradient').waitFor();
    await page.keyboard.press('s');
    await expect.poll(title).toContain('attention');
    expect(complaints).toEqual([]);
  });

  test('says why not where nothing is decided, and where there is no agent', async () => {
    const last = runs.read(cart).episodes[0]!.steps;
    await openAt(cart, last);
    await page.keyboard.press('s');
    await page.locator('#influence-remark').getByText('Nothing is decided').waitFor();
    await page.route('**/api/agents/**', (route) => route.fulfill({ status: 404, json: { error: 'gone' } }));
    await page.reload();
    await page.locator('main[data-step]').waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('s');
    await page.locator('#influence-remark').getByText('the server has no agent').waitFor();
  });
});
