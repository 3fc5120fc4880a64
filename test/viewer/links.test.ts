import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const update = (step: number, values: object): object => ({ event: 'update', step, ...values });

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('a link opens to the same picture, in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  const viewport = { width: 1400, height: 900 };
  const { complaints, openAt } = inViewer({ runs, viewport }, (opened) => (page = opened));
  beforeEach(async () => {
    const replay = runs.write('first.gfr', encode(markerHeader, [markerEpisode(60), markerEpisode(40)]));
    for (const name of ['other', 'third']) runs.add(name);
    runs.report([update(40, { meanReturn: -1, valueLoss: 100, entropy: 1 })]);
    runs.report([update(10, { meanReturn: 1, valueLoss: 2 }), update(30, { meanReturn: 2, valueLoss: 1 })], 'other');
    runs.report([update(20, { meanReturn: 3, valueLoss: 0.001 })], 'third');
    await openAt(replay, 30);
  });

  const at = (of: Page, episode: number, step: number): Promise<void> =>
    of.locator(`main[data-episode="${episode}"][data-step="${step}"]`).waitFor();
  /** What the address bar says of a field, once it has followed. */
  const holds = async (field: string, text: string | null): Promise<void> => {
    await expect.poll(() => new URLSearchParams(new URL(page.url()).hash.slice(1)).get(field)).toBe(text);
  };
  const openLink = async (work: (other: Page) => Promise<void>): Promise<void> => {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await work(other);
    await other.close();
  };
  const visits = (): Promise<number> => page.evaluate(() => history.length);

  test('the steps in sight, which Back brings back with their episode', async () => {
    await page.keyboard.press('+');
    await holds('zoom', '15-45');
    await openLink(async (other) => {
      await at(other, 1, 30);
      await other.locator('#timeline').focus();
      await expect.poll(() => other.url()).toBe(page.url());
      await other.keyboard.press('+');
      await expect.poll(() => other.url()).toContain('zoom=22-38');
    });
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await at(page, 2, 0);
    await holds('zoom', null);
    await page.goBack();
    await at(page, 1, 30);
    await holds('zoom', '15-45');
    await page.keyboard.press('0');
    await holds('zoom', null);
    expect(complaints).toEqual([]);
  });

  test('what is looked for, without a step of Back for every letter', async () => {
    const before = await visits();
    await page.getByRole('searchbox', { name: 'Search for steps' }).pressSequentially('step > 50');
    await holds('search', 'step > 50');
    expect(await visits()).toBe(before);
    const found = await page.locator('#search-result').textContent();
    await openLink(async (other) => {
      await other.locator('#search-result').getByText(String(found), { exact: true }).waitFor();
      expect(await other.getByRole('searchbox', { name: 'Search for steps' }).inputValue()).toBe('step > 50');
    });
    await page.locator('#search-text').fill('step >'); // half a question
    await page.locator('#search-problem:not(:empty)').waitFor();
    await holds('search', null);
    expect(complaints).toEqual([]);
  });

  test('which runs are laid over one another, each in its colour, and over which scales', async () => {
    const before = await visits();
    await page.getByRole('button', { name: 'Training', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Lay the curves of other' }).check();
    await page.getByRole('checkbox', { name: 'Lay the curves of third' }).check();
    await page.getByRole('checkbox', { name: 'Lay the curves of other' }).uncheck();
    await holds('curves', '.,,third');
    const log = (of: Page): ReturnType<Page['locator']> => of.getByRole('button', { name: 'Log scale of value loss' });
    await log(page).focus();
    await page.keyboard.press('Enter');
    await page.locator('.log[aria-pressed="true"]').waitFor();
    await holds('log', 'valueLoss');
    expect(await visits()).toBe(before);
    await openLink(async (other) => {
      await expect.poll(() => log(other).getAttribute('aria-pressed')).toBe('true');
      const legend = (of: Page): Promise<string> => of.locator('#training-runs').innerHTML();
      expect(await legend(other)).toBe(await legend(page));
      expect(await other.getByRole('checkbox', { name: 'Lay the curves of third' }).isChecked()).toBe(true);
    });
    expect(complaints).toEqual([]);
  });

  test('only what is above 0 everywhere is offered a logarithmic scale, which has room for every value', async () => {
    await page.getByRole('button', { name: 'Training', exact: true }).click();
    const log = page.getByRole('button', { name: 'Log scale of value loss' });
    await log.click();
    await page.getByRole('checkbox', { name: 'Lay the curves of third' }).check();
    await page.locator('#training-runs .name').getByText('third').waitFor();
    const offered = await page.locator('.log:visible').evaluateAll((all) => all.map((one) => one.ariaLabel));
    expect(offered).toEqual(['Log scale of entropy', 'Log scale of value loss']);
    await log.click();
    expect(await log.getAttribute('aria-pressed')).toBe('false');
    await holds('log', null);
    expect(complaints).toEqual([]);
  });
});
