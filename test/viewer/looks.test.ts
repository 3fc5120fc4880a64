import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import Catch from '../../examples/customEnvironment.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import { ROOT } from '../cli/program.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { photograph } from './markerPictures.ts';
import { decodePng } from './png.ts';
import { markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';
import { savedBy } from './savedBy.ts';

/** A scene that is red up to step 3 and green from there on, and may fail somewhere. */
const scene = (failing = ''): string => `
  import type { CustomScene, SceneState } from 'gymformer/envs';
  ${failing === 'loading' ? "throw new Error('not today');" : ''}
  export default class Traffic implements CustomScene {
    mount(container: any, pixi: any) {
      ${failing === 'mount' ? "throw new TypeError('no mount');" : ''}
      this.light = container.addChild(new pixi.Graphics());
      this.tiles = container.addChild(new pixi.TilingSprite({ texture: pixi.Texture.WHITE, width: 20, height: 20 }));
    }
    resize(width: number, height: number) {
      ${failing === 'resize' ? "throw new TypeError('no resize');" : ''}
      this.size = [width, height];
    }
    render({ step, observation, outcome, next, drawn }: SceneState, alpha: number) {
      ${failing === 'render' ? "if (step === 5) throw new TypeError('no render');" : ''}
      ${failing === 'drawing' ? 'if (step === 5) this.light.context.destroy(); else' : ''}
      this.light.clear().rect(0, 0, ...this.size).fill(step < 3 ? 0xff0000 : 0x00ff00);
      document.body.dataset.seen = JSON.stringify({ step, observation, outcome, next: next?.step, drawn: drawn.width, alpha });
    }
    unmount() {
      ${failing === 'unmount' ? "throw new TypeError('no unmount');" : ''}
      document.body.dataset.unmounted = 'yes';
    }
  }`;
const SCENE = './traffic.ts';
const ENVIRONMENT = `
  export const scene = () => import('${SCENE}');
  export default class {}`;
const GREEN = [0, 255, 0];
const RED = [255, 0, 0];

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('scenes of one’s own, in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  const viewer = inViewer({ runs }, (opened) => (page = opened));
  const { atStep, complaints, fact, frames } = viewer;

  /** A run of an environment, with one replay. */
  const addRun = (name: string, environment: string, bytes: Uint8Array): void => {
    runs.add(name, { environment });
    runs.write('one.gfr', bytes, name);
  };
  const write = (name: string, text: string): string => {
    writeFileSync(join(runs.path, name), text);
    return join(runs.path, name);
  };
  const addTraffic = (failing = ''): void => {
    write('traffic.ts', scene(failing));
    const environment = write('env.ts', ENVIRONMENT);
    addRun('traffic', environment, encode({ ...markerHeader, environment }, [markerEpisode(8)]));
  };
  const openAt = (run: string, step: number): Promise<void> => viewer.openAt(`${run}/one.gfr`, step);
  const own = (): Locator => page.locator('#scene canvas[data-scene="own"]');
  const drawn = (): Locator => page.locator('#scene canvas:not([data-scene])').first();
  const middle = async (): Promise<number[]> => {
    const picture = await photograph(own());
    return picture.at(picture.width >> 1, picture.height >> 1);
  };

  test('the run’s server brings the scene, which is shown in place of what draw() gave', async () => {
    addTraffic();
    await openAt('traffic', 2);
    await own().waitFor();
    await expect(drawn().isVisible()).resolves.toBe(false);
    await expect.poll(middle).toEqual(RED);
    await page.keyboard.press('ArrowRight');
    await expect.poll(middle).toEqual(GREEN);
    const seen = await page.evaluate(() => JSON.parse(document.body.dataset['seen'] ?? '') as unknown);
    const outcome = { action: 1, reward: 3, terminated: false, truncated: false, info: {} };
    expect(seen).toEqual({ step: 3, observation: [5.5, 0.5], outcome, next: 4, drawn: 20, alpha: 0 });
    const before = (await photograph(own())).width;
    await page.setViewportSize({ width: 900, height: 700 });
    await expect.poll(async () => (await photograph(own())).width).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  test('a replay alone, and one of another run, show what draw() gave', async () => {
    addTraffic();
    addRun('other', 'Marker-v0', encode({ ...markerHeader, run: 'other' }, [markerEpisode(8)]));
    await openAt('traffic', 2);
    await own().waitFor();
    const mine = { name: 'mine.gfr', mimeType: '', buffer: Buffer.from(encode(markerHeader, [markerEpisode(4)])) };
    await page.locator('#file').setInputFiles(mine);
    await own().waitFor({ state: 'detached' });
    await drawn().waitFor();
    await expect(page.evaluate(() => document.body.dataset['unmounted'])).resolves.toBe('yes');
    await openAt('other', 1);
    await drawn().waitFor();
    expect(complaints).toEqual([]);
  });

  test.each([
    ['loading', 'Error: not today', 2],
    ['mount', 'mount threw TypeError: no mount', 2],
    ['resize', 'resize threw TypeError: no resize', 2],
    ['render', 'render threw TypeError: no render', 5],
    ['drawing', 'render threw', 5],
  ])('one that fails in %s is replaced by what draw() gave, with a message', async (failing, says, step) => {
    addTraffic(failing);
    await openAt('traffic', 2);
    if (step > 2) await own().waitFor();
    for (let i = 2; i < step; i++) await page.keyboard.press('ArrowRight');
    await page
      .locator('.message')
      .filter({ hasText: says.replace(/^Error: /, '') })
      .waitFor();
    await drawn().waitFor();
    await expect(own().count()).resolves.toBe(0);
    await page.keyboard.press('End');
    await atStep(8);
    await expect(fact('return so far').textContent()).resolves.toBe('28');
  });

  test('one that fails in unmount is gone all the same', async () => {
    addTraffic('unmount');
    addRun('other', 'Marker-v0', encode({ ...markerHeader, run: 'other' }, [markerEpisode(8)]));
    await openAt('traffic', 2);
    await own().waitFor();
    await openAt('other', 1);
    await own().waitFor({ state: 'detached' });
    await drawn().waitFor();
  });

  test('one that cannot be bundled says where; an environment without one says nothing', async () => {
    addTraffic();
    write('traffic.ts', 'export default class {\n  mount( {\n}');
    await openAt('traffic', 2);
    await page.locator('.message').filter({ hasText: 'traffic.ts:3:' }).waitFor();
    await drawn().waitFor();
    const environment = write('plain.ts', "import 'node:fs';\nexport default class {}");
    addRun('plain', environment, encode({ ...markerHeader, environment }, [markerEpisode(8)]));
    const answered = page.waitForResponse((response) => response.url().endsWith('plain.js'));
    await openAt('plain', 1);
    await (await answered).finished();
    await expect(page.locator('.message').count()).resolves.toBe(0);
  });

  test('a paused scene is painted no more, a step paints once', async () => {
    addTraffic();
    await openAt('traffic', 2);
    await own().waitFor();
    await page.evaluate(() => {
      const counts = { renders: 0 };
      new MutationObserver(() => counts.renders++).observe(document.body, { attributeFilter: ['data-seen'] });
      Object.assign(window, { counts });
    });
    const renders = (): Promise<number> =>
      page.evaluate(() => (window as unknown as { counts: { renders: number } }).counts.renders);
    await frames(20);
    expect(await renders()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await atStep(3);
    await frames(20);
    expect(await renders()).toBe(1);
  });

  describe('in a pane', () => {
    const pane = (): ReturnType<Page['locator']> => page.locator('.pane');
    const compare = async (step: number): Promise<void> => {
      addRun('plain', 'Marker-v0', encode(markerHeader, [markerEpisode(8)]));
      await viewer.openAt('plain/one.gfr', step, { compare: 'traffic/one.gfr' });
    };
    const ownInPane = (): ReturnType<Page['locator']> => pane().locator('canvas[data-scene="own"]');
    const middleOfPane = async (): Promise<number[]> => {
      const picture = await photograph(ownInPane());
      return picture.at(picture.width >> 1, picture.height >> 1);
    };

    test('what is compared is shown by it, beside a replay that has none, and goes with its pane', async () => {
      addTraffic();
      await compare(2);
      await ownInPane().waitFor();
      await expect(own().count()).resolves.toBe(0);
      await expect.poll(middleOfPane).toEqual(RED);
      await page.keyboard.press('ArrowRight');
      await expect.poll(middleOfPane).toEqual(GREEN);
      await expect(pane().locator('canvas:visible').count()).resolves.toBe(1);
      await page.getByRole('button', { name: 'Make main' }).click();
      await own().waitFor();
      await ownInPane().waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
    });

    test('where it fails, the pane shows what draw() gave, and the notice says why', async () => {
      addTraffic('render');
      await compare(4);
      await ownInPane().waitFor();
      await page.keyboard.press('ArrowRight');
      await page.locator('#messages').getByText('render threw TypeError: no render').waitFor();
      await expect(ownInPane().count()).resolves.toBe(0);
      await expect.poll(() => pane().locator('canvas:visible').count()).toBe(1);
    });
  });

  test('pictures that are shared show it too', async () => {
    addTraffic();
    await openAt('traffic', 4);
    await own().waitFor();
    await page.getByRole('button', { name: 'More ways to share' }).click();
    const { bytes } = await savedBy(page, () => page.getByRole('menuitem', { name: 'Picture' }).click());
    const picture = decodePng(bytes);
    expect([picture.width, picture.height]).toEqual([2160, 1080]);
    expect(picture.at(1080, 540)).toEqual(GREEN);
    expect(complaints).toEqual([]);
  });

  test('the example’s scene shows fruit where the example’s draw() has it', async () => {
    const environment = join(ROOT, 'examples/customEnvironment.ts');
    const moments = catchMoments();
    addRun('catch', environment, encode(catchHeader(environment), [moments]));
    await openAt('catch', 2);
    await own().waitFor();
    const column = 2 + Number(moments[2]?.observation[0]); // the basket stays in the middle
    const red = ([r = 0, g = 0, b = 0]: number[]): boolean => r > 200 && g < 110 && b < 110;
    const fruitAt = async (): Promise<boolean[]> => {
      const picture = await photograph(own());
      const cell = Math.min(picture.width, picture.height / 1.2) / 5;
      return [0, 1, 2, 3, 4].map((place) => {
        const [x, y] = [picture.width / 2 + (place - 2) * cell, picture.height - 3.4 * cell];
        return red(picture.at(Math.round(x), Math.round(y)));
      });
    };
    await expect.poll(fruitAt).toEqual([0, 1, 2, 3, 4].map((place) => place === column));
    expect(complaints).toEqual([]);
  });
});

function catchHeader(environment: string): ReplayHeader {
  const { observationSpace, actionSpace } = new Catch();
  return { ...markerHeader, environment, observationSpace, actionSpace };
}

/** Catch, without a move. */
function catchMoments(): Moment[] {
  const env = new Catch();
  let { observation } = env.reset({ seed: 1 });
  const moments: Moment[] = [];
  for (let t = 0; t < 4; t++) {
    const scene = env.draw();
    const { reward, terminated, truncated, info, ...step } = env.step(1);
    const says = { distribution: null, mask: null, value: null, attention: null, tokenAttention: null };
    moments.push({ observation, scene, decision: { action: [1], ...says, reward, terminated, truncated, info } });
    observation = step.observation;
  }
  return [...moments, { observation, scene: env.draw(), decision: null }];
}
