import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { TrainedRuns } from './trainedRuns.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('comparing agents that play from the same seed, in Chromium', () => {
  const runs = new TrainedRuns();
  let replay: string;
  let page: Page;
  const viewport = { width: 1300, height: 900 };
  const { complaints, openAt } = inViewer({ runs, viewport }, (opened) => (page = opened));
  beforeAll(async () => {
    replay = await runs.train('cart', { environment: 'CartPole-v1', policy: 'transformer' });
    await runs.train('swing', { environment: 'Pendulum-v1', policy: 'mlp' });
  });

  const pane = (): Locator => page.locator('.pane');
  const open = (compare: string): Promise<void> => openAt(replay, 2, { compare });

  test('the agent of the replay plays the same episode again, and for each episode from its seed', async () => {
    const [first, second] = runs.read(replay).episodes;
    await open('cart@latest');
    await pane().getByText(`no difference in ${first?.steps} steps`).waitFor();
    await expect(pane().locator('.pane-title').textContent()).resolves.toContain('played here');
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.locator('main[data-episode="2"]').waitFor();
    await pane().getByText(`no difference in ${second?.steps} steps`).waitFor();
    await expect.poll(() => decodeURIComponent(page.url())).toContain('compare=cart@latest');
    expect(complaints).toEqual([]);
  });

  test('Compare offers the best and the latest agent of each run', async () => {
    await open('');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('button', { name: 'Agents, same seed' }).click();
    await page.getByRole('searchbox', { name: 'Filter the list' }).fill('cartpole best');
    await page.locator('#compare-list button').click();
    await pane().and(page.locator('[data-state="open"][data-step="2"]')).waitFor();
    await page.keyboard.press('Escape');
    await pane().getByRole('button', { name: 'Make main' }).click();
    await expect.poll(() => pane().locator('.pane-title').textContent()).not.toContain('played here');
    await expect(page.locator('main').getAttribute('data-step')).resolves.toBe('2');
  });

  test('an agent that does not fit the environment is said not to, with both shapes', async () => {
    await open('swing@best');
    const says = pane().locator('.pane-caption');
    await says.getByText('swing, best checkpoint cannot play here.').waitFor();
    await expect(says.textContent()).resolves.toContain(
      'It learned in Pendulum-v1, which shows Box(3) and takes Box(1)',
    );
    await expect(says.textContent()).resolves.toContain('CartPole-v1 shows Box(4) and takes Discrete(2)');
    await expect(page.locator('.message').count()).resolves.toBe(0);
  });

  test('what the server does not have is said to be missing', async () => {
    await open('cart@000000001');
    await pane().getByText('cart has no checkpoint 000000001').waitFor();
  });

  test('removing the pane ends the playing', async () => {
    await open('cart@latest');
    await pane().getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => pane().count()).toBe(0);
    await expect.poll(() => page.url()).not.toContain('compare');
    expect(complaints).toEqual([]);
  });
});
