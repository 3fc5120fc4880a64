import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Config,
  EXIT,
  GymformerError,
  initSettings,
  resolveConfig,
  resolveEnvironment,
  trainArm,
  UsageError,
} from 'gymformer';
import type { BenchLine, BenchOptions } from '../line.ts';
import { ARMS, CASES, type TransferArm, type TransferCase } from './cases.ts';
import { linesOf, writeReport } from './report.ts';
import { type ArmResult, loadResult, resultPath, saveResult } from './results.ts';

/** Evaluations on the way, and the episodes of each. */
const [EVALUATIONS, EPISODES] = [24, 50];

/**
 * What earlier learning is worth in an environment that was not part of it: from scratch, fine-tuned, and fine-tuned by
 * adapters alone. Every seed learns before by itself. What is done has a file below `out`, and is not done again.
 */
export async function* transfer(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, device = 'auto', seeds = 3, again = false, report = false, out = 'bench', signal } = options;
  const cases = CASES.filter(({ name, environment }) => !only || only === name || only === environment);
  const folder = join(out, 'results');
  for (const one of cases) {
    const results: ArmResult[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const plan = await Promise.all(ARMS.map((arm) => planArm(one, arm, { folder, seed, device, again })));
      const toDo = plan.filter(({ done }) => !done);
      if (!report && toDo.length > 0) await trainSeed(one, seed, { ...options, device }, toDo);
      if (signal?.aborted)
        throw new GymformerError('stopped; what is done is kept, and the same command goes on', EXIT.interrupted);
      for (const { path, config } of plan) {
        const result = loadResult(path, one, config);
        if (result) results.push(result);
      }
    }
    if (results.length === 0) throw new UsageError(`there are no results in ${folder} to report of`);
    writeReport(out, one, results);
    yield* linesOf(one, results);
  }
}

interface PlannedArm {
  arm: TransferArm;
  config: Config;
  path: string;
  done: boolean;
}

async function planArm(
  one: TransferCase,
  arm: TransferArm,
  { folder, seed, device, again }: { folder: string; seed: number; device: string; again: boolean },
): Promise<PlannedArm> {
  const { id: environment, preset = {} } = await resolveEnvironment(one.environment);
  const { steps } = one;
  const evalEvery = Math.ceil(steps / EVALUATIONS);
  const own = { steps, evalEvery, evalEpisodes: EPISODES, evalFirst: true, checkpointEvery: steps, threads: 1 };
  const config = resolveConfig({ environment, preset, flags: { ...own, ...arm.flags, seed, device } });
  const path = resultPath(folder, one, arm, seed);
  return { arm, config, path, done: !again && loadResult(path, one, config) !== null };
}

/** Learns before, then trains the arms that are to be trained, and keeps their results. */
async function trainSeed(
  one: TransferCase,
  seed: number,
  { device = 'auto', signal, onProgress }: BenchOptions,
  toDo: readonly PlannedArm[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
  const total = one.before.length + toDo.length;
  let done = 0;
  const train = async (arm: string, config: Config): Promise<Awaited<ReturnType<typeof trainArm>>> => {
    const from = performance.now();
    const spec = await resolveEnvironment(config.environment);
    const onStep = (step: number): void => {
      const secondsLeft = ((performance.now() - from) / 1000) * (config.steps / step - 1);
      onProgress?.(done, total, { what: `${one.name}, seed ${seed}: ${arm}`, secondsLeft });
    };
    const trained = await trainArm({
      arm,
      config,
      spec,
      run: join(folder, String(done)),
      onStep,
      ...(signal && { signal }),
    });
    done++;
    return trained;
  };
  try {
    let initFrom: string | null = null;
    for (const { environment, steps } of one.before) {
      const { preset = {} } = await resolveEnvironment(environment);
      const init = initFrom === null ? undefined : initSettings(initFrom);
      const flags = { steps, seed, device, threads: 1, ...(initFrom !== null && { initFrom }) };
      initFrom = join(folder, String(done));
      if (!(await train(environment, resolveConfig({ environment, preset, init, flags })))) return;
    }
    for (const { arm, config, path } of toDo) {
      const trained = await train(arm.arm, { ...config, ...(arm.fromBefore && { initFrom }) });
      if (!trained) return;
      const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
      saveResult(path, { before: [...one.before], config, ...trained, machine, date: new Date().toISOString() });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
