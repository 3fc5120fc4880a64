import type { Page } from 'playwright-core';
import type { Moment } from '../../src/replay/format.ts';
import { encode } from '../replay/encode.ts';
import { inViewer } from './inViewer.ts';
import type { InViewer } from './inViewer.ts';
import { markerEpisode, markerHeader } from './recordings.ts';
import { RunFolder } from './runFolder.ts';

/** Of the long episode. */
export const STEPS = 400;

/** Long and calm, but for a reward, a fall of the value and an unlikely action; the end comes with a nested info. */
export function eventfulEpisode(steps = STEPS): Moment[] {
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

export interface InEventful extends InViewer {
  /** Opens a replay of these bytes. */
  open(bytes: Uint8Array, step?: number): Promise<void>;
  /** Opens a replay of the eventful episode and one of 5 steps. */
  openEventful(step?: number): Promise<void>;
  /** Waits until the page shows a step, of the first episode where none is named. */
  at(step: number, episode?: number): Promise<void>;
  /** Presses a key, which leads to a step. */
  press(key: string, step: number, episode?: number): Promise<void>;
  /** The step that is shown. */
  step(): Promise<number>;
  /** Waits until `main` is as a selector says. */
  until(claim: string): Promise<void>;
}

/** As `inViewer`, for tests of moving through a long episode. */
export function inEventful(onPage: (page: Page) => void): InEventful {
  const runs = new RunFolder();
  let page: Page;
  const viewer = inViewer({ runs }, (opened) => onPage((page = opened)));
  const at = (step: number, episode = 1): Promise<void> => viewer.atStep(step, episode);
  const open = (bytes: Uint8Array, step = 0): Promise<void> => viewer.openAt(runs.write('some.gfr', bytes), step);
  return {
    ...viewer,
    open,
    openEventful: (step) => open(encode(markerHeader, [eventfulEpisode(), markerEpisode(5)]), step),
    at,
    press: async (key, step, episode) => {
      await page.keyboard.press(key);
      await at(step, episode);
    },
    step: async () => Number(await page.locator('main').getAttribute('data-step')),
    until: (claim) => page.locator(`main${claim}`).waitFor(),
  };
}
