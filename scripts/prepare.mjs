// npm runs this after `npm ci` in a clone, and before it packs: it leaves dist/ built.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

// Without the development packages (npm ci --omit=dev) there is nothing to build with.
const canBuild = ['typescript', 'vite', 'pixi.js', 'assemblyscript'].every((name) =>
  existsSync(join(ROOT, 'node_modules', name)),
);
if (canBuild && !process.env.GYMFORMER_SKIP_PREPARE) {
  const { buildIfStale } = await import('./build.mjs');
  try {
    await buildIfStale();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
