import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { eventfulEpisode, inEventful, STEPS } from './inEventful.ts';
import { gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('time in Chromium', () => {
  let page: Page;
  const { at, complaints, fact, open, openEventful, press, step, until } = inEventful((opened) => (page = opened));
  const playing = (): Promise<string | null> => page.locator('main').getAttribute('data-playing');

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
    await open(encode(markerHeader, [eventfulEpisode(3000)]), 2500);
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
    await expect.poll(framesAskedFor).toBe(0);
    await expect(framesAskedFor()).resolves.toBe(0);
  });
});
