import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { start, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

test('view --json says where it listens, serves the page there to this machine only, and ends on Ctrl-C', async () => {
  mkdirSync(join(folder.path, 'runs'));
  const program = start(['view', '--no-open', '--json'], folder.path);
  for await (const line of createInterface({ input: program.stdout })) {
    const { event, url } = JSON.parse(line) as { event: string; url: string };
    expect(event).toBe('listening');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await (await fetch(url)).text()).toContain('<title>');
    program.kill('SIGINT');
  }
  expect(
    await new Promise((resolve) =>
      program.exitCode === null ? program.once('exit', resolve) : resolve(program.exitCode),
    ),
  ).toBe(0);
});
