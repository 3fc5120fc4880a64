import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const TFJS_OPS = 'test/device/tfjsOps.test.ts';
const JASMINE = fileURLToPath(new URL('test/device/tfjsJasmine.ts', import.meta.url));

export default defineConfig({
  test: {
    reporters: ['default'],
    // Training on a busy machine takes its time; nothing measures it.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Nor what a test waits for.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      { extends: true, test: { name: 'gymformer', include: ['test/**/*.test.ts'], exclude: [TFJS_OPS] } },
      {
        // The modules of TFJS that its tests import, which Node cannot load as they are: for us, too, so that there is
        // one TFJS.
        extends: true,
        resolve: {
          alias: [
            { find: /^@tensorflow\/(tfjs-core|tfjs-backend-cpu)$/, replacement: '@tensorflow/$1/dist/index.js' },
            { find: /^(\.\.\/)+jasmine_util$|^\.\/jasmine_util$/, replacement: JASMINE },
          ],
        },
        test: { name: 'tfjs', include: [TFJS_OPS], globals: true, server: { deps: { inline: [/@tensorflow/] } } },
      },
    ],
  },
});
