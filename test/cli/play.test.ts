import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { gymformer, start, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** Starts `gymformer play`, reads the address that it prints, and ends it. */
async function addressOf(
  words: readonly string[],
): Promise<{ url: URL; fields: Record<string, string>; html: string }> {
  const program = start(['play', ...words, '--no-open', '--json'], folder.path);
  for await (const line of createInterface({ input: program.stdout })) {
    const url = new URL((JSON.parse(line) as { url: string }).url);
    const html = await (await fetch(url)).text();
    program.kill('SIGINT');
    return { url, html, fields: Object.fromEntries(new URLSearchParams(url.hash.slice(1))) };
  }
  throw new Error('play printed nothing');
}

test('play serves the viewer with a game, whose environment, parameters and seed stand in the address', async () => {
  const { url, fields, html } = await addressOf(['TMaze-v0', '--env.length', '7', '--seed', '3']);
  expect(url.hostname).toBe('127.0.0.1');
  expect(html).toContain('<title>');
  expect(fields).toEqual({ play: 'TMaze-v0:length=7', seed: '3' });
});

test('play refuses what is no environment, and a run that is none', async () => {
  expect(await gymformer('play CartPol-v1')).toMatchObject({ code: 2 });
  expect(await gymformer(['play', 'CartPole-v1', '--against', folder.path])).toMatchObject({ code: 4 });
});
