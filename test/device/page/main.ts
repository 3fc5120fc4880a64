// Registers the gradients.
import '@tensorflow/tfjs-layers';
import { openSimdInPage } from 'gymformer/simd';
import { policyAndGradient } from './policy.ts';

declare global {
  /** For the test to call. */
  interface Window {
    openSimdInPage: typeof openSimdInPage;
    policyAndGradient: typeof policyAndGradient;
  }
}

Object.assign(window, { openSimdInPage, policyAndGradient });
