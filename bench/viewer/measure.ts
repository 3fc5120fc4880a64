import type { Browser, CDPSession, Page } from 'playwright-core';

/** Where in a replay: the episode counted from 1, as the address has it. */
export interface Place {
  episode: number;
  step: number;
}

/** Frames that a paused viewer is watched for. */
const PAUSED_FRAMES = 120;

/** A page of its own, with nothing in its cache, that notes when each paint of the scene is on the screen. */
export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.addInitScript(noteScenes);
  return page;
}

/** Milliseconds from the start of the navigation until the scene of a place is on the screen. */
export async function firstFrame(page: Page, url: string, replay: string, { episode, step }: Place): Promise<number> {
  await page.goto(`${url}#${new URLSearchParams({ replay, episode: String(episode), step: String(step) })}`);
  await page.waitForFunction(() => 'sceneShownAt' in window);
  return await page.evaluate(() => (window as unknown as Noted).sceneShownAt);
}

/** Milliseconds from asking for each place until its scene is on the screen. */
export async function seeks(page: Page, places: readonly Place[]): Promise<number[]> {
  await page.waitForFunction(() => location.hash !== '' && performance.getEntriesByType('resource').length > 0);
  return await page.evaluate(async (wanted) => {
    const noted = window as unknown as Noted;
    const main = document.querySelector('main') as HTMLElement;
    const times: number[] = [];
    for (const { episode, step } of wanted) {
      const address = new URLSearchParams(location.hash.slice(1));
      address.set('episode', String(episode));
      address.set('step', String(step));
      const from = performance.now();
      const isThere = (): boolean =>
        noted.sceneShownAt > from &&
        main.dataset['step'] === String(step) &&
        main.dataset['episode'] === String(episode);
      history.replaceState(null, '', `#${address}`);
      window.dispatchEvent(new HashChangeEvent('hashchange'));
      while (!isThere()) await new Promise((resolve) => setTimeout(resolve));
      times.push(noted.sceneShownAt - from);
      await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 100 }));
    }
    return times;
  }, places);
}

/** How often a viewer that nobody touches paints its scene. */
export async function rendersWhilePaused(page: Page): Promise<number> {
  return await page.evaluate(async (frames) => {
    const canvas = document.querySelector('#scene canvas[data-renders]') as HTMLCanvasElement;
    const renders = (): number => Number(canvas.dataset['renders']);
    const before = renders();
    for (let i = 0; i < frames; i++) await new Promise(requestAnimationFrame);
    return renders() - before;
  }, PAUSED_FRAMES);
}

/** Megabytes (10^6) that the page's scripts hold after a collection of garbage, the bytes of buffers included. */
export async function heapMegabytes(page: Page): Promise<number> {
  const session: CDPSession = await page.context().newCDPSession(page);
  for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
  // playwright-core's types are of an older protocol, without the buffers.
  const usage: { usedSize: number; backingStorageSize?: number } = await session.send('Runtime.getHeapUsage');
  return (usage.usedSize + (usage.backingStorageSize ?? 0)) / 1e6;
}

interface Noted {
  sceneShownAt: number;
}

/** Runs in the page before its own scripts. */
function noteScenes(): void {
  const noted = window as unknown as Noted;
  // The scene is painted in an animation frame; a message that is sent there comes when the frame is on its way out.
  const channel = new MessageChannel();
  channel.port1.addEventListener('message', () => (noted.sceneShownAt = performance.now()));
  channel.port1.start();
  new MutationObserver(() => channel.port2.postMessage(null)).observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ['data-renders'],
  });
}
