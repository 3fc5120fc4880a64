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
const [EVALUATIONS, EPISODES] = [12, 20];

/**
 * What earlier learning is worth in an environment that was not part of it: from scratch, fine-tuned, and fine-tuned by
 * adapters alone. Every seed learns before by itself. What is done has a file below `out`, and is not done again.
 */
export async function* transfer(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, device = 'auto', seeds = 3, again = false, report = false, out = 'bench', signal } = options;
  const cases = CASES.filter(({ name, environment }) => !only || only === name || only === environment);
  const place = { folder: join(out, 'results'), device };
  for (const one of cases) {
    for (let seed = 0; seed < seeds && !report; seed++) {
      const plan = await planSeed(one, seed, place);
      const toDo = plan.filter(({ done }) => again || !done);
      if (toDo.length > 0) await trainSeed(one, seed, { ...options, device }, toDo);
      if (signal?.aborted)
        throw new GymformerError('stopped; what is done is kept, and the same command goes on', EXIT.interrupted);
    }
    const results = await storedResults(one, seeds, place);
    if (results.length === 0) throw new UsageError(`there are no results in ${place.folder} to report of`);
    const all = await Promise.all(
      CASES.map(async (each) => ({ one: each, results: await storedResults(each, seeds, place) })),
    );
    writeReport(
      out,
      all.filter((measured) => measured.results.length > 0),
    );
    yield* linesOf(one, results);
  }
}

interface Place {
  /** Of all results. */
  folder: string;
  device: string;
}

async function storedResults(one: TransferCase, seeds: number, place: Place): Promise<ArmResult[]> {
  const plans = await Promise.all(Array.from({ length: seeds }, (_, seed) => planSeed(one, seed, place)));
  return plans.flat().flatMap(({ done }) => done ?? []);
}

interface PlannedArm {
  arm: TransferArm;
  config: Config;
  path: string;
  /** What it came to, where it is done. */
  done: ArmResult | null;
}

function planSeed(one: TransferCase, seed: number, place: Place): Promise<PlannedArm[]> {
  return Promise.all(ARMS.map((arm) => planArm(one, arm, seed, place)));
}

async function planArm(
  one: TransferCase,
  arm: TransferArm,
  seed: number,
  { folder, device }: Place,
): Promise<PlannedArm> {
  const { id: environment, preset = {} } = await resolveEnvironment(one.environment);
  const { steps } = one;
  const evalEvery = Math.ceil(steps / EVALUATIONS);
  const own = {
    steps,
    evalEvery,
    evalEpisodes: EPISODES,
    evalFirst: true,
    evalActions: 'drawn',
    checkpointEvery: steps,
    threads: 1,
  };
  const config = resolveConfig({ environment, preset, flags: { ...own, ...arm.flags, seed, device } });
  const path = resultPath(folder, one, arm, seed);
  return { arm, config, path, done: loadResult(path, one, config) };
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
