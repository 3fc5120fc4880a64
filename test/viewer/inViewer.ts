import { rmSync } from 'node:fs';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startServer } from '../../src/server.ts';
import type { Server, ServerOptions } from '../../src/server.ts';
import { copyOfViewer } from './browser.ts';
import { inChromium } from './inChromium.ts';
import type { Chromium } from './inChromium.ts';

/** A folder of runs to serve. */
export interface ServedRuns {
  readonly path: string;
  /** Makes it as it was at first, before each test; runs that are costly are left as they are. */
  renew?(): void;
  remove(): void;
}

export interface InViewer extends Chromium {
  /** The server of the test, which serves the runs. */
  server(): Server;
  /** Another one, until the test is over. */
  serve(options: ServerOptions): Promise<Server>;
  /** Opens a replay at a step, with more fields of the address, and waits for it. */
  openAt(replay: string, step: number, fields?: { episode?: number; compare?: string; panels?: string }): Promise<void>;
  /** Waits until the page shows a step, of any episode where none is named. */
  atStep(step: number, episode?: number): Promise<void>;
  /** Lets the page paint so many frames. */
  frames(count: number): Promise<void>;
  /** A number of the step, by its name. */
  fact(name: string): Locator;
}

/**
 * Opens for each test of a `describe` a page of the viewer in Chromium, on a server of runs.
 *
 * @param runs     served to each test, removed after the last
 * @param context  options of the pages' contexts; they need not name the server in addresses
 * @param onPage   gets each page, to keep it, or to prepare it too
 */
export function inViewer(
  { runs, ...context }: { runs: ServedRuns } & BrowserContextOptions,
  onPage: (page: Page) => unknown,
): InViewer {
  let viewerRoot: string;
  let servers: Server[] = [];
  let page: Page;

  const serve = async (options: ServerOptions): Promise<Server> => {
    const server = await startServer({ ...options, viewerRoot });
    servers.push(server);
    return server;
  };
  const server = (): Server => servers[0] as Server;

  beforeAll(async () => {
    viewerRoot = await copyOfViewer();
  });
  afterAll(() => {
    rmSync(viewerRoot, { recursive: true });
    runs.remove();
  });
  beforeEach(async () => {
    runs.renew?.();
    await serve({ path: runs.path });
  });
  afterEach(async () => {
    await Promise.all(servers.map((one) => one.close()));
    servers = [];
  });
  const { complaints, openPage } = inChromium(
    () => ({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce', baseURL: server().url, ...context }),
    (opened) => onPage((page = opened)),
  );

  const atStep = (step: number, episode?: number): Promise<void> =>
    page.locator(`main[data-step="${step}"]${episode === undefined ? '' : `[data-episode="${episode}"]`}`).waitFor();
  return {
    complaints,
    openPage,
    server,
    serve,
    atStep,
    openAt: async (replay, step, { episode = 1, ...fields } = {}) => {
      const place = { replay, episode: String(episode), step: String(step), ...fields };
      await page.goto(`/#${new URLSearchParams(place)}`);
      await atStep(step, episode);
    },
    frames: (count) =>
      page.evaluate(async (left) => {
        for (let i = 0; i < left; i++) await new Promise(requestAnimationFrame);
      }, count),
    fact: (name) => page.locator(`[data-fact="${name}"]`),
  };
}
