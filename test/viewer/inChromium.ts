import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { collectComplaints, startBrowser } from './browser.ts';

export interface Chromium {
  /** What went wrong in the pages of the test so far. */
  complaints: readonly string[];
  /** Takes the place of the test's page: in a context of its own, of this browser or of another. */
  openPage(context?: BrowserContextOptions, other?: Browser): Promise<void>;
}

/**
 * Starts a browser for all tests of a `describe`, and opens a page for each. Of a test that fails, the console gets what
 * its page complained of, and the text on it.
 *
 * @param contextOf  options of a page's context, asked when it is opened
 * @param onPage     gets each page, to keep it, or to prepare it too
 */
export function inChromium(contextOf: () => BrowserContextOptions, onPage: (page: Page) => unknown): Chromium {
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page | undefined;

  const openPage = async (context: BrowserContextOptions = {}, other = browser): Promise<void> => {
    await page?.context().close();
    page = await (await other.newContext({ ...contextOf(), ...context })).newPage();
    page.setDefaultTimeout(30_000);
    collectComplaints(page, complaints);
    await onPage(page);
  };

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    complaints.length = 0;
    await openPage();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(complaints, await page?.locator('body').innerText());
    await page?.context().close();
  });
  return { complaints, openPage };
}
