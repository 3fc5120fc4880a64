import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { manyHeadsEpisode, manyHeadsHeader, shownEpisode, shownScene } from './attentionRecordings.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { opacityAt } from './opacityAt.ts';
import { decodePng } from './png.ts';
import { gridHeader, markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';
import { savedBy } from './savedBy.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('attention in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  const viewport = { width: 1200, height: 1400 };
  const { atStep, complaints, frames, openAt } = inViewer({ runs, viewport }, (opened) => {
    page = opened;
    return countPainting(page);
  });

  const open = async (bytes: Uint8Array, step = 0, name = 'some.gfr'): Promise<void> => {
    await openAt(runs.write(name, bytes), step);
    await frames(2);
  };
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const chosen = (): Promise<string | null> => page.locator('#heads-chosen').textContent();

  describe('over the scene', () => {
    const overlay = (): Locator => page.locator('#heat');
    const toggle = (): Locator => page.locator('#heat-button');
    /** The overlay's opacity at a point of the scene. */
    const opacityOver = (x: number, y: number): Promise<number> =>
      opacityAt(overlay(), x / shownScene.width, y / shownScene.height);
    const pointAt = async (x: number, y: number): Promise<void> => {
      const box = await overlay().boundingBox();
      if (!box) throw new Error('there is no overlay');
      await page.mouse.move(box.x + (x / shownScene.width) * box.width, box.y + (y / shownScene.height) * box.height);
    };

    test('a place has colour where the head looked, as much as it looked, and says its weight', async () => {
      await open(encode(gridHeader, [shownEpisode()]));
      await button('H1: head 1').click();
      const [heavy, light, none] = [await opacityOver(6, 2), await opacityOver(2, 2), await opacityOver(4, 4)];
      expect(heavy).toBeGreaterThan(2 * light);
      expect(light).toBeGreaterThan(0);
      expect(none).toBe(0);
      await pointAt(6, 2);
      const hint = page.locator('#heat-hint');
      await hint.getByText('grid row 1, column 3 \u00b7 0.50, 5.5').waitFor();
      expect(await opacityOver(6, 2)).toBe(heavy); // its hint moves nothing
      await button('H2: head 2').click();
      expect(await opacityOver(6, 2)).toBe(0);
      await pointAt(4.6, 6.5); // the word on the right of the middle
      await hint.getByText('order word 2 \u00b7 1.00').waitFor();
      expect(complaints).toEqual([]);
    });

    test('its key and its button take it away and bring it back', async () => {
      await open(encode(gridHeader, [shownEpisode()]));
      await button('H1: head 1').click();
      await page.keyboard.press('a');
      await expect.poll(() => toggle().getAttribute('aria-pressed')).toBe('false');
      expect(await opacityOver(6, 2)).toBe(0);
      await toggle().click();
      await expect.poll(() => toggle().getAttribute('aria-pressed')).toBe('true');
      expect(await opacityOver(6, 2)).toBeGreaterThan(0);
    });

    test('it is gone where there is no decision, and never there where the scene shows no part', async () => {
      await open(encode(gridHeader, [shownEpisode()]));
      await page.keyboard.press('End');
      await atStep(1);
      await expect.poll(() => toggle().isVisible()).toBe(false);
      await open(encode(markerHeader, [markerEpisode(3)]), 0, 'other.gfr');
      await expect(toggle().isVisible()).resolves.toBe(false);
      expect(complaints).toEqual([]);
    });

    describe('in what is saved', () => {
      const GRID = [32, 40, 48]; // where nothing lies over it
      const difference = (colour: readonly number[]): number =>
        Math.max(...colour.map((part, i) => Math.abs(part - (GRID[i] as number))));
      const choose = async (item: string): Promise<void> => {
        await button('More ways to share').click();
        await page.getByRole('menuitem', { name: item }).click();
      };
      /** The colours of the heaviest cell and of one that weighs nothing. */
      const savedPicture = async (): Promise<number[][]> => {
        const picture = decodePng((await savedBy(page, () => choose('Picture'))).bytes);
        const scale = picture.height / shownScene.height;
        return [picture.at(5.8 * scale, 1.8 * scale), picture.at(3.8 * scale, 3.8 * scale)];
      };

      test('a picture has it as the screen does, and has none when it is off', async () => {
        await open(encode(gridHeader, [shownEpisode()]));
        await button('H1: head 1').click();
        const [heavy = [], none = []] = await savedPicture();
        expect(difference(heavy)).toBeGreaterThan(60);
        expect(difference(none)).toBe(0);
        await button('H2: head 2').click();
        expect(difference((await savedPicture())[0] ?? [])).toBe(0);
        await button('H1: head 1').click();
        await page.keyboard.press('a');
        expect(difference((await savedPicture())[0] ?? [])).toBe(0);
        expect(complaints).toEqual([]);
      });

      test('an animation has that of each of its steps, and the dialog says so', async () => {
        await open(encode(gridHeader, [shownEpisode()]));
        await button('H1: head 1').click();
        await choose('Animation');
        await page.locator('#export-note').getByText('With attention, head 1.').waitFor();
        const { bytes: gif } = await savedBy(page, () => button('Save').click());
        const colours = await page.evaluate(
          async ([content, x, y]) => {
            const decoder = new ImageDecoder({ data: Uint8Array.from(content), type: 'image/gif' });
            await Promise.all([decoder.tracks.ready, decoder.completed]);
            const frames = decoder.tracks.selectedTrack?.frameCount ?? 0;
            const colourOf = async (frameIndex: number): Promise<number[]> => {
              const { image } = await decoder.decode({ frameIndex });
              const { displayWidth, displayHeight } = image;
              const pen = new OffscreenCanvas(displayWidth, displayHeight).getContext('2d');
              pen?.drawImage(image, 0, 0);
              return [...(pen?.getImageData(x * displayWidth, y * displayHeight, 1, 1).data ?? [])].slice(0, 3);
            };
            return [await colourOf(0), await colourOf(frames - 1)]; // nothing is decided in the last moment
          },
          [[...gif], 5.8 / shownScene.width, 1.8 / shownScene.height] as const,
        );
        expect(difference(colours[0] ?? [])).toBeGreaterThan(60);
        expect(difference(colours[1] ?? [])).toBeLessThan(8);
        expect(complaints).toEqual([]);
      });
    });

    test('it lies on the picture after the page has another size', async () => {
      await open(encode(gridHeader, [shownEpisode()]));
      await page.setViewportSize({ width: 360, height: 740 });
      const edges = (selector: string): Promise<number[]> =>
        page.locator(selector).evaluate((node) => {
          const { left, top, right, bottom } = node.getBoundingClientRect();
          return [left, top, right, bottom].map(Math.round);
        });
      await expect
        .poll(async () => {
          const [over, under] = [await edges('#heat'), await edges('#scene canvas')];
          return Math.max(...over.map((edge, i) => Math.abs(edge - (under[i] as number))));
        })
        .toBeLessThanOrEqual(1);
    });
  });

  describe('over past steps', () => {
    const STEPS = 300;
    const openMany = (step: number): Promise<void> =>
      open(encode(manyHeadsHeader(2, 4), [manyHeadsEpisode(2, 4, STEPS, 'none')]), step);

    test('the mouse previews a head, a press locks it, and Escape or another press lets go', async () => {
      await openMany(100);
      await expect(chosen()).resolves.toBe('mean of all layers and heads');
      await button('layer 2, head 3').hover();
      await expect.poll(chosen).toBe('layer 2, head 3');
      await expect(page.locator('#lags .meter').first().textContent()).resolves.toContain('this step');
      await page.mouse.move(5, 5);
      await expect.poll(chosen).toBe('mean of all layers and heads');
      await button('layer 2, head 3').click();
      await page.mouse.move(5, 5);
      await expect.poll(chosen).toBe('layer 2, head 3');
      await expect(button('layer 2, head 3').getAttribute('aria-pressed')).resolves.toBe('true');
      await page.keyboard.press('Escape');
      await expect.poll(chosen).toBe('mean of all layers and heads');
      await button('layer 1, head 1').click();
      await button('layer 1, head 1').click();
      await page.mouse.move(5, 5);
      await expect.poll(chosen).toBe('mean of all layers and heads');
    });

    test('heads are shown together by mean, by their largest weights, and as a rollout', async () => {
      await openMany(100);
      await button('max: largest of all layers and heads').click();
      await expect.poll(chosen).toBe('largest of all layers and heads');
      await expect(page.locator('#lags .number').nth(1).textContent()).resolves.toBe('0.75');
      await button('L1: layer 1, largest of its heads').click();
      await expect.poll(chosen).toBe('layer 1, largest of its heads');
      await button('rollout through all layers').click();
      await expect.poll(chosen).toBe('rollout through all layers');
      await expect(page.locator('#lags .meter').first().textContent()).resolves.toMatch(/^this step0\.[34]/);
    });

    test('a past step shows itself under the pointer, and a press goes there', async () => {
      await openMany(100);
      await button('layer 1, head 3').click();
      const row = page
        .locator('#lags li:not([hidden]) button')
        .filter({ has: page.getByText('3 steps ago', { exact: true }) });
      await row.hover();
      await page.locator('.preview-text').getByText('step 97').waitFor();
      await page.locator('.preview-scene canvas').waitFor();
      await expect(page.locator('#timeline .pointed').isVisible()).resolves.toBe(true);
      await row.click();
      await atStep(97);
    });

    test('the map has the diagonal of the head, says what is under the pointer, and goes there', async () => {
      await openMany(100);
      await button('layer 1, head 2').click();
      const map = page.locator('#memory-map');
      await map.locator('canvas').scrollIntoViewIfNeeded();
      await page.locator('#memory-map[aria-busy="false"]').waitFor();
      const opacity = await map.locator('canvas').evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const context = (canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
        const row = context.getImageData(0, height >> 1, width, 1).data;
        return Array.from({ length: width }, (_, lag) => row[4 * (width - 1 - lag) + 3] as number);
      });
      expect(opacity.length).toBe(65);
      expect(opacity[2]).toBe(255);
      expect(Math.max(...opacity.filter((_, lag) => lag !== 0 && lag !== 2))).toBe(0);
      const box = await map.boundingBox();
      if (!box) throw new Error('there is no map');
      await page.mouse.move(box.x + box.width * (1 - 2.5 / 65), box.y + box.height / 2);
      const middle = (STEPS + 1) >> 1;
      await page
        .locator('#memory-map-note')
        .getByText(`0.75 to step ${middle - 1}`)
        .waitFor();
      await page.mouse.down();
      await page.mouse.up();
      await atStep(middle + 1);
    });
  });

  describe.each([
    [4, 4],
    [1, 16],
  ])('1 024 steps with %i layers of %i heads', (layers, heads) => {
    const LAGS = 65;
    const bytes = encode(manyHeadsHeader(layers, heads), [manyHeadsEpisode(layers, heads, 1024, 'everywhere')]);

    test('a step draws what changed with it, late in the episode as early', async () => {
      await open(bytes, 100);
      await page.locator('#memory-map').scrollIntoViewIfNeeded();
      await page.locator('#memory-map[aria-busy="false"]').waitFor();
      // a stroke for each head, and for each past step its heat and its arc
      const most = layers * heads + 2 * LAGS;
      for (const step of [100, 1000]) {
        await page.goto(page.url().replace(/step=\d+/, `step=${step}`));
        await atStep(step);
        await frames(3);
        const before = await painted(page);
        await page.keyboard.press('ArrowRight');
        await atStep(step + 1);
        await frames(3);
        expect((await painted(page)) - before).toBeLessThanOrEqual(most);
      }
      const before = await painted(page);
      await frames(30);
      expect(await painted(page)).toBe(before);
      expect(complaints).toEqual([]);
    });

    test('looking at another head draws its arcs and its map, and not the other heads again', async () => {
      await open(bytes, 900);
      await page.locator('#memory-map').scrollIntoViewIfNeeded();
      await page.locator('#memory-map[aria-busy="false"]').waitFor();
      const name = layers === 1 ? 'layer 1, head 7' : 'layer 3, head 2';
      await button(name).hover();
      await page.locator('#memory-map[aria-busy="false"]').waitFor();
      await page.mouse.move(5, 5);
      await expect.poll(chosen).toBe('mean of all layers and heads');
      await frames(3);
      const before = await painted(page);
      await button(name).hover(); // known by now
      await expect.poll(chosen).toBe(name);
      await frames(3);
      expect((await painted(page)) - before).toBeLessThanOrEqual(2 * LAGS + 2);
    });
  });
});

/** Counts what the page's 2D canvases are asked to paint. */
async function countPainting(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const counted = globalThis as unknown as { painted: number };
    counted.painted = 0;
    const pen = CanvasRenderingContext2D.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of ['fill', 'stroke', 'fillRect', 'fillText', 'putImageData']) {
      const paint = pen[name] as (...args: unknown[]) => unknown;
      pen[name] = function (this: unknown, ...args) {
        counted.painted++;
        return paint.apply(this, args);
      };
    }
  });
}

function painted(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { painted: number }).painted);
}
