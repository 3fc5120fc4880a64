import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Installs the packages of package-lock.json unless node_modules already holds them. */
export function installPackages() {
  const installed = modified('node_modules/.package-lock.json');
  if (installed >= modified('package-lock.json')) return;
  console.error(installed ? 'package-lock.json has changed: installing packages …' : 'Installing packages …');
  // The caller builds, and says so, right after; npm is a script on Windows, which only a shell starts.
  const npm = spawnSync('npm ci --no-audit --no-fund --loglevel=error', {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, GYMFORMER_SKIP_PREPARE: '1' },
    shell: true,
  });
  if (npm.status === 0) return;
  console.error('npm ci failed: is the package registry within reach?');
  process.exit(1);
}

/** When a file of the repository was last written, in milliseconds; 0 when it is not there. */
export function modified(path) {
  const absolute = `${ROOT}/${path}`;
  return existsSync(absolute) ? statSync(absolute).mtimeMs : 0;
}
