import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { singleFile } from './singleFile.ts';

/** With `--mode single-file` the page is one file, with a place for a replay in it, and needs no server. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './', // works under any path, and from any static server
  define: { WITH_SERVER: JSON.stringify(mode !== 'single-file') },
  plugins: mode === 'single-file' ? [singleFile] : [],
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1000, // kB; it is loaded from the same machine
  },
}));
