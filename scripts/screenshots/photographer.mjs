import { chromium } from 'playwright-core';
import { startServer } from '../../dist/src/server.js';
import { findChromium } from '../chromium.mjs';

const SHARPNESS = 2; // pixels of the picture for one of the page
const PATIENCE_MS = 60_000; // an agent is loaded, and there may be no GPU
const SETTLE_MS = 500; // the next frame, fonts, and a software renderer's leisure
const THIRD = 1 / 3; // into an episode something has happened, and there is a past to attend to
const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Takes pictures of the viewer, which it serves itself. */
export class Photographer {
  /** @readonly */
  #server;
  /** @readonly */
  #browser;
  /** @readonly */
  #size;

  constructor(server, browser, size) {
    this.#server = server;
    this.#browser = browser;
    this.#size = size;
  }

  /** @param {string} folder of runs */
  static async start(folder, size) {
    const server = await startServer({ path: folder });
    const browser = await chromium.launch({ executablePath: await findChromium(), args: FLAGS });
    return new Photographer(server, browser, size);
  }

  async end() {
    await this.#browser.close();
    await this.#server.close();
  }

  /**
   * @param {string} path  of the picture
   * @param {{run: {name: string, environment: string}, colours: 'dark' | 'light', moment: object}} shot
   * @throws Error  when the page does not come to the moment
   */
  async take(path, { run, colours, moment }) {
    const page = await this.#browser.newPage({
      viewport: this.#size,
      deviceScaleFactor: SHARPNESS,
      colorScheme: colours,
      reducedMotion: 'reduce', // opens paused, and is at rest after a step
    });
    page.setDefaultTimeout(PATIENCE_MS);
    try {
      if (moment.address) await page.goto(`${this.#server.url}${moment.address(run)}`);
      else await this.#openReplay(page, run, moment);
      await page.locator('main:not(.empty)').waitFor();
      await moment.compose?.(page, run);
      await page.evaluate(() => document.activeElement?.blur());
      await page.mouse.move(this.#size.width / 2, 0); // not over a row
      await page.waitForTimeout(SETTLE_MS);
      await page.screenshot({ path });
    } finally {
      await page.close();
    }
  }

  /** The newest replay of the run, at the episode and step of the moment; by default a third of the way. */
  async #openReplay(page, run, { episode = 1, step = null }) {
    const runs = await (await fetch(`${this.#server.url}api/runs`)).json();
    const replays = runs.find(({ name }) => name === run.name)?.replays ?? [];
    const newest = replays.toSorted((a, b) => b.modifiedAt.localeCompare(a.modifiedAt))[0];
    if (!newest) throw new Error(`${run.name} has no replays: record one`);
    const address = (at) => `#${new URLSearchParams({ replay: newest.id, episode, step: at })}`;
    const goTo = async (at) => {
      await page.goto(`${this.#server.url}${address(at)}`);
      await page.locator(`main[data-episode="${episode}"][data-step="${at}"]`).waitFor();
    };
    await goTo(step ?? 0);
    if (step === null) await goTo(Math.round(Number(await page.locator('#steps').textContent()) * THIRD));
  }
}
