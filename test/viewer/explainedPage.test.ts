import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadAgent } from '../../src/agent.ts';
import { explain } from '../../src/explain/explain.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { chromiumPath } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { TrainedRuns } from './trainedRuns.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('an explanation, in Chromium', () => {
  const runs = new TrainedRuns();
  let page: Page;
  const viewport = { width: 1200, height: 1400 };
  const { complaints, openAt } = inViewer({ runs, viewport }, (opened) => (page = opened));

  beforeAll(async () => {
    await runs.train('explained', { environment: 'ProofofMemory-v0', policy: 'transformer', heads: 4 });
    await runs.train('plain', { environment: 'ProofofMemory-v0', policy: 'mlp' });
    const path = join(runs.path, 'explained');
    const agent = await loadAgent(path, { resolve: resolveEnvironment });
    const explanation = await explain(agent, { episodes: 4, seed: 1, actions: 'likeliest' });
    agent.dispose();
    writeFileSync(join(path, 'explanation.json'), JSON.stringify(explanation));
  });

  test('a run that has one shows its heads, curves and inputs; another run says how to get one', async () => {
    await openAt('explained/one.gfr', 0);
    await page.locator('#explained-button').click();
    await page.locator('.explained-grid td[title]').first().waitFor();
    expect(await page.locator('.explained-grid td[title]').count()).toBe(4);
    expect(await page.locator('.explained-curve svg').count()).toBeGreaterThan(1);
    const parts = await page.locator('.explained-bar .name').allTextContents();
    expect(parts).toEqual(expect.arrayContaining(['left goal', 'position', 'layer 1 head 4']));
    await page.locator('#training-button').click();
    await page.locator('#explained').waitFor({ state: 'hidden' });
    await openAt('plain/one.gfr', 0, { panels: 'explained' });
    await page.getByText('has not explained this run').waitFor();
    expect(complaints).toEqual([]);
  });
});
