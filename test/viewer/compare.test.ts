import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Decision, Moment } from '../../src/replay/format.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { drop } from './drop.ts';
import { inViewer } from './inViewer.ts';
import { expectMarkerAt, photograph } from './markerPictures.ts';
import { gridEpisode, gridHeader, markerEpisode, markerHeader, markerX } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

/** An episode of the marker that does something else at one step. */
function turned(steps: number, at: number, change: Partial<Decision>): Moment[] {
  return markerEpisode(steps).map((moment, t) =>
    t === at && moment.decision ? { ...moment, decision: { ...moment.decision, ...change } } : moment,
  );
}

const earlier = { ...markerHeader, step: 500 };
const REPLAY = encode(markerHeader, [markerEpisode(8), markerEpisode(6)]);
/** The same as `REPLAY`, but another action at step 3 of its first episode, which ends at step 5. */
const OTHER = encode(earlier, [turned(5, 3, { action: [0], distribution: [0.5, 0.5, 0] }), markerEpisode(6)]);

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('comparing in Chromium', () => {
  const runs = new RunFolder();
  const ids = { main: '', other: '', grid: '' };
  let page: Page;
  const viewport = { width: 1300, height: 900 };
  const viewer = inViewer({ runs, viewport }, (opened) => (page = opened));
  const { atStep, complaints, frames, openPage } = viewer;
  beforeEach(() => {
    ids.main = runs.write('main.gfr', REPLAY);
    ids.other = runs.write('other.gfr', OTHER);
    ids.grid = runs.write('grid.gfr', encode(gridHeader, [gridEpisode()]));
  });

  const panes = (): Locator => page.locator('.pane');
  const open = (step: number, compare: string): Promise<void> => viewer.openAt(ids.main, step, { compare });
  const picture = (): Locator => panes().locator('canvas').first();
  const number = (root: Locator, name: string): Promise<string | null> =>
    root.locator(`[data-number="${name}"]`).textContent();

  test('two replays stand side by side, at one step, with their own numbers', async () => {
    await open(4, ids.other);
    await panes().and(page.locator('[data-state="open"][data-step="4"]')).waitFor();
    await expect(panes().locator('.pane-title').textContent()).resolves.toBe('marker-runstep 500');
    await expect(number(panes(), 'value')).resolves.toBe('6');
    await expect(number(panes(), 'return')).resolves.toBe('6');
    await expect(number(page.locator('#main-head'), 'return')).resolves.toBe('6');
    await expect(panes().locator('.pane-caption').textContent()).resolves.toBe('go on \u00b7 0.75');
    await page.keyboard.press('ArrowLeft');
    await panes().and(page.locator('[data-step="3"]')).waitFor();
    await expect(panes().locator('.pane-caption').textContent()).resolves.toBe('wait \u00b7 0.50');
    await expect.poll(() => picture().getAttribute('data-renders')).not.toBeNull();
    expectMarkerAt(await photograph(picture()), markerX(3));
    expect(complaints).toEqual([]);
  });

  test('the first difference is named with both values, marked, and a key and a button go there', async () => {
    await open(0, ids.other);
    const difference = panes().getByRole('button', { name: 'First difference at step 3, action: go on, here wait' });
    await difference.click();
    await atStep(3);
    await page.keyboard.press('Home');
    await atStep(0);
    await page.keyboard.press('d');
    await atStep(3);
    const share = await markedShare(page);
    expect(share).toBeGreaterThan(0.36); // of the way from step 0 to step 8
    expect(share).toBeLessThan(0.39);
  });

  test('of several first differences the key goes to the next one', async () => {
    const later = runs.write('later.gfr', encode(earlier, [turned(8, 6, { reward: 0 })]));
    await open(0, `${ids.other},${later}`);
    await panes().getByText('\u2260 step 6').waitFor();
    for (const step of [3, 6, 3]) {
      await page.keyboard.press('d');
      await atStep(step);
    }
    const last = panes().nth(1).getByRole('button', { name: 'First difference at step 6, reward: 6, here 0' });
    await expect(last.isVisible()).resolves.toBe(true);
  });

  test('an episode that is over shows its end, and says that it is over', async () => {
    await open(5, ids.other);
    await panes().and(page.locator('[data-over="false"][data-step="5"]')).waitFor();
    await page.keyboard.press('End');
    await panes().and(page.locator('[data-over="true"][data-step="5"]')).waitFor();
    await expect(panes().locator('.pane-caption').textContent()).resolves.toBe(
      'over at step 5 \u00b7 return 10 \u00b7 terminated',
    );
    await panes().getByRole('button', { name: 'Make main' }).click();
    await page.locator('#steps').getByText('5', { exact: true }).waitFor();
    await page.keyboard.press('End');
    await expect.poll(() => panes().locator('.pane-caption').textContent()).toContain('goes on to step 8');
  });

  test('Compare finds a replay by what is typed; what was added is in the address, and can be removed', async () => {
    await open(2, '');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Filter the list' }).fill('other marker');
    const rows = page.locator('#compare-list button');
    await expect.poll(() => rows.count()).toBe(1);
    await rows.click();
    await panes().and(page.locator('[data-state="open"]')).waitFor();
    await expect.poll(() => new URL(page.url()).hash).toContain(`compare=${encodeURIComponent(ids.other)}`);
    const address = page.url();
    await openPage();
    await page.goto(address);
    await panes().and(page.locator('[data-state="open"][data-step="2"]')).waitFor();
    await panes().getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => panes().count()).toBe(0);
    await expect.poll(() => page.url()).not.toContain('compare');
    await expect(page.locator('#compared-tracks').isVisible()).resolves.toBe(false);
    expect(complaints).toEqual([]);
  });

  test('a row of the run list adds its replay; four side by side are the most', async () => {
    await open(0, '');
    for (const name of ['main.gfr', 'other.gfr', 'grid.gfr'])
      await page.getByRole('button', { name: `Compare ${name}` }).click();
    await expect.poll(() => page.locator('.pane[data-state="open"]').count()).toBe(3);
    // the replay that is open is compared by its next episode
    await expect(panes().nth(0).getByRole('combobox').inputValue()).resolves.toBe('1');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.locator('#compare-note').getByText('Four side by side are the most').waitFor();
    await expect(page.locator('#compare-list button').first().isDisabled()).resolves.toBe(true);
  });

  test('the episode from the same seed stands beside the main one, or another that is chosen', async () => {
    const reversed = runs.write(
      'reversed.gfr',
      encode(earlier, [markerEpisode(6), markerEpisode(8)], { seeds: [1, 0] }),
    );
    await open(0, reversed);
    const select = panes().getByRole('combobox');
    await panes().getByText('no difference in 8 steps').waitFor();
    await expect(select.locator('option:checked').textContent()).resolves.toBe('episode 2, same seed');
    await select.selectOption('number');
    await panes().getByText('\u2260 step 5').waitFor();
    await expect.poll(() => decodeURIComponent(page.url())).toContain(`${reversed}:number`);
    await select.selectOption('1');
    await panes().getByText('no difference').waitFor();
    await expect.poll(() => decodeURIComponent(page.url())).toContain(`${reversed}:2`);
  });

  test('Make main lets the two change places', async () => {
    await open(2, ids.other);
    await panes().and(page.locator('[data-state="open"]')).waitFor();
    await panes().getByRole('button', { name: 'Make main' }).click();
    await page.locator('#trail').getByText('step 500').waitFor();
    await expect(page.locator('main').getAttribute('data-step')).resolves.toBe('2');
    await expect.poll(() => panes().locator('.pane-title').textContent()).toBe('marker-runstep 1\u2009234');
    const hash = `#replay=${encodeURIComponent(ids.other)}&episode=1&step=2&compare=${encodeURIComponent(ids.main)}`;
    await expect.poll(() => new URL(page.url()).hash).toBe(hash);
    await panes().getByRole('button', { name: 'First difference at step 3, action: wait, here go on' }).waitFor();
  });

  test('another environment is shown, and said to be beyond comparing', async () => {
    await open(0, ids.grid);
    await panes()
      .getByText('not compared: another environment (Marker-v0, here Grid-v0), so steps do not correspond')
      .waitFor();
    await expect(panes().locator('.pane-plot canvas').isVisible()).resolves.toBe(true);
  });

  test('what cannot be opened says so in its own pane', async () => {
    const broken = runs.write('broken.gfr', new TextEncoder().encode('hello'));
    await open(0, `${broken},marker-run/absent.gfr`);
    await panes().nth(0).getByText(`${broken} is not a replay.`).waitFor();
    await panes().nth(1).getByText('No such replay.').waitFor();
    await expect(page.locator('.message').count()).resolves.toBe(0);
  });

  test('a file dropped on the right half of the page is compared, and so are all but the first', async () => {
    await open(2, '');
    await drop(page, { 'other.gfr': OTHER }, 0.9);
    await panes().and(page.locator('[data-state="open"]')).waitFor();
    await expect(page.locator('#trail').textContent()).resolves.toContain('step 1\u2009234');
    await drop(page, { 'other.gfr': OTHER, 'main.gfr': REPLAY }, 0.1);
    await page.locator('#trail').getByText('step 500').waitFor();
    await expect.poll(() => page.locator('.pane[data-state="open"]').count()).toBe(2);
  });

  test('while time stands still nothing is painted, and a step paints each scene once', async () => {
    await open(1, ids.other);
    await panes().and(page.locator('[data-state="open"]')).waitFor();
    await panes().getByText('\u2260 step 3').waitFor();
    const renders = (): Promise<number[]> =>
      page
        .locator('#scene canvas[data-renders], .pane-scene canvas[data-renders]')
        .evaluateAll((canvases) => canvases.map((canvas) => Number((canvas as HTMLElement).dataset['renders'])));
    await expect.poll(async () => (await renders()).length).toBe(2);
    await frames(10);
    const before = await renders();
    await frames(30);
    expect(await renders()).toEqual(before);
    await page.keyboard.press('ArrowRight');
    await atStep(2);
    await frames(30);
    expect(await renders()).toEqual(before.map((count) => count + 1));
  });

  test('on a page of 360 pixels the panes stand below each other', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open(3, `${ids.other},${ids.other}`);
    await expect.poll(() => page.locator('.pane[data-state="open"]').count()).toBe(2);
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
    await frames(3);
    const [main, first, second] = [
      await page.locator('#scene canvas[data-renders]').boundingBox(),
      await panes().nth(0).locator('canvas').first().boundingBox(),
      await panes().nth(1).locator('canvas').first().boundingBox(),
    ];
    expect(first?.y).toBeGreaterThan((main?.y ?? Infinity) + (main?.height ?? 0));
    expect(second?.y).toBeGreaterThan((first?.y ?? Infinity) + (first?.height ?? 0));
    expect(complaints).toEqual([]);
  });
});

/** Where the tracks mark the first difference of series 2, as a share of the way from the first step to the last. */
async function markedShare(page: Page): Promise<number> {
  return page.locator('#compared-tracks canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--curve-2').trim();
    const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const { data } = context.getImageData(0, 1, canvas.width, 1); // the top edge, which only marks reach
    const columns = Array.from({ length: canvas.width }, (_, x) => x).filter((x) =>
      wanted.every((channel, i) => Math.abs((data[x * 4 + i] as number) - channel) < 8 && data[x * 4 + 3] === 255),
    );
    const x = columns.reduce((sum, column) => sum + column, 0) / columns.length / devicePixelRatio;
    return (x - 96) / (canvas.clientWidth - 8 - 96);
  });
}
