import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAgent } from '../../src/agent.ts';
import { explain } from '../../src/explain/explain.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { chromiumPath, collectComplaints, copyOfViewer, startBrowser } from './browser.ts';
import { TrainedRuns } from './trainedRuns.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('an explanation, in Chromium', () => {
  const runs = new TrainedRuns();
  let browser: Browser;
  let viewerRoot: string;
  let server: Server;

  beforeAll(async () => {
    await runs.train('explained', { environment: 'ProofofMemory-v0', policy: 'transformer', heads: 4 });
    await runs.train('plain', { environment: 'ProofofMemory-v0', policy: 'mlp' });
    const path = join(runs.path, 'explained');
    const agent = await loadAgent(path, { resolve: resolveEnvironment });
    const explanation = await explain(agent, { episodes: 4, seed: 1, actions: 'likeliest' });
    agent.dispose();
    writeFileSync(join(path, 'explanation.json'), JSON.stringify(explanation));
    viewerRoot = await copyOfViewer();
    server = await startServer({ path: runs.path, viewerRoot });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    rmSync(viewerRoot, { recursive: true });
    runs.remove();
  });

  test('a run that has one shows its heads, curves and inputs; another run says how to get one', async () => {
    const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
    page.setDefaultTimeout(30_000);
    const complaints = collectComplaints(page);
    await page.goto(`${server.url}#replay=explained%2Fone.gfr&episode=1&step=0`);
    await page.locator('#explained-button').click();
    await page.locator('.explained-grid td[title]').first().waitFor();
    expect(await page.locator('.explained-grid td[title]').count()).toBe(4);
    expect(await page.locator('.explained-curve svg').count()).toBeGreaterThan(1);
    const parts = await page.locator('.explained-bar .name').allTextContents();
    expect(parts).toEqual(expect.arrayContaining(['left goal', 'position', 'layer 1 head 4']));
    await page.locator('#training-button').click();
    await page.locator('#explained').waitFor({ state: 'hidden' });
    await page.goto(`${server.url}#replay=plain%2Fone.gfr&episode=1&step=0&panels=explained`);
    await page.getByText('has not explained this run').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
