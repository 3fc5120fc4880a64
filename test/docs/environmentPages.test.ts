import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/program.ts';

test('the pages of the environments are what the environments say of themselves', () => {
  const script = join(ROOT, 'scripts/environmentPages.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(stderr).not.toContain('docs/environments');
  expect(status).toBe(0);
});
