import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath } from './browser.ts';
import { inEventful, STEPS } from './inEventful.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('the timeline in Chromium', () => {
  let page: Page;
  const { at, complaints, openEventful, openPage, press, step, until } = inEventful((opened) => (page = opened));
  const playing = (): Promise<string | null> => page.locator('main').getAttribute('data-playing');

  /** Where a step is on the page; the timeline's steps lie between its names and its right edge. */
  const placeOf = async (step: number): Promise<{ x: number; y: number }> => {
    const box = await page.locator('#timeline').boundingBox();
    if (!box) throw new Error('the timeline is not there');
    return { x: box.x + 96 + ((box.width - 104) * step) / STEPS, y: box.y + 30 };
  };
  const movePointer = async (step: number): Promise<void> => {
    const { x, y } = await placeOf(step);
    await page.mouse.move(x, y);
  };
  const pressPointer = async (step: number): Promise<void> => {
    await movePointer(step);
    await page.mouse.down();
  };

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
