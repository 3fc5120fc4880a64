import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Direction, SimdBackend } from './backend.ts';

/** Columns of a panel, and panels of a job of `packWeights`. */
const [PANEL, PANELS_OF_JOB] = [16, 8];

/**
 * Addresses of the panels of weights [inputs, outputs]; those that have changed are packed anew, all at once.
 *
 * They stay until the weight is disposed: only Adam changes the numbers of a tensor that stays, and it says so
 * (`backend.weightsVersion`).
 */
export function packedWeights(backend: SimdBackend, weights: readonly TensorInfo[], direction: Direction): number[] {
  const jobs: number[] = [];
  let work = 0;
  const panels = weights.map((weight) => {
    const known = backend.packed(weight.dataId, direction);
    if (known?.version === backend.weightsVersion) return known.info.address;
    const [inputs, outputs] = weight.shape as [number, number];
    const [K, N] = direction === 'forward' ? [inputs, outputs] : [outputs, inputs];
    const info = known?.info ?? backend.output([Math.ceil(N / PANEL) * PANEL * K]);
    backend.setPacked(weight.dataId, direction, { info, version: backend.weightsVersion });
    const [kStride, nStride] = direction === 'forward' ? [outputs, 1] : [1, outputs];
    const source = backend.address(weight) as number;
    for (let n = 0; n < N; n += PANELS_OF_JOB * PANEL) {
      const columns = Math.min(N - n, PANELS_OF_JOB * PANEL);
      jobs.push(source + 4 * n * nStride, info.address + 4 * n * K, K, columns, kStride, nStride);
    }
    work += K * N;
    return info.address;
  });
  const count = jobs.length / 6;
  if (count) backend.runTable('packWeights', { units: count, work: work / count / 2, grain: 1 }, Int32Array.from(jobs));
  return panels;
}
