import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './', // works under any path, and from any static server
  define: { GYMFORMER_VERSION: JSON.stringify(version) },
  worker: { format: 'es' }, // what a worker needs only at times, it loads then
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1000, // kB; it is loaded from the same machine
  },
});
