import type { SimdBackend } from './backend.ts';

/** Numbers of a job, most columns of x in one, and rows worked on at a time, as in kernels/weights.ts. */
const [JOB_WORDS, COLUMNS, DEPTH] = [9, 64, 128];
/** Columns of a panel. */
const PANEL = 16;

/** Adds the gradients of a linear layer's weight [inputs, outputs] and bias: x^T dy and the sum of dy. */
export function linearJobs(
  jobs: number[],
  options: { x: number; dy: number; rows: number; shape: [number, number]; weight: number; bias: number },
): void {
  const { x, dy, rows, shape, weight, bias } = options;
  const [inputs, outputs] = shape;
  for (let from = 0; from < inputs; from += COLUMNS) {
    const columns = Math.min(COLUMNS, inputs - from);
    jobs.push(0, rows, x + 4 * from, inputs, columns, dy, outputs, weight + 4 * from * outputs, from ? 0 : bias);
  }
}

/** Adds the sum of the rows of x, [rows, n]. */
export function sumJob(jobs: number[], { x, rows, n, out }: { x: number; rows: number; n: number; out: number }): void {
  jobs.push(1, rows, x, 0, 0, 0, n, out, 0);
}

/** All jobs at once, dealt to the threads. */
export function runWeightJobs(backend: SimdBackend, jobs: number[]): void {
  backend.reserveScratch(4 * (COLUMNS + PANEL) * DEPTH);
  let work = 0;
  for (let job = 0; job < jobs.length; job += JOB_WORDS) {
    const [isSum, rows, , , columns, , outputs] = jobs.slice(job, job + JOB_WORDS) as [number, number, ...number[]];
    work += (rows * (outputs as number) * (isSum ? 2 : (columns as number))) / 8;
  }
  const count = jobs.length / JOB_WORDS;
  backend.runTable('weightGradients', { units: count, work: work / count, grain: 1 }, Int32Array.from(jobs));
}
