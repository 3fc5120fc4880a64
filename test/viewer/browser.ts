import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

// The scripts run without a build step and so are JavaScript: these are the types of what the tests use of them.
const script = async <Exports>(name: string): Promise<Exports> =>
  (await import(new URL(`../../scripts/${name}`, import.meta.url).href)) as Exports;
const { findChromium } = await script<{ findChromium(): Promise<string | null> }>('chromium.mjs');
const { buildIfStale } = await script<{ buildIfStale(parts: ('kernels' | 'viewer')[]): Promise<void> }>('build.mjs');

/** Path of a Chromium; null, and the reason on the console, when there is none. */
export const chromiumPath = await findChromium();
if (!chromiumPath)
  console.warn('Skipped: the tests of the viewer in a browser, since there is no Chromium (set CHROMIUM to its path).');

/** Builds the viewer if its sources changed; the folder is a copy, which no later build takes away. */
export async function copyOfViewer(): Promise<string> {
  await buildIfStale(['kernels', 'viewer']); // the page runs agents on the kernels
  const copy = mkdtempSync(join(tmpdir(), 'gymformer-viewer-built-'));
  cpSync(new URL('../../dist/viewer', import.meta.url), copy, { recursive: true });
  return copy;
}

/** For a browser that is to have WebGPU without a GPU. */
export const SOFTWARE_GPU = [
  ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  ...['--enable-features=Vulkan', '--use-vulkan=swiftshader'],
];

/** A browser with an empty profile. */
export async function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath as string, args: [...FLAGS, ...flags] });
}

/** Adds to a list what goes wrong in a page: errors, broken rules of its Content-Security-Policy, warnings of its own. */
export function collectComplaints(page: Page, complaints: string[] = []): string[] {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}
