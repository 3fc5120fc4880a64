import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Moment } from '../../src/replay/format.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { chromiumPath, collectComplaints, copyOfViewer, startBrowser } from './browser.ts';
import { drop } from './drop.ts';
import { decodePng } from './png.ts';
import type { Picture } from './png.ts';
import {
  BACKDROP,
  encode,
  gridEpisode,
  gridHeader,
  MARKER,
  markerEpisode,
  markerHeader,
  markerX,
  MARKER_Y,
  WORLD,
} from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const REPLAY = encode(markerHeader, [markerEpisode(8), markerEpisode(5)]);

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('the viewer in Chromium', () => {
  let browser: Browser;
  let viewerRoot: string;
  let server: Server;
  let runs: RunFolder;
  let replayId: string;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    viewerRoot = await copyOfViewer();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(viewerRoot, { recursive: true });
  });

  beforeEach(async () => {
    runs = new RunFolder();
    replayId = runs.write('a b.gfr', REPLAY);
    server = await startServer({ path: runs.path, viewerRoot });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(10_000);
    complaints = collectComplaints(page);
  });
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') console.error(complaints, await page.locator('body').innerText());
    await page.close();
    await server.close();
    runs.remove();
  });

  const main = (): ReturnType<Page['locator']> => page.locator('main');
  const fact = (name: string): Promise<string | null> => page.locator(`[data-fact="${name}"]`).textContent();
  const openAt = async (episode: number, step: number): Promise<void> => {
    await page.goto(`${server.url}#replay=${encodeURIComponent(replayId)}&episode=${episode}&step=${step}`);
    await page.locator(`main[data-episode="${episode}"][data-step="${step}"]`).waitFor();
    await frames(page, 2);
  };
  const atStep = (step: number): Promise<void> => page.locator(`main[data-step="${step}"]`).waitFor();
  const row = (list: string, name: string): ReturnType<Page['locator']> =>
    page.locator(`#${list} .meter`).filter({ has: page.getByText(name, { exact: true }) });

  // Chromium's GPU is a program here, and the viewer then paints on a canvas: see viewer/scene/renderer.ts.
  test.each([
    { painter: '2d', gpu: null },
    { painter: 'webgl2', gpu: 'Some GPU' },
  ])('paints a shape where the scene has it, and elsewhere at another step: $painter', async ({ painter, gpu }) => {
    if (gpu !== null) await page.addInitScript(nameGpu, gpu);
    await openAt(1, 2);
    const isOf = (kind: string): boolean => document.querySelector('canvas')?.getContext(kind) instanceof Object;
    await expect(page.evaluate(isOf, painter)).resolves.toBe(true);
    const before = await photograph(page);
    expectMarkerAt(before, markerX(2));
    await page.keyboard.press('End');
    await atStep(8);
    await frames(page, 2);
    const after = await photograph(page);
    expectMarkerAt(after, markerX(8));
    expect(colourAt(after, markerX(2) + 1, MARKER_Y + 1)).toEqual([...BACKDROP]);
    expect(complaints).toEqual([]);
  });

  test('shows the numbers of the step', async () => {
    await openAt(1, 3);
    await expect(fact('reward')).resolves.toBe('3');
    await expect(fact('value')).resolves.toBe('7');
    await expect(fact('return so far')).resolves.toBe('3');
    await expect(fact('return to go')).resolves.toBe('25');
    await expect(row('action', 'go on').getAttribute('data-state')).resolves.toBe('chosen');
    await expect(row('action', 'go on').locator('.number').textContent()).resolves.toBe('0.75');
    await expect(row('action', 'fly').locator('.number').textContent()).resolves.toBe('masked');
    await expect(row('observation', 'place').locator('.number').textContent()).resolves.toBe('5.500 m');
    await expect(page.locator('#caption').textContent()).resolves.toBe('go on \u00b7 0.75');
    await expect(page.locator('#lags .number').count()).resolves.toBeGreaterThan(2);
  });

  test('shows where the encoder looked: the place, the word and how much at each part', async () => {
    await openAt(1, 3);
    await expect(page.locator('#looked').isVisible()).resolves.toBe(false); // one vector: nothing to choose from
    replayId = runs.write('grid.gfr', encode(gridHeader, [gridEpisode()]));
    await openAt(1, 0);
    const share = (name: string): Promise<string | null> => row('looked-parts', name).locator('.number').textContent();
    await page.getByRole('button', { name: 'H1: head 1', exact: true }).click();
    await expect(share('grid')).resolves.toBe('0.63');
    await expect(share('order')).resolves.toBe('0.25');
    await expect(share('kind')).resolves.toBe('0.13');
    const canvas = page.locator('#looked canvas');
    await expect(canvas.getAttribute('aria-label')).resolves.toBe(
      'grid, most at row 1, column 3: 0.50; row 1, column 1: 0.13',
    );
    const opacity = (x: number, y: number): Promise<number> =>
      canvas.evaluate(
        (canvas, [x, y]) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const context = (canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
          return context.getImageData(((x + 0.5) * width) / 3, ((y + 0.5) * height) / 2, 1, 1).data[3] as number;
        },
        [x, y] as [number, number],
      );
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
    await openAt(1, 8);
    await expect(fact('value')).resolves.toBe('\u2014');
    await expect(fact('return so far')).resolves.toBe('28');
    await expect(page.locator('#caption').textContent()).resolves.toBe('terminated');
  });

  test('scrubs with the pointer', async () => {
    await openAt(1, 0);
    const box = await page.locator('#timeline').boundingBox();
    if (!box) throw new Error('the timeline is not there');
    await page.mouse.move(box.x + 96, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 96 + ((box.width - 96 - 8) * 4) / 8, box.y + 40);
    await atStep(4);
    await page.mouse.move(box.x + box.width, box.y + 40);
    await atStep(8);
    await page.mouse.up();
  });

  test('after a click on a button Space plays, a button that the keyboard came to is pressed', async () => {
    await openAt(1, 4);
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
    await openAt(1, 1);
    const renders = (): Promise<number> =>
      page
        .locator('#scene canvas')
        .first()
        .evaluate((canvas) => Number((canvas as HTMLElement).dataset['renders']));
    const before = await renders();
    await frames(page, 30);
    expect(await renders()).toBe(before);
    await page.keyboard.press('ArrowRight');
    await atStep(2);
    await frames(page, 30);
    expect(await renders()).toBe(before + 1);
  });

  test('the address follows, leads back to the same place, and Back to the episode before', async () => {
    await openAt(1, 0);
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.locator('main[data-episode="2"]').waitFor();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).toContain('episode=2&step=1');
    const other = await browser.newPage();
    await other.goto(page.url());
    await other.locator('main[data-episode="2"][data-step="1"]').waitFor();
    await other.close();
    await page.goBack();
    await page.locator('main[data-episode="1"]').waitFor();
  });

  test('opens a file that is dropped anywhere, without a server of runs', async () => {
    await page.route('**/api/**', (route) => route.fulfill({ status: 404 }));
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Open a replay' }).waitFor();
    await drop(page, 'mine.gfr', REPLAY);
    await page.locator('main[data-step="0"]').waitFor();
    await page.keyboard.press('End');
    await atStep(8);
    await frames(page, 2);
    expectMarkerAt(await photograph(page), markerX(8));
  });

  test('says what is wrong with a file, and keeps what was open', async () => {
    await openAt(1, 3);
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
      await drop(page, name, bytes);
      await message.filter({ hasText: says }).waitFor();
      await expect(main().getAttribute('data-step')).resolves.toBe('3');
    }
  });

  test('a file that was cut shows all that is whole, and says that it was cut', async () => {
    const whole = encode(markerHeader, [markerEpisode(8), markerEpisode(5)], { finished: false });
    await openAt(1, 3);
    await drop(page, 'cut.gfr', whole.subarray(0, whole.length - 5));
    await page.locator('.message').filter({ hasText: 'cut.gfr ends early' }).waitFor();
    await expect.poll(() => page.locator('#episodes li').count()).toBe(1);
  });

  test('text from a replay is never markup', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    await openAt(1, 0);
    await drop(page, 'evil.gfr', encode({ ...markerHeader, environment: evil, run: evil }, [markerEpisode(2)]));
    await page.locator('#trail').getByText(evil).first().waitFor();
    await expect(page.locator('#trail img').count()).resolves.toBe(0);
  });

  test('an environment without a picture gets a plot of its observation', async () => {
    const blind = markerEpisode(8).map((moment) => ({ ...moment, scene: null }));
    await openAt(1, 0);
    await drop(page, 'blind.gfr', encode(markerHeader, [blind]));
    await page.locator('#plot canvas').waitFor();
    await expect(page.locator('#plot .u-legend').textContent()).resolves.toContain('place');
    await expect(page.locator('#scene').isVisible()).resolves.toBe(false);
  });

  test('follows a run that trains until a person takes over, and again when they go live', async () => {
    runs.train();
    await page.goto(server.url);
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
    replayId = runs.write('growing.gfr', unfinished(markerEpisode(5)));
    await openAt(1, 3);
    runs.write('growing.gfr', unfinished(markerEpisode(5), markerEpisode(5)));
    await page.locator('#episodes li').nth(1).waitFor();
    await expect(main().getAttribute('data-step')).resolves.toBe('3');
    await expect(page.locator('.message').count()).resolves.toBe(0);
  });

  test('fits a page of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openAt(1, 3);
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
    expectMarkerAt(await photograph(page), markerX(3));
    await page.getByRole('button', { name: 'Replays' }).click();
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.locator('main[data-episode="2"]').waitFor();
  });

  test('on such a page the button that opens the lists closes them, and a panel that is opened comes into sight', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await openAt(1, 3);
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

/** Lets the page paint so many frames. */
async function frames(page: Page, count: number): Promise<void> {
  await page.evaluate(async (left) => {
    for (let i = 0; i < left; i++) await new Promise(requestAnimationFrame);
  }, count);
}

async function photograph(page: Page): Promise<Picture> {
  return decodePng(await page.locator('#scene canvas').first().screenshot());
}

/** The colour at a point of the world. */
function colourAt(picture: Picture, x: number, y: number): [number, number, number] {
  return picture.at(Math.round((x / WORLD.width) * picture.width), Math.round((y / WORLD.height) * picture.height));
}

/** The marker's colour fills its square, and ends where the square ends. */
function expectMarkerAt(picture: Picture, left: number): void {
  for (const [x, y] of [
    [left + 1, MARKER_Y + 1],
    [left + 0.2, MARKER_Y + 0.2],
    [left + 1.8, MARKER_Y + 1.8],
  ] as const)
    expect(colourAt(picture, x, y)).toEqual([...MARKER]);
  for (const [x, y] of [
    [left - 0.2, MARKER_Y + 1],
    [left + 2.2, MARKER_Y + 1],
    [left + 1, MARKER_Y - 0.2],
    [left + 1, MARKER_Y + 2.2],
  ] as const)
    expect(colourAt(picture, x, y)).toEqual([...BACKDROP]);
}

/** Runs in the page before its own scripts: what paints with WebGL calls itself this. */
function nameGpu(name: string): void {
  for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) {
    const ask = prototype.getParameter;
    prototype.getParameter = function (parameter) {
      return parameter === 0x9246 ? name : (ask.call(this, parameter) as unknown); // UNMASKED_RENDERER_WEBGL
    };
  }
}
