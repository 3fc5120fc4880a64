import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../src/device/device.ts';
import { type Server, startServer } from '../../src/server.ts';
import { ROOT } from '../cli/program.ts';
import { chromiumPath } from '../viewer/browser.ts';
import { inChromium } from '../viewer/inChromium.ts';
import { policyAndGradient } from './page/policy.ts';

/** A page with the built program's backend in it, bundled as the viewer is. */
async function buildPage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'gymformer-page-'));
  await build({
    root: fileURLToPath(new URL('page', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    base: './',
    resolve: { alias: { 'gymformer/simd': join(ROOT, 'dist/src/device/simd/browser.js') } },
    build: { outDir, emptyOutDir: true, target: 'es2022', minify: false, chunkSizeWarningLimit: 10_000 },
  });
  return outDir;
}

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Any static server: it sends no headers that would isolate the page. */
async function startPlainServer(folder: string): Promise<HttpServer & { url: string }> {
  const server = createServer(({ url = '/' }, response) => {
    const path = url === '/' ? 'index.html' : url;
    try {
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(readFileSync(join(folder, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}

// Skipped without a Chromium: viewer/browser.ts then says so.
describe.skipIf(!chromiumPath)('our CPU backend in a page', () => {
  let folder: string;
  let viewer: Server;
  let plain: HttpServer & { url: string };
  let page: Page;
  const { complaints } = inChromium(
    () => ({}),
    (opened) => (page = opened),
  );
  let wanted: ReturnType<typeof policyAndGradient>;

  beforeAll(async () => {
    await openDevice('cpu');
    wanted = policyAndGradient();
    folder = await buildPage();
    viewer = await startServer({ path: folder, viewerRoot: folder });
    plain = await startPlainServer(folder);
  });
  afterAll(async () => {
    plain.close();
    await viewer.close();
    rmSync(folder, { recursive: true });
  });

  const open = async (url: string): Promise<void> => {
    await page.goto(url);
    await page.waitForFunction(() => 'policyAndGradient' in window);
  };

  const expectSameNumbers = async (times = 1): Promise<void> => {
    const found = await page.evaluate((left) => {
      for (let i = 1; i < left; i++) window.policyAndGradient();
      return window.policyAndGradient();
    }, times);
    for (const name of ['outputs', 'values', 'gradient'] as const) {
      const errors = found[name].map((value, i) => Math.abs(value - (wanted[name][i] as number)));
      expect(found[name].length).toBe(wanted[name].length);
      expect(Math.max(...errors), name).toBeLessThan(1e-4);
    }
    expect(Math.max(...wanted.gradient.map(Math.abs))).toBeGreaterThan(0.1);
    expect(complaints).toEqual([]);
  };

  test.each([false, true])(
    "has threads where the page is isolated, as the viewer's server makes it; deterministic: %s",
    async (deterministic) => {
      await open(viewer.url);
      const { detail } = await page.evaluate(
        (deterministic) => window.openSimdInPage({ threads: 3, deterministic }),
        deterministic,
      );
      expect(detail).toBe(`WebAssembly with ${deterministic ? '' : 'relaxed '}SIMD on 3 cores`);
      await expectSameNumbers(); // whether they are there yet
      await expect.poll(() => page.workers().length).toBe(2);
      await expectSameNumbers(20); // or take their pieces: often enough for each to sleep and wake
    },
  );

  test('has one thread where it is not, and says so', async () => {
    await open(plain.url);
    const { detail } = await page.evaluate(() => window.openSimdInPage({ threads: 3 }));
    expect(detail).toBe('WebAssembly with relaxed SIMD on 1 core, since the page is not cross-origin isolated');
    await expectSameNumbers();
    expect(page.workers()).toHaveLength(0);
  });
});
