import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Moment } from '../../src/replay/format.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { drop } from './drop.ts';
import { inViewer } from './inViewer.ts';
import { colourAt, expectMarkerAt, photograph } from './markerPictures.ts';
import { opacityAt } from './opacityAt.ts';
import { BACKDROP, gridEpisode, gridHeader, markerEpisode, markerHeader, markerX, MARKER_Y } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const REPLAY = encode(markerHeader, [markerEpisode(8), markerEpisode(5)]);

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('the viewer in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  let replay: string;
  const viewer = inViewer({ runs }, (opened) => (page = opened));
  const { atStep, complaints, fact, frames, openPage } = viewer;
  beforeEach(() => {
    replay = runs.write('a b.gfr', REPLAY);
  });

  const openAt = async (step: number): Promise<void> => {
    await viewer.openAt(replay, step);
    await frames(2);
  };
  const main = (): Locator => page.locator('main');
  const picture = (): Locator => page.locator('#scene canvas').first();
  const row = (list: string, name: string): Locator =>
    page.locator(`#${list} .meter`).filter({ has: page.getByText(name, { exact: true }) });

  // Chromium's GPU is a program here, and the viewer then paints on a canvas: see viewer/scene/renderer.ts.
  test.each([
    { painter: '2d', gpu: null },
    { painter: 'webgl2', gpu: 'Some GPU' },
  ])('paints a shape where the scene has it, and elsewhere at another step: $painter', async ({ painter, gpu }) => {
    if (gpu !== null) await page.addInitScript(nameGpu, gpu);
    await openAt(2);
    const isOf = (kind: string): boolean => document.querySelector('canvas')?.getContext(kind) instanceof Object;
    await expect(page.evaluate(isOf, painter)).resolves.toBe(true);
    const before = await photograph(picture());
    expectMarkerAt(before, markerX(2));
    await page.keyboard.press('End');
    await atStep(8);
    await frames(2);
    const after = await photograph(picture());
    expectMarkerAt(after, markerX(8));
    expect(colourAt(after, markerX(2) + 1, MARKER_Y + 1)).toEqual([...BACKDROP]);
    expect(complaints).toEqual([]);
  });

  test('shows the numbers of the step', async () => {
    await openAt(3);
    await expect(fact('reward').textContent()).resolves.toBe('3');
    await expect(fact('value').textContent()).resolves.toBe('7');
    await expect(fact('return so far').textContent()).resolves.toBe('3');
    await expect(fact('return to go').textContent()).resolves.toBe('25');
    await expect(row('action', 'go on').getAttribute('data-state')).resolves.toBe('chosen');
    await expect(row('action', 'go on').locator('.number').textContent()).resolves.toBe('0.75');
    await expect(row('action', 'fly').locator('.number').textContent()).resolves.toBe('masked');
    await expect(row('observation', 'place').locator('.number').textContent()).resolves.toBe('5.500 m');
    await expect(page.locator('#caption').textContent()).resolves.toBe('go on \u00b7 0.75');
    await expect(page.locator('#lags .number').count()).resolves.toBeGreaterThan(2);
  });

  test('shows where the encoder looked: the place, the word and how much at each part', async () => {
    await openAt(3);
    await expect(page.locator('#looked').isVisible()).resolves.toBe(false); // one vector: nothing to choose from
    replay = runs.write('grid.gfr', encode(gridHeader, [gridEpisode()]));
    await openAt(0);
    const share = (name: string): Promise<string | null> => row('looked-parts', name).locator('.number').textContent();
    await page.getByRole('button', { name: 'H1: head 1', exact: true }).click();
    await expect(share('grid')).resolves.toBe('0.63');
    await expect(share('order')).resolves.toBe('0.25');
    await expect(share('kind')).resolves.toBe('0.13');
    const canvas = page.locator('#looked canvas');
    await expect(canvas.getAttribute('aria-label')).resolves.toBe(
      'grid, most at row 1, column 3: 0.50; row 1, column 1: 0.13',
    );
    const opacity = (x: number, y: number): Promise<number> => opacityAt(canvas, (x + 0.5) / 3, (y + 0.5) / 2);
    expect(await opacity(2, 0)).toBeGreaterThan(220);
    expect(await opacity(2, 1)).toBeLessThan(200);
    await page.getByRole('button', { name: 'H2: head 2', exact: true }).click();
    await expect(share('order')).resolves.toBe('1.00');
    await expect(page.locator('#looked .chips > li').allTextContents()).resolves.toEqual(['go0.00', 'left1.00']);
    await page.keyboard.press('End');
    await atStep(1);
    await expect.poll(() => share('order')).toBe('0.00');
    expect(complaints).toEqual([]);
  });

  test('the last moment has no decision, and says how the episode ended', async () => {
    await openAt(8);
    await expect(fact('value').textContent()).resolves.toBe('\u2014');
    await expect(fact('return so far').textContent()).resolves.toBe('28');
    await expect(page.locator('#caption').textContent()).resolves.toBe('terminated');
  });

  test('after a click on a button Space plays, a button that the keyboard came to is pressed', async () => {
    await openAt(4);
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.locator('main[data-episode="2"]').waitFor();
    await page.keyboard.press('Space');
    await page.locator('main[data-playing="true"]').waitFor();
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Last step' }).focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await atStep(5);
    await expect(main().getAttribute('data-playing')).resolves.toBe('false');
  });

  test('a paused viewer draws nothing, a step draws once', async () => {
    await openAt(1);
    const renders = (): Promise<number> =>
      picture().evaluate((canvas) => Number((canvas as HTMLElement).dataset['renders']));
    const before = await renders();
    await frames(30);
    expect(await renders()).toBe(before);
    await page.keyboard.press('ArrowRight');
    await atStep(2);
    await frames(30);
    expect(await renders()).toBe(before + 1);
  });

  test('the address follows, leads back to the same place, and Back to the episode before', async () => {
    await openAt(0);
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.locator('main[data-episode="2"]').waitFor();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).toContain('episode=2&step=1');
    const address = page.url();
    await page.goBack();
    await page.locator('main[data-episode="1"]').waitFor();
    await openPage();
    await page.goto(address);
    await atStep(1, 2);
  });

  test('opens a file that is dropped anywhere, without a server of runs', async () => {
    await page.route('**/api/**', (route) => route.fulfill({ status: 404 }));
    await page.goto('/');
    await page.getByRole('heading', { name: 'Open a replay' }).waitFor();
    await drop(page, { 'mine.gfr': REPLAY });
    await atStep(0);
    await page.keyboard.press('End');
    await atStep(8);
    await frames(2);
    expectMarkerAt(await photograph(picture()), markerX(8));
  });

  test('says what is wrong with a file, and keeps what was open', async () => {
    await openAt(3);
    const message = page.locator('.message');
    const newer = REPLAY.slice();
    newer[3] = 200; // the version
    const broken = encode(markerHeader, [markerEpisode(8)]);
    broken.fill(0, 20, 40); // in the header
    for (const [name, bytes, says] of [
      ['notes.txt', new TextEncoder().encode('hello'), 'notes.txt is not a replay'],
      ['newer.gfr', newer, 'newer.gfr was written by a newer gymformer'],
      ['broken.gfr', broken, 'broken.gfr is damaged'],
    ] as const) {
      await drop(page, { [name]: bytes });
      await message.filter({ hasText: says }).waitFor();
      await expect(main().getAttribute('data-step')).resolves.toBe('3');
    }
  });

  test('a file that was cut shows all that is whole, and says that it was cut', async () => {
    const whole = encode(markerHeader, [markerEpisode(8), markerEpisode(5)], { finished: false });
    await openAt(3);
    await drop(page, { 'cut.gfr': whole.subarray(0, whole.length - 5) });
    await page.locator('.message').filter({ hasText: 'cut.gfr ends early' }).waitFor();
    await expect.poll(() => page.locator('#episodes li').count()).toBe(1);
  });

  test('an environment without a picture gets a plot of its observation', async () => {
    const blind = markerEpisode(8).map((moment) => ({ ...moment, scene: null }));
    await openAt(0);
    await drop(page, { 'blind.gfr': encode(markerHeader, [blind]) });
    await page.locator('#plot canvas').waitFor();
    await expect(page.locator('#plot .u-legend').textContent()).resolves.toContain('place');
    await expect(page.locator('#scene').isVisible()).resolves.toBe(false);
  });

  test('follows a run that trains until a person takes over, and again when they go live', async () => {
    runs.train();
    await page.goto('/');
    await page.getByRole('button', { name: 'Following' }).waitFor();
    await page.locator('main[data-episode="2"]').waitFor();
    runs.write('second.gfr', encode({ ...markerHeader, step: 2222 }, [markerEpisode(3)]));
    await page.locator('#trail').getByText('step 2\u2009222').waitFor();
    await page.keyboard.press('Home');
    runs.write('third.gfr', encode({ ...markerHeader, step: 3333 }, [markerEpisode(3)]));
    await page.locator('#replays li').nth(2).waitFor();
    await expect(page.locator('#trail').textContent()).resolves.toContain('2\u2009222');
    await page.getByRole('button', { name: 'Go live' }).click();
    await page.locator('#trail').getByText('step 3\u2009333').waitFor();
    expect(complaints).toEqual([]);
  });

  test('episodes that are added to the open replay appear', async () => {
    const unfinished = (...episodes: Moment[][]): Uint8Array => encode(markerHeader, episodes, { finished: false });
    runs.train();
    replay = runs.write('growing.gfr', unfinished(markerEpisode(5)));
    await openAt(3);
    runs.write('growing.gfr', unfinished(markerEpisode(5), markerEpisode(5)));
    await page.locator('#episodes li').nth(1).waitFor();
    await expect(main().getAttribute('data-step')).resolves.toBe('3');
    await expect(page.locator('.message').count()).resolves.toBe(0);
  });

  test('fits a page of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openAt(3);
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
    expectMarkerAt(await photograph(picture()), markerX(3));
    await page.getByRole('button', { name: 'Replays' }).click();
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.locator('main[data-episode="2"]').waitFor();
  });

  test('on such a page the button that opens the lists closes them, and a panel that is opened comes into sight', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await openAt(3);
    const lists = page.getByRole('button', { name: 'Replays' });
    await lists.click();
    await page.locator('#library').waitFor();
    await lists.click();
    await page.locator('#library').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Training', exact: true }).click();
    const inSight = (): Promise<boolean> =>
      page.locator('#training').evaluate((panel) => panel.getBoundingClientRect().top < innerHeight - 100);
    await expect.poll(inSight).toBe(true);
  });
});

/** Runs in the page before its own scripts: what paints with WebGL calls itself this. */
function nameGpu(name: string): void {
  for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) {
    const ask = prototype.getParameter;
    prototype.getParameter = function (parameter) {
      return parameter === 0x9246 ? name : (ask.call(this, parameter) as unknown); // UNMASKED_RENDERER_WEBGL
    };
  }
}
