import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Moment } from '../../src/replay/format.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const STEPS = 400;

/** Long and calm, but for a reward, a fall of the value and an unlikely action; the end comes with a nested info. */
function eventfulEpisode(steps = STEPS): Moment[] {
  return markerEpisode(steps).map((moment, t) => {
    const { decision } = moment;
    if (!decision) return moment;
    const value = 20 + 0.1 * (t % 3) - (t >= 200 ? 8 : 0);
    const distribution = t === 300 ? [0.99, 0.01, 0] : [0.25, 0.75, 0];
    const info = t === steps - 1 ? { lives: 3, won: true, at: { x: 2, trail: [1, 2, 3] } } : {};
    return {
      ...moment,
      decision: { ...decision, value, distribution, info, reward: t === 100 ? 5 : 0, attention: null },
    };
  });
}

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('time in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  const { complaints, fact, openAt, openPage, ...viewer } = inViewer({ runs }, (opened) => (page = opened));

  const open = (bytes: Uint8Array, episode = 1, step = 0): Promise<void> =>
    openAt(runs.write('some.gfr', bytes), step, { episode });
  const openEventful = (step = 0): Promise<void> =>
    open(encode(markerHeader, [eventfulEpisode(), markerEpisode(5)]), 1, step);
  const at = (step: number, episode = 1): Promise<void> => viewer.atStep(step, episode);
  const press = async (key: string, step: number, episode = 1): Promise<void> => {
    await page.keyboard.press(key);
    await at(step, episode);
  };
  const playing = (): Promise<string | null> => page.locator('main').getAttribute('data-playing');
  const step = async (): Promise<number> => Number(await page.locator('main').getAttribute('data-step'));
  const until = (claim: string): Promise<void> => page.locator(`main${claim}`).waitFor();

  /** Where a step is on the page; the timeline's steps lie between its names and its right edge. */
  const placeOf = async (step: number, { first = 0, last = STEPS } = {}): Promise<{ x: number; y: number }> => {
    const box = await page.locator('#timeline').boundingBox();
    if (!box) throw new Error('the timeline is not there');
    return { x: box.x + 96 + ((box.width - 104) * (step - first)) / (last - first), y: box.y + 30 };
  };
  const pressPointer = async (step: number): Promise<void> => {
    const { x, y } = await placeOf(step);
    await page.mouse.move(x, y);
    await page.mouse.down();
  };
  const movePointer = async (step: number): Promise<void> => {
    const { x, y } = await placeOf(step);
    await page.mouse.move(x, y);
  };

  test('every key that moves does what the list of keys says', async () => {
    await openEventful(200);
    await press('ArrowRight', 201);
    await press('ArrowLeft', 200);
    await press('Shift+ArrowRight', 210);
    await press('Shift+ArrowLeft', 200);
    await press('Home', 0);
    await press('End', STEPS);
    await press('.', 0, 2);
    await press('.', 0, 2); // there is none after it
    await press(',', 0, 1);
    await page.keyboard.press('?');
    const shown = await page.locator('#keys dt').allTextContents();
    for (const key of ['Space', 'Home', 'End', 'J', 'K', 'L', '[', ']', 'G', 'E', 'ShiftE', '+', '0', 'I', 'O', 'X'])
      expect(shown).toContain(key);
    for (const key of ['/', 'N', 'ShiftN', 'C', '?']) expect(shown).toContain(key);
    await page.keyboard.press('End'); // the list has the keyboard
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await at(0);
    expect(complaints).toEqual([]);
  });

  test('Space plays, pauses, and at the end starts again; [ and ] change the speed', async () => {
    await open(encode(markerHeader, [markerEpisode(8)]));
    await page.keyboard.press(']');
    await expect.poll(() => page.locator('#speed').inputValue()).toBe('0.5');
    await page.keyboard.press('[');
    await expect.poll(() => page.locator('#speed').inputValue()).toBe('0.25');
    for (let i = 0; i < 9; i++) await page.keyboard.press(']');
    await expect.poll(() => page.locator('#speed').inputValue()).toBe('32');
    await page.keyboard.press('Space');
    await at(8);
    await expect.poll(playing).toBe('false');
    for (let i = 0; i < 9; i++) await page.keyboard.press('[');
    await page.keyboard.press('Space');
    await until('[data-playing="true"]:not([data-step="8"])');
    await page.keyboard.press('Space');
    await expect.poll(playing).toBe('false');
  });

  test('J plays backwards, L forwards, both faster when pressed again; K pauses', async () => {
    await openEventful(200);
    await page.keyboard.press('[');
    await page.keyboard.press('j');
    await until('[data-playing="true"][data-direction="backward"]:not([data-step="200"])');
    expect(await step()).toBeLessThan(200);
    await expect(page.locator('#speed').inputValue()).resolves.toBe('0.5');
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('#speed').inputValue()).toBe('1');
    await page.keyboard.press('l');
    await until('[data-playing="true"][data-direction="forward"]');
    await page.keyboard.press('l');
    await expect.poll(() => page.locator('#speed').inputValue()).toBe('2');
    await page.keyboard.press('k');
    await expect.poll(playing).toBe('false');
    await page.keyboard.press('Home');
    await page.keyboard.press('j'); // from the end
    await until('[data-playing="true"][data-direction="backward"]:not([data-step="0"])');
  });

  test('g asks where to go, and says what is no place', async () => {
    await openEventful();
    await page.keyboard.press('g');
    await page.keyboard.type('123');
    await page.keyboard.press('Enter');
    await at(123);
    await page.keyboard.press('g');
    await page.keyboard.type('2/9');
    await page.keyboard.press('Enter');
    await page.getByText('there is no step 9: episode 2 has 0 to 5').waitFor();
    await page.keyboard.type('2/4');
    await page.keyboard.press('Enter');
    await at(4, 2);
    await page.locator('#where').click();
    await page.keyboard.press('Escape');
    await expect(page.locator('#go-to').isVisible()).resolves.toBe(false);
    await at(4, 2);
  });

  test('e goes from event to event and on to the next episode, Shift the other way, a button to those of its kind', async () => {
    await openEventful();
    await expect
      .poll(() => page.locator('.jump:visible').allTextContents())
      .toEqual(['episode end', 'value drop1', 'unlikely action1', 'large advantage1', 'reward1']);
    await press('e', 100);
    await press('e', 200);
    await press('e', 300);
    await press('e', STEPS);
    await press('e', 0, 2);
    await press('Shift+E', STEPS, 1);
    await press('Shift+E', 300);
    await page.getByRole('button', { name: 'value drop' }).click();
    await at(200);
    await page.getByRole('button', { name: 'episode end' }).click();
    await at(STEPS);
    await page.getByRole('button', { name: 'value drop' }).click(); // there is none after it: round again
    await at(200);
    expect(complaints).toEqual([]);
  });

  test('scrubs with the pointer, and the strip of episodes leads to another one', async () => {
    await openEventful();
    await pressPointer(50);
    await at(50);
    await movePointer(333);
    await at(333);
    await page.mouse.move(0, 0);
    await at(0);
    await page.mouse.move(1199, 0);
    await at(STEPS);
    await page.mouse.up();
    const box = await page.locator('#timeline').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 9, (box?.y ?? 0) + (box?.height ?? 0) - 5);
    await at(0, 2);
  });

  test('zooms by wheel, keys and buttons, keeps the part in sight while it plays, and follows the step out of it', async () => {
    await openEventful();
    const drawn = await page.locator('#timeline canvas').first().screenshot();
    const there = await placeOf(100);
    await page.mouse.move(there.x, there.y);
    await page.mouse.wheel(0, -800); // about a fifth of all, with step 100 where it was
    await expect.poll(() => page.locator('#timeline canvas').first().screenshot()).not.toEqual(drawn);
    await page.mouse.click(there.x, there.y);
    await at(100);
    await page.mouse.click(there.x + 200, there.y);
    await until(':not([data-step="100"])');
    const near = (await step()) - 100;
    expect(near).toBeGreaterThan(5);
    expect(near).toBeLessThan(60);
    await press('End', STEPS); // out of sight: it comes into it
    await expect.poll(() => page.locator('.cursor:not(.mark)').isVisible()).toBe(true);
    await page.keyboard.press('0');
    const { x, y } = await placeOf(200);
    await page.mouse.click(x, y);
    await at(200);
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await page.mouse.click(x + 100, y);
    await until(':not([data-step="200"])');
    const closer = (await step()) - 200;
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await page.keyboard.press('-');
    await page.mouse.click(x + 100, y);
    await until(`:not([data-step="${200 + closer}"])`);
    const further = (await step()) - 200;
    expect(further / closer).toBeGreaterThan(3.5);
    expect(complaints).toEqual([]);
  });

  test('a finger scrubs, two fingers zoom, and a wheel that turns sideways moves along', async () => {
    await openPage({ hasTouch: true });
    await openEventful();
    const session = await page.context().newCDPSession(page);
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...steps: number[]): Promise<void> => {
      const touchPoints = await Promise.all(steps.map((step) => placeOf(step)));
      await session.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await touch('touchStart', 100);
    await at(100);
    await touch('touchMove', 180);
    await at(180);
    await touch('touchStart', 180, 220);
    await touch('touchMove', 180, 380);
    await touch('touchEnd');
    const { x, y } = await placeOf(180);
    await page.mouse.click(x, y); // stayed under its finger
    await at(180);
    await page.mouse.wheel(300, 0);
    await page.mouse.click(x, y);
    await until(':not([data-step="180"])');
    expect(await step()).toBeGreaterThan(190);
  });

  test('a loop is dragged with Shift or set with i and o, is played over and over, and ends with x', async () => {
    await openEventful();
    await page.keyboard.down('Shift');
    await pressPointer(50);
    await movePointer(60);
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const loop = page.locator('#loop');
    await expect.poll(() => loop.textContent()).toMatch(/^\s*Loop 50\u201360\s*$/);
    await expect(page.locator('.loop').isVisible()).resolves.toBe(true);
    await at(0); // choosing it moves nothing
    await page.keyboard.press('x');
    await expect.poll(() => loop.getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press('g');
    await page.keyboard.type('10');
    await page.keyboard.press('Enter');
    await at(10);
    await page.keyboard.press('i');
    await press('ArrowRight', 11);
    await press('ArrowRight', 12);
    await page.keyboard.press('o');
    await expect.poll(() => loop.textContent()).toMatch(/Loop 10\u201312/);
    await press('Home', 0);
    await page.keyboard.press('Space');
    for (const step of [10, 12, 10, 12]) await at(step);
    await expect(playing()).resolves.toBe('true');
    await loop.click();
    await expect.poll(() => loop.getAttribute('aria-pressed')).toBe('false');
    await expect.poll(step).toBeGreaterThan(12);
    await page.keyboard.press('k');
    await loop.click(); // all that is in sight
    await expect.poll(() => loop.textContent()).toMatch(/Loop 0\u2013400/);
    await press('.', 0, 2);
    await expect.poll(() => loop.getAttribute('aria-pressed')).toBe('false');
  });

  test('the step under the pointer is shown in words and as a picture, painted once for each', async () => {
    await openEventful();
    await expect(page.locator('.preview').isVisible()).resolves.toBe(false);
    await movePointer(200);
    await page.locator('.preview canvas').waitFor();
    await expect(page.locator('.preview').textContent()).resolves.toBe(
      'step 200 \u00b7 reward 0 \u00b7 value 12.20 \u00b7 advantage \u22120.320 \u00b7 value drop',
    );
    const renders = (): Promise<string | undefined> =>
      page.locator('.preview canvas').evaluate((canvas) => (canvas as HTMLElement).dataset['renders']);
    await expect.poll(renders).toBe('1');
    await movePointer(210);
    await expect.poll(renders).toBe('2');
    await at(0); // looking moves nothing
    await page.mouse.move(600, 100);
    await expect.poll(() => page.locator('.preview').isVisible()).toBe(false);
    await expect(renders()).resolves.toBe('2');
  });

  test('the inspector tells advantage, entropy and returns, and with what discount', async () => {
    await openEventful(199);
    await expect.poll(() => fact('advantage').textContent()).toBe('\u22128.022');
    await expect(fact('entropy').textContent()).resolves.toBe('0.562');
    await expect(fact('return so far').textContent()).resolves.toBe('5');
    await expect(fact('return to go').textContent()).resolves.toBe('0');
    await expect(page.locator('#advantage-formula').textContent()).resolves.toContain('0.99 is assumed');
    await expect(page.locator('#info-section').isVisible()).resolves.toBe(false);
    await press('End', STEPS);
    await press('ArrowLeft', STEPS - 1);
    const info = page.locator('#info');
    await expect.poll(() => info.locator('> li').allTextContents()).toEqual(['lives3', 'wonyes', 'at 2 values']);
    await info.getByText('at', { exact: false }).last().click();
    await expect.poll(() => info.locator('details li').allTextContents()).toEqual(['x2', 'trail1, 2, 3']);
  });

  test('a search counts and marks what it finds, in all episodes, and n goes from one to the next', async () => {
    await openEventful();
    await page.keyboard.press('/');
    await page.keyboard.type('reward > 2 and action = go on');
    const result = page.locator('#search-result');
    await expect.poll(() => result.textContent()).toBe('3 steps');
    await page.keyboard.press('Enter');
    await at(100);
    await expect.poll(() => result.textContent()).toBe('1 of 3');
    await page.keyboard.press('Escape');
    await expect(page.locator('#search-text').inputValue()).resolves.toBe('reward > 2 and action = go on');
    await press('n', 3, 2);
    await press('n', 4, 2);
    await press('n', 100, 1); // round again
    await press('Shift+N', 4, 2);
    await page.getByRole('button', { name: 'Found before' }).click();
    await at(3, 2);
    await page.fill('#search-text', 'rewrd > 2');
    await page.getByText('\u201crewrd\u201d is no field of a step').waitFor();
    await expect(page.locator('#search-text').getAttribute('aria-invalid')).resolves.toBe('true');
    await page.fill('#search-text', '');
    await expect.poll(() => page.locator('#search-moves').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('c copies the step as JSON', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openEventful(100);
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as unknown;
    expect(copied).toMatchObject({
      ...{ environment: 'Marker-v0', run: 'marker-run', episode: 1, seed: 0, step: 100, reward: 5, gamma: 0.99 },
      ...{ observation: { place: 151, speed: 0.5 }, action: 1, actionName: 'go on' },
      ...{ distribution: { wait: 0.25, 'go on': 0.75, fly: 0 }, mask: { wait: 1, 'go on': 1, fly: 0 } },
      ...{ returnSoFar: 0, returnToGo: 5, terminated: false, truncated: false, info: {} },
    });
    await press('ArrowRight', 101);
    await page.getByRole('button', { name: 'Copy as JSON' }).waitFor();
  });

  test('a grid says what stands in the cell under the pointer, or where the arrow keys went', async () => {
    await open(encode(gridHeader, [gridEpisode()]));
    const grid = page.locator('#observation canvas');
    await grid.hover({ position: { x: 5, y: 5 } });
    const words = page.locator('#observation .board + .note');
    await expect.poll(() => words.textContent()).toBe('row 1, column 1: 0');
    await grid.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => words.textContent()).toBe('row 1, column 2: 1');
    await at(0);
    await expect(page.locator('#observation .prose').textContent()).resolves.toBe('ordergo left');
  });

  test('an episode too long to be read at once is all there in the end', async () => {
    await open(encode(markerHeader, [eventfulEpisode(3000)]), 1, 2500);
    await expect.poll(() => page.locator('.jump:visible').count()).toBe(5);
    await expect(fact('return so far').textContent()).resolves.toBe('5');
    await page.keyboard.press('Home');
    await press('e', 100);
    expect(complaints).toEqual([]);
  });

  test('once the episode is read, a paused viewer asks for no frame', async () => {
    await openEventful();
    const framesAskedFor = (): Promise<number> =>
      page.evaluate(async () => {
        const request = window.requestAnimationFrame;
        let asked = 0;
        window.requestAnimationFrame = (callback) => {
          asked++;
          return request(callback);
        };
        for (let i = 0; i < 30; i++) await new Promise((resolve) => request(resolve));
        window.requestAnimationFrame = request;
        return asked;
      });
    await expect.poll(framesAskedFor, { timeout: 10_000 }).toBe(0);
    await expect(framesAskedFor()).resolves.toBe(0);
  });

  test('everything has its place on a page of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openEventful(100);
    await page.locator('.jump:visible').first().waitFor();
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
    await page.locator('#zoom-in').click();
    await page.locator('#loop').click();
    await expect.poll(() => page.locator('#loop').getAttribute('aria-pressed')).toBe('true');
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
  });
});
