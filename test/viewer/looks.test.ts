import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import Catch from '../../examples/customEnvironment.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { ROOT } from '../cli/program.ts';
import { chromiumPath, collectComplaints, copyOfViewer, startBrowser } from './browser.ts';
import { decodePng } from './png.ts';
import type { Picture } from './png.ts';
import { encode, markerEpisode, markerHeader } from './recordings.ts';

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
  let browser: Browser;
  let viewerRoot: string;
  let folder: string;
  let server: Server;
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
    folder = mkdtempSync(join(tmpdir(), 'gymformer-looks-'));
    mkdirSync(join(folder, 'runs'));
    server = await startServer({ path: join(folder, 'runs'), viewerRoot });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(20_000);
    complaints = collectComplaints(page);
  });
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') console.error(complaints, await page.locator('body').innerText());
    await page.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** A run of an environment, with one replay. */
  const addRun = (name: string, environment: string, bytes: Uint8Array): void => {
    const run = join(folder, 'runs', name);
    mkdirSync(join(run, 'replays'), { recursive: true });
    const config = { environment, policy: 'mlp', algo: 'ppo', seed: 1, steps: 100 };
    writeFileSync(join(run, 'config.json'), JSON.stringify(config));
    writeFileSync(join(run, 'replays', 'one.gfr'), bytes);
  };
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const addTraffic = (failing = ''): void => {
    write('traffic.ts', scene(failing));
    const environment = write('env.ts', ENVIRONMENT);
    addRun('traffic', environment, encode({ ...markerHeader, environment }, [markerEpisode(8)]));
  };
  const openAt = async (run: string, step: number): Promise<void> => {
    await page.goto(`${server.url}#replay=${encodeURIComponent(`${run}/one.gfr`)}&episode=1&step=${step}`);
    await page.locator(`main[data-step="${step}"]`).waitFor();
  };
  const own = (): ReturnType<Page['locator']> => page.locator('#scene canvas[data-scene="own"]');
  const drawn = (): ReturnType<Page['locator']> => page.locator('#scene canvas:not([data-scene])').first();
  const photograph = async (): Promise<Picture> => decodePng(await own().screenshot());
  const middle = async (): Promise<number[]> => {
    const picture = await photograph();
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
    const before = (await photograph()).width;
    await page.setViewportSize({ width: 900, height: 700 });
    await expect.poll(async () => (await photograph()).width).not.toBe(before);
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
    await page.locator('main[data-step="8"]').waitFor();
    await expect(page.locator('[data-fact="return so far"]').textContent()).resolves.toBe('28');
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
      page.evaluate(async () => {
        for (let i = 0; i < 20; i++) await new Promise(requestAnimationFrame);
        return (window as unknown as { counts: { renders: number } }).counts.renders;
      });
    expect(await renders()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.locator('main[data-step="3"]').waitFor();
    expect(await renders()).toBe(1);
  });

  describe('in a pane', () => {
    const pane = (): ReturnType<Page['locator']> => page.locator('.pane');
    const compare = async (step: number): Promise<void> => {
      addRun('plain', 'Marker-v0', encode(markerHeader, [markerEpisode(8)]));
      const hash = new URLSearchParams({ replay: 'plain/one.gfr', episode: '1', step: String(step) });
      await page.goto(`${server.url}#${hash}&compare=traffic%2Fone.gfr`);
      await page.locator(`main[data-step="${step}"]`).waitFor();
    };
    const ownInPane = (): ReturnType<Page['locator']> => pane().locator('canvas[data-scene="own"]');
    const middleOfPane = async (): Promise<number[]> => {
      const picture = decodePng(await ownInPane().screenshot());
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
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Picture' }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const picture = decodePng(Buffer.concat(chunks));
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
      const picture = await photograph();
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
