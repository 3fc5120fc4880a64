import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { singleFile } from './singleFile.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * With `--mode single-file` the page is one file, with a place for a replay in it, and needs no server: what only a server
 * could give it the code for (`WITH_SERVER`) is left out.
 */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './', // works under any path, and from any static server
  define: { GYMFORMER_VERSION: JSON.stringify(version), WITH_SERVER: JSON.stringify(mode !== 'single-file') },
  worker: { format: 'es' }, // what a worker needs only at times, it loads then
  plugins: mode === 'single-file' ? [singleFile] : [],
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1000, // kB; it is loaded from the same machine
  },
}));
