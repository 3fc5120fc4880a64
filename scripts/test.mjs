// `npm test`: installs and builds what is missing, then runs all tests; arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale } from './build.mjs';
import { installChromium } from './chromium.mjs';
import { installPackages, ROOT } from './packages.mjs';

installPackages();
await installChromium();
console.error('Building …');
try {
  await buildIfStale();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exit(status ?? 1);
