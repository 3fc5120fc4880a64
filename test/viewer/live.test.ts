import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../replay/encode.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { LossyProxy } from './lossyProxy.ts';
import { markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

const updates = (...steps: number[]) =>
  steps.map((step) => {
    const terms = { entropy: 1 / step, approxKl: 0.01, valueLoss: 2, stepsPerSecond: 1000 + step };
    return { event: 'update', step, meanReturn: step / 2, ...terms };
  });

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('live training in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  const viewport = { width: 1400, height: 900 };
  const { complaints, serve, server } = inViewer({ runs, viewport }, (opened) => (page = opened));
  beforeEach(() => void runs.write('first.gfr', encode(markerHeader, [markerEpisode(4)])));

  const values = (curve: string) =>
    page.locator('.chart', { has: page.getByText(curve, { exact: true }) }).locator('.values');
  const where = () => page.locator('#training-where').textContent();
  const shows = (curve: string, value: string) => values(curve).getByText(value, { exact: true }).waitFor();

  /** Every step of the curves, walked by keyboard. */
  async function steps(): Promise<number[]> {
    await page.locator('#training-charts').focus();
    await page.keyboard.press('End');
    const last = await where();
    await page.keyboard.press('Home');
    const walked = [await where()];
    while (walked.at(-1) !== last) {
      await page.keyboard.press('ArrowRight');
      walked.push(await where());
    }
    return walked.map((step) => Number(step?.replaceAll(/\D/g, '')));
  }

  test('whoever comes to a run that trains finds its curves, which grow as lines are written', async () => {
    runs.train();
    await page.goto('/');
    await shows('return', '12.50'); // as the run began
    runs.report(updates(30));
    await shows('return', '15');
    await shows('steps/s', '1\u2009030');
    await shows('entropy', '0.033');
    runs.report([{ event: 'eval', step: 30, mean: 17.5, ci: [16, 19] }, ...updates(40)]);
    await shows('return', '20');
    await page.getByRole('img', { name: 'Last evaluated at step 30: 17.50, in 95 % between 16 and 19' }).waitFor();
    expect(await steps()).toEqual([0, 10, 20, 30, 40]);
    expect(complaints).toEqual([]);
  });

  test('a connection that is cut in the middle of an event resumes without gaps or doubles, and follows on', async () => {
    const proxy = await LossyProxy.before(server().url);
    await page.addInitScript(listenIn);
    runs.train();
    await page.goto(proxy.url);
    await shows('return', '12.50');
    await page.getByRole('button', { name: 'Following' }).waitFor();
    proxy.cutAfter(60); // the head of the next event, and a part of its first line
    runs.report(updates(30, 40, 50));
    await page.getByRole('button', { name: 'Reconnecting' }).waitFor();
    expect(proxy.isDown).toBe(true);
    runs.report(updates(60, 70));
    runs.write('second.gfr', encode({ ...markerHeader, step: 2222 }, [markerEpisode(3)]));
    await shows('return', '12.50'); // nothing of the event that did not come whole
    proxy.mend();
    await shows('return', '35');
    await page.getByRole('button', { name: 'Following' }).waitFor();
    await page.locator('#trail').getByText('step 2\u2009222').waitFor();
    runs.report(updates(80));
    await shows('return', '40');
    const all = [0, 10, 20, 30, 40, 50, 60, 70, 80];
    expect(await steps()).toEqual(all);
    expect(await page.evaluate(() => (window as unknown as Overheard).overheard)).toEqual(all);
    await proxy.close();
  });

  test('a server that is started again on its port is found again, and what was written meanwhile comes', async () => {
    runs.train();
    await page.goto('/');
    await shows('return', '12.50');
    const port = Number(new URL(server().url).port);
    await server().close();
    await page.getByRole('button', { name: 'Reconnecting' }).waitFor();
    runs.report(updates(30, 40));
    await serve({ path: runs.path, port });
    await shows('return', '20');
    expect(await steps()).toEqual([0, 10, 20, 30, 40]);
  });

  test('a paused episode stays while the curves go on, and “Go live” returns to the newest', async () => {
    runs.train();
    await page.goto('/');
    await page.locator('main[data-step]').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Go live' }).waitFor();
    const step = await page.locator('main').getAttribute('data-step');
    runs.write('second.gfr', encode({ ...markerHeader, step: 2222 }, [markerEpisode(3)]));
    runs.report(updates(30));
    await shows('return', '15');
    await page.locator('#replays li').nth(1).waitFor();
    await expect(page.locator('main').getAttribute('data-step')).resolves.toBe(step);
    await page.getByRole('button', { name: 'Go live' }).click();
    await page.locator('#trail').getByText('step 2\u2009222').waitFor();
  });

  test('the server is asked for metrics only while the panel is open', async () => {
    const proxy = await LossyProxy.before(server().url);
    await page.goto(proxy.url);
    const button = page.getByRole('button', { name: 'Training' });
    await button.waitFor();
    expect(proxy.open('/api/metrics')).toBe(0);
    await button.click();
    await shows('return', '12.50');
    expect(proxy.open('/api/metrics')).toBe(1);
    await page.getByRole('button', { name: 'Close the curves' }).click();
    await expect.poll(() => proxy.open('/api/metrics')).toBe(0);
    await expect(button.getAttribute('aria-expanded')).resolves.toBe('false');
    await expect(page.locator('#inspector').isVisible()).resolves.toBe(true);
    runs.report(updates(30, 40));
    await button.click();
    await shows('return', '20');
    expect(await steps()).toEqual([0, 10, 20, 30, 40]);
    await proxy.close();
  });

  test('curves of chosen runs lie over one another, each with a line of its own, and the pointer reads all', async () => {
    for (const name of ['other', 'third']) runs.add(name);
    runs.report(updates(5, 15, 24), 'other');
    runs.report(updates(20), 'third');
    await page.goto('/');
    await page.getByRole('button', { name: 'Training' }).click();
    await page.getByRole('checkbox', { name: 'Lay the curves of other' }).check();
    await shows('return', '12.50');
    await page
      .locator('#runs')
      .getByRole('button', { name: 'third' })
      .click({ modifiers: ['Shift'] });
    await expect.poll(() => values('return').locator('span').allTextContents()).toHaveLength(3);
    await expect(page.locator('#training-runs .name').allTextContents()).resolves.toEqual([
      'marker-run',
      'other',
      'third',
    ]);
    const colours = await page
      .locator('#training-runs .swatch')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one.firstElementChild as Element).stroke));
    expect(new Set(colours).size).toBe(3);
    const charts = page.locator('.chart:visible .u-over');
    const box = await charts.nth(1).boundingBox();
    if (!box) throw new Error('the chart is not there');
    await page.mouse.move(box.x + box.width * (15 / 24) + 1, box.y + 10); // in the second chart
    await page.locator('#training-where').getByText('step 15').waitFor();
    await expect(values('return').locator('span').allTextContents()).resolves.toEqual(['5', '7.500', '\u2014']);
    await page.getByRole('checkbox', { name: 'Lay the curves of other' }).uncheck();
    await expect.poll(() => page.locator('#training-runs .name').allTextContents()).toEqual(['marker-run', 'third']);
    expect(complaints).toEqual([]);
  });

  test('runs are found by text and put in order, by keyboard too', async () => {
    runs.add('run-10', { environment: 'Other-v0' });
    runs.add('run-9');
    runs.report([{ event: 'update', step: 10, meanReturn: 99 }], 'run-9');
    await page.goto('/');
    const names = () => page.locator('#runs .name').allTextContents();
    await page.getByRole('combobox', { name: 'Order of the runs' }).selectOption('name');
    await expect.poll(names).toEqual(['marker-run', 'run-9', 'run-10']);
    await page.getByRole('combobox', { name: 'Order of the runs' }).selectOption('score');
    await expect.poll(names).toEqual(['run-9', 'marker-run', 'run-10']);
    await page.getByRole('searchbox', { name: 'Filter runs' }).focus();
    await page.keyboard.type('other-v0 run');
    await expect.poll(names).toEqual(['run-10']);
    await page.keyboard.type(' nothing');
    await page.getByText('No run matches.').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('run-9');
    await expect.poll(names).toEqual(['run-9']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect.poll(() => page.getByRole('checkbox', { name: 'Lay the curves of run-9' }).isChecked()).toBe(true);
  });

  test('curves are drawn in the colours of the theme, and fit a page of 360 pixels', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto('/');
    await page.getByRole('button', { name: 'Training' }).click();
    await shows('return', '12.50');
    await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBe(360);
    /** Whether the first chart has pixels of the theme's first colour. */
    const painted = (): Promise<boolean> =>
      page
        .locator('.chart canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const colour = getComputedStyle(document.documentElement).getPropertyValue('--curve-1').trim();
          const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
          const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
            0,
            0,
            canvas.width,
            canvas.height,
          );
          for (let i = 0; i < data.length; i += 4)
            if (wanted.every((part, k) => data[i + k] === part) && data[i + 3] === 255) return true;
          return false;
        });
    await expect.poll(painted).toBe(true);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(painted).toBe(true);
  });
});

interface Overheard {
  /** Steps of all lines of metrics that events brought, in their order. */
  overheard: number[];
}

/** Runs in the page, before its own scripts. */
function listenIn(): void {
  const overheard: number[] = [];
  Object.assign(window, { overheard });
  window.EventSource = class extends EventSource {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('metrics', ({ data }: MessageEvent<string>) => {
        for (const line of data.split('\n').slice(1)) overheard.push((JSON.parse(line) as { step: number }).step);
      });
    }
  };
}
