import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

// What tfjs-core's own tests need of jasmine: vitest.config.ts gives them this in place of their `jasmine_util`.

interface TestEnv {
  name: string;
  backendName: string;
  isDataSync: boolean;
}

interface Constraints {
  predicate?: (env: TestEnv) => boolean;
}

type Done = (() => void) & { fail(reason?: unknown): void };
type Body = (done?: Done) => Promise<void> | void;

const SIMD: TestEnv = { name: 'simd', backendName: 'simd', isDataSync: true };

export const ALL_ENVS: Constraints = {};
export const SYNC_BACKEND_ENVS: Constraints = { predicate: ({ isDataSync }) => isDataSync };

/* oxlint-disable vitest/valid-title -- the titles are the callers' */

/** A suite on our backend, with an engine that knows of no tensor yet. */
export function describeWithFlags(name: string, { predicate }: Constraints, tests: (env: TestEnv) => void): void {
  if (predicate && !predicate(SIMD)) return;
  describe(name, () => {
    beforeAll(async () => {
      // Not to be ended with the engine's state: TFJS asks for it again.
      delete tf.engine().registry['simd'];
      tf.engine().reset();
      tf.env().set('IS_TEST', true);
      await tf.setBackend('simd');
    });
    beforeEach(() => tf.engine().startScope());
    afterEach(() => {
      tf.engine().endScope();
      tf.disposeVariables();
    });
    tests(SIMD);
  });
}

/** Gives the tests what they use of jasmine's globals and vitest's do not have. */
export function installJasmine(): void {
  // How jasmine is told that a test expects nothing but not to throw.
  expect.extend({ nothing: () => ({ pass: true, message: () => '' }) });
  const declare = (name: string, body: Body): void =>
    it(name, body.length === 0 ? () => body() : () => untilDone(body));
  const spyOn = (object: Console, method: 'warn'): unknown => vi.spyOn(object, method).mockImplementation(() => {});
  Object.assign(globalThis, { it: declare, spyOn, jasmine: {} });
}

function untilDone(body: Body): Promise<void> {
  return new Promise((resolve, reject) => void body(Object.assign(resolve, { fail: reject })));
}
