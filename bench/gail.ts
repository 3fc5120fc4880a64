import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  buildDataset,
  type Config,
  type EvalEvent,
  EXIT,
  GymformerError,
  loadAgent,
  openDataset,
  record,
  resolveConfig,
  resolveEnvironment,
  train,
  type TrainEvent,
  VERSION,
} from 'gymformer';
import { z } from 'zod';
import type { BenchLine, BenchOptions } from './line.ts';

/** What is imitated, and how: an expert is one that PPO brings to `untilReturn`. */
interface Case {
  environment: string;
  untilReturn: number;
  flags: Partial<Config> & { steps: number };
}

const CASES: Readonly<Record<string, Case>> = {
  'CartPole-v1': { environment: 'CartPole-v1', untilReturn: 475, flags: { steps: 60_000 } },
  'CartPole-v1, windows of 4': {
    environment: 'CartPole-v1',
    untilReturn: 475,
    flags: { steps: 60_000, discriminatorWindow: 4 },
  },
  'Acrobot-v1': { environment: 'Acrobot-v1', untilReturn: -85, flags: { steps: 150_000 } },
};
const EXPERT_EPISODES = 10;
/** Of the expert's recorded episodes. */
const EXPERT_SEED = 7_000_000;
const EVALUATIONS = 10;
/** Share of the way from an untrained policy to the expert. */
const GOAL = 0.9;

/** What one seed came to, as its file holds it. */
const resultSchema = z.object({
  /** Without the path of the expert's dataset. */
  settings: z.record(z.string(), z.unknown()),
  /** Mean return of the episodes that are imitated. */
  expert: z.number(),
  /** Mean return before anything was learned. */
  untrained: z.number(),
  evaluations: z.array(z.object({ step: z.number(), mean: z.number(), standardError: z.number() })),
  seconds: z.number(),
  device: z.string(),
  machine: z.string(),
  versions: z.object({ gymformer: z.string(), node: z.string() }),
  date: z.string(),
});

type SeedResult = z.infer<typeof resultSchema>;

/**
 * Adversarial imitation of ten episodes of an expert, which PPO trained: how much of its return is reached without seeing a
 * reward. Every seed that is done has a file below `out`/results/gail; with the same settings it is not trained again.
 */
export async function* gail(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, device = 'auto', seeds = 3, again = false, out = 'bench', signal, onProgress } = options;
  const cases = Object.entries(CASES).filter(([name]) => !only || only === name);
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
  const experts = new Map<string, string>();
  try {
    for (const [i, [name, one]] of cases.entries()) {
      for (let seed = 0; seed < seeds; seed++) {
        const tell = (what: string): void =>
          onProgress?.(i * seeds + seed, cases.length * seeds, { what: `${name} ${what}`, secondsLeft: null });
        const path = join(out, 'results', 'gail', name.replace(/[^\w.=-]+/g, '-'), `${seed}.json`);
        const { steps, ...others } = one.flags;
        const flags = { algo: 'gail', device, seed, ...evaluations(steps), ...others };
        let result = again ? null : load(path, flags);
        if (!result) {
          const work = { folder, tell, signal };
          const dataset = experts.get(one.environment) ?? (await makeExpert(one, device, work));
          experts.set(one.environment, dataset);
          result = await imitate(one.environment, { ...work, flags, dataset, name: `${name}-${seed}` });
          save(path, result);
        }
        yield lineOf(name, seed, result);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function evaluations(steps: number): Record<string, unknown> {
  return { steps, evalFirst: true, evalEvery: steps / EVALUATIONS, evalEpisodes: 100 };
}

interface Work {
  folder: string;
  tell: (what: string) => void;
  signal: AbortSignal | undefined;
}

/** Trains an expert, and records what it does. @returns path of the dataset */
async function makeExpert(
  { environment, untilReturn }: Case,
  device: string,
  { folder, tell, signal }: Work,
): Promise<string> {
  const spec = await resolveEnvironment(environment);
  const flags = { untilReturn, device, seed: 0 };
  const config = resolveConfig({ environment, preset: spec.preset ?? {}, flags });
  const run = join(folder, `${environment}-expert`);
  await trained({ config, spec, run, ...(signal && { signal }), onEvent: told(tell, 'expert') });
  const agent = await loadAgent(run, { resolve: resolveEnvironment });
  const path = join(folder, `${environment}.gfr`);
  const episodes = { episodes: EXPERT_EPISODES, seed: EXPERT_SEED, actions: 'likeliest' } as const;
  await record(agent, { ...episodes, path, policy: { kind: config.policy }, run: agent.run.name });
  agent.dispose();
  const dataset = join(folder, `${environment}-dataset`);
  await buildDataset([path], dataset, { validation: 0 });
  return dataset;
}

async function imitate(
  environment: string,
  {
    flags,
    dataset,
    name,
    folder,
    tell,
    signal,
  }: Work & { flags: Record<string, unknown>; dataset: string; name: string },
): Promise<SeedResult> {
  const spec = await resolveEnvironment(environment);
  const config = resolveConfig({ environment, preset: spec.preset ?? {}, flags: { ...flags, expert: dataset } });
  const found: EvalEvent[] = [];
  let device = '';
  const tellOf = told(tell, `seed ${config.seed}`);
  const run = join(folder, name);
  const { seconds } = await trained({
    ...{ config, spec, run, ...(signal && { signal }) },
    onEvent: (event) => {
      if (event.event === 'start') device = event.device;
      if (event.event === 'eval') found.push(event);
      tellOf(event);
    },
  });
  return {
    settings: flags,
    expert: openDataset(dataset).card.environments[0]?.returns.mean as number,
    untrained: found[0]?.mean as number,
    evaluations: found.slice(1).map(({ step, mean, standardError }) => ({ step, mean, standardError })),
    ...{ seconds, device, machine: cpus()[0]?.model ?? '', date: new Date().toISOString() },
    versions: { gymformer: VERSION, node: process.versions.node },
  };
}

/** @throws GymformerError when it was interrupted: what is done is kept */
async function trained(options: Parameters<typeof train>[0]): ReturnType<typeof train> {
  const done = await train(options);
  if (done.interrupted)
    throw new GymformerError('stopped; what is done is kept, and the same command goes on', EXIT.interrupted);
  return done;
}

function told(tell: (what: string) => void, who: string): (event: TrainEvent) => void {
  return (event) => {
    if (event.event === 'update')
      tell(`${who}: step ${event.step}, mean return ${event.meanReturn?.toFixed(1) ?? '-'}`);
  };
}

/** Null where there is none, or one of other settings. */
function load(path: string, settings: Record<string, unknown>): SeedResult | null {
  if (!existsSync(path)) return null;
  const parsed = resultSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success && JSON.stringify(parsed.data.settings) === JSON.stringify(settings) ? parsed.data : null;
}

function save(path: string, result: SeedResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.partial`, `${JSON.stringify(result)}\n`);
  renameSync(`${path}.partial`, path);
}

function lineOf(name: string, seed: number, { expert, untrained, evaluations, ...result }: SeedResult): BenchLine {
  const share = (mean: number): number => (mean - untrained) / (expert - untrained);
  const last = evaluations.at(-1);
  return {
    ...{ bench: 'gail', case: name, device: result.device, seed },
    ...{ expert, untrained, mean: last?.mean, standardError: last?.standardError },
    share: share(last?.mean ?? NaN),
    best: share(Math.max(...evaluations.map(({ mean }) => mean))),
    stepsToGoal: evaluations.find(({ mean }) => share(mean) >= GOAL)?.step ?? null,
    seconds: result.seconds,
  };
}
