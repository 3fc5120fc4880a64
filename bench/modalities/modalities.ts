import { join } from 'node:path';
import { UsageError } from 'gymformer';
import { nearest } from 'gymformer/envs';
import { caseName } from '../learning/cases.ts';
import { trainAll, trainedBefore } from '../learning/trainAll.ts';
import type { BenchLine, BenchOptions } from '../line.ts';
import { CASES, ENCODER } from './cases.ts';
import { makeParaphraseEncoder } from './paraphraseEncoder.ts';
import { linesOf, writeReport } from './report.ts';

/**
 * Several senses: each seed trains a policy, which then plays new episodes as it learned to, and with a sense taken away.
 * Seeds that are done have a file, as those of `learning`, and a table of all is written to `out`.
 */
export async function* modalities(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, seeds = 3, report = false, out = 'bench' } = options;
  const cases = CASES.filter((one) => !only || only === one.environment || only === caseName(one));
  if (cases.length === 0) throw new UsageError(`modalities has no case ${only}${hint(only ?? '')}`);
  const folder = join(out, 'results');
  if (report) {
    const trained = await trainedBefore(CASES, folder);
    if (trained.length === 0) throw new UsageError(`there are no results in ${folder} to report of`);
    writeReport(out, trained);
    yield* trained.filter(({ one }) => cases.includes(one)).flatMap(({ one, results }) => linesOf(one, results));
    return;
  }
  if (cases.some(({ flags }) => flags?.['textEncoder'] === ENCODER))
    await makeParaphraseEncoder(ENCODER, 'BabyAI-GoToLocal-v0');
  for await (const { one, results, isNew } of trainAll(cases, { ...options, seeds })) {
    if (isNew) writeReport(out, await trainedBefore(CASES, folder));
    if (results.length > 0) yield* linesOf(one, results);
  }
}

function hint(only: string): string {
  const guess = nearest(only, CASES.map(caseName));
  return guess ? `: did you mean ${guess}?` : `; there are ${CASES.map(caseName).join(', ')}`;
}
