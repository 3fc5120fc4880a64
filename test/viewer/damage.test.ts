import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Box, Discrete } from '../../envs/spaces.ts';
import type { Moment } from '../../src/replay/format.ts';
import { scanFrames } from '../../src/replay/frameIndex.ts';
import { FRAME } from '../../src/replay/frames.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { drop } from './drop.ts';
import { inViewer } from './inViewer.ts';
import { markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const STEPS = 1300; // three frames: 0 to 511, 512 to 1023, the rest
const LONG = encode(markerHeader, [markerEpisode(STEPS), markerEpisode(5)]);

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('files that went wrong, in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  const { atStep, complaints, fact, openAt } = inViewer({ runs }, (opened) => (page = opened));

  const loss = (): Locator => page.locator('#loss');
  const scene = (): Locator => page.locator('#scene');

  test('of a damaged frame in the middle, the gap is said and marked, and left by a button', async () => {
    await openAt(runs.write('gap.gfr', damaged('steps')), 511);
    await page.locator('.message[role="status"]').getByText('steps 512 to 1023 of episode 1').waitFor();
    await scene().waitFor();
    const marks = await redOf(page);
    expect(marks.inGap).toBeGreaterThan(marks.elsewhere);
    await page.keyboard.press('ArrowRight');
    await atStep(512);
    await loss().getByText('Steps 512 to 1023 are lost').waitFor();
    await expect(scene().isVisible()).resolves.toBe(false);
    await expect(page.locator('#observation').isVisible()).resolves.toBe(false);
    await expect(fact('reward').textContent()).resolves.toBe('\u2014');
    await page.getByRole('button', { name: 'Go to step 1024' }).click();
    await atStep(1024);
    await scene().waitFor();
    await expect(loss().isVisible()).resolves.toBe(false);
    await expect(fact('reward').textContent()).resolves.toBe('1\u2009024');
    expect(complaints).toEqual([]);
  });

  test('plays on over a gap', async () => {
    await openAt(runs.write('gap.gfr', damaged('steps')), 505);
    await page.locator('#speed').selectOption({ index: 7 }); // the fastest
    await page.keyboard.press('Space');
    await atStep(STEPS);
    await scene().waitFor();
    expect(complaints).toEqual([]);
  });

  test('of a damaged frame of scenes, only the picture is gone', async () => {
    await openAt(runs.write('blind.gfr', damaged('scenes')), 600);
    await loss().getByText('The picture of steps 512 to 1023 is lost').waitFor();
    await expect(fact('reward').textContent()).resolves.toBe('600');
    await expect(page.locator('#plot').isVisible()).resolves.toBe(false);
    expect(complaints).toEqual([]);
  });

  test('a file that is all damage is said to have nothing left', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Open a replay' }).waitFor();
    const { length } = decodePrelude(LONG);
    await drop(page, { 'ruin.gfr': LONG.map((byte, i) => (i < length ? byte : 0)) });
    await page.locator('.message').getByText('ruin.gfr ends early').waitFor();
    await page.locator('.message').getByText('Nothing of it can be shown').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a scene of numbers that are none is painted without what they place', async () => {
    const wild: Moment[] = markerEpisode(3).map((moment, t) => ({
      ...moment,
      scene: moment.scene && {
        ...moment.scene,
        ...(t === 2 && { width: 1e300 }),
        shapes: [
          ...moment.scene.shapes,
          { kind: 'circle', x: NaN, y: 1e300, radius: Infinity, fill: '#ffffff' },
          { kind: 'text', x: 1, y: 1, text: 'x'.repeat(100_000), size: 5, fill: '#ffffff' },
        ],
      },
    }));
    await openAt(runs.write('wild.gfr', encode(markerHeader, [wild])), 0);
    await scene().waitFor();
    for (const step of [1, 2, 3]) {
      await page.keyboard.press('ArrowRight');
      await atStep(step);
    }
    expect(complaints).toEqual([]);
  });

  test('text from a replay is never markup: names, units, run, environment, info, actions', async () => {
    const evil = '<img src=x onerror="document.title=1"><b>bold</b>';
    const header = {
      ...markerHeader,
      environment: evil,
      run: evil,
      observationSpace: new Box({
        low: [0, -Infinity],
        high: [20, Infinity],
        names: [evil, evil],
        units: [evil, evil],
      }),
      actionSpace: new Discrete(3, { names: [evil, evil, evil] }),
    };
    const episode = markerEpisode(3).map((moment): Moment => {
      const scene = moment.scene && {
        ...moment.scene,
        shapes: [{ kind: 'text' as const, x: 5, y: 5, text: evil, size: 1, fill: '#ffffff' as const }],
      };
      return { ...moment, scene, decision: moment.decision && { ...moment.decision, info: { [evil]: evil } } };
    });
    await openAt(runs.write(`${evil.replaceAll('/', '')}.gfr`, encode(header, [episode])), 1);
    await page.locator('#trail').getByText(evil).first().waitFor();
    await page.locator('#observation').getByText(evil).first().waitFor();
    await page.locator('#action').getByText(evil).first().waitFor();
    await drop(page, { [`${evil}.gfr`]: new Uint8Array(10) });
    await page.locator('.message').getByText(evil).waitFor();
    await expect(page.locator('img, b:not(h1 b)').count()).resolves.toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a large replay shows its place before all of it has come', async () => {
    const noise = markerEpisode(4000).map((moment, t) => ({
      ...moment,
      observation: Array.from({ length: 100 }, (_, i) => Math.fround(Math.sin((100 * t + i) ** 2))),
    }));
    const header = { ...markerHeader, observationSpace: new Box({ low: -1, high: 1, shape: [100] }) };
    const bytes = encode(header, [noise]);
    expect(bytes.length).toBeGreaterThan(2 ** 20);
    const id = runs.write('large.gfr', bytes);
    let letRest = (): void => undefined;
    const rest = new Promise<void>((resolve) => (letRest = resolve));
    const ranges: (string | undefined)[] = [];
    await page.route('**/api/replays/**', async (route) => {
      const { range } = route.request().headers();
      ranges.push(range);
      if (range === undefined) await rest;
      await route.continue();
    });
    await openAt(id, 3000);
    await scene().waitFor();
    await expect(fact('reward').textContent()).resolves.toBe('3\u2009000');
    expect(ranges.filter((range) => range !== undefined).length).toBeGreaterThan(2);
    await page.keyboard.press('Home');
    await atStep(0);
    await expect(fact('reward').textContent()).resolves.toBe('\u2014');
    letRest();
    await expect.poll(() => fact('reward').textContent()).toBe('0');
    await scene().waitFor();
    expect(complaints).toEqual([]);
  });
});

/** The long replay with the second of the frames of a type broken. */
function damaged(type: keyof typeof FRAME): Uint8Array {
  const { frames } = scanFrames(LONG, decodePrelude(LONG).length);
  const frame = frames.filter((one) => one.type === FRAME[type])[1];
  if (!frame) throw new Error(`there is no second frame of ${type}`);
  return LONG.with(frame.offset + 50, (LONG[frame.offset + 50] as number) ^ 1);
}

/** How red the topmost line of the timeline is in the middle of the gap, and in the last frame. */
function redOf(page: Page): Promise<{ inGap: number; elsewhere: number }> {
  return page
    .locator('#timeline canvas')
    .first()
    .evaluate((canvas) => {
      const picture = canvas as HTMLCanvasElement;
      const pen = picture.getContext('2d') as CanvasRenderingContext2D;
      const at = (share: number): number =>
        pen.getImageData(96 + share * (picture.width - 104), 1, 1, 1).data[0] as number;
      return { inGap: at(760 / 1300), elsewhere: at(1200 / 1300) };
    });
}
