// A worker thread of a vector environment: runs envWorker.js, or in a clone's tests envWorker.ts, which needs jiti.
import { existsSync } from 'node:fs';

const built = new URL('./envWorker.js', import.meta.url);
const { serve } = existsSync(built) ? await import(built.href) : await importSource();
await serve();

async function importSource() {
  const { createJiti } = await import('jiti');
  return await createJiti(import.meta.url).import('./envWorker.ts');
}
