// A worker thread of a vector environment: runs envWorker.js, or in a clone's tests envWorker.ts, which needs jiti.
import { existsSync } from 'node:fs';
import { createJiti } from 'jiti';

const built = new URL('./envWorker.js', import.meta.url);
const { serve } = existsSync(built)
  ? await import(built.href)
  : await createJiti(import.meta.url).import('./envWorker.ts');
await serve();
