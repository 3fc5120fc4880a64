import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default'],
    // Training on a busy machine takes its time; nothing measures it.
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
