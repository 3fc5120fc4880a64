import { renameSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Generator } from '../../envs/random.ts';
import { make } from '../../envs/registry.ts';
import { evaluationReference } from '../config.ts';
import { openDevice } from '../device/device.ts';
import { seedsOf } from '../levels.ts';
import { resolveEnvironment } from '../plugins.ts';
import { openPretrained } from '../pretrained/openPretrained.ts';
import { record } from '../record.ts';
import { RunDirectory } from '../run.ts';
import { buildPolicy, describePolicy, frozenNormalizer } from '../trained.ts';
import { openVectorEnv } from '../vectorEnv.ts';
import type { PolicyCopy } from './audience.ts';
import type { RecorderMessage } from './liveRecorder.ts';
import { superfluous } from './thinning.ts';

/** Between two episodes at least; and recording takes at most this share of one processor's time. */
const PAUSE_MS = 2000;
const SHARE = 0.05;
/** Episodes that are kept; of more, older ones go. */
const MOST = 64;
const NAME = /^live-\d+\.gfr$/;

process.on('SIGINT', () => {}); // Ctrl-C is meant for the training, which says when this ends
process.on('disconnect', () => process.exit());
process.once('message', (run: string) => {
  recordWhatComes(run).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
});

/** Records an episode of each policy that comes, and then takes a rest. */
async function recordWhatComes(path: string): Promise<void> {
  const run = new RunDirectory(path);
  const config = run.readConfig(); // as training found it to be: models have their commits
  const spec = await resolveEnvironment(evaluationReference(config));
  // Wherever training computes, it needs it for itself; and all threads but one.
  await openDevice('simd', { ...config, threads: 1 });
  const pretrained = await openPretrained(config, { device: 'simd' });
  const policy = buildPolicy(config, spec, new Generator(0), pretrained);
  for (;;) {
    const copy = await nextPolicy();
    const before = process.cpuUsage();
    policy.parameters.load(copy.parameters);
    const player = {
      policy,
      environment: spec.id,
      make: () => make(spec),
      seeds: seedsOf(config).others,
      openEnvs: (options: { count: number; seed: number }) => openVectorEnv(spec, options),
      step: copy.step,
      normalizer: (rows: number) => frozenNormalizer(copy.statistics, policy, rows),
      target: null, // whoever is watched learns by playing
      valueScale: copy.valueScale,
    };
    const partial = run.unfinishedReplayPath;
    rmSync(partial, { force: true });
    await record(player, {
      episodes: 1,
      seed: config.seed + copy.step,
      actions: config.evalActions,
      path: partial,
      policy: describePolicy(config, policy),
      run: run.name,
    });
    // Whoever follows the run finds whole episodes only.
    renameSync(partial, join(run.replaysPath, `live-${String(copy.step).padStart(9, '0')}.gfr`));
    const live = readdirSync(run.replaysPath).filter((name) => NAME.test(name));
    for (const name of superfluous(live.sort(), MOST)) rmSync(join(run.replaysPath, name), { force: true });
    const { user, system } = process.cpuUsage(before);
    await pause(Math.max(PAUSE_MS, (user + system) / 1000 / SHARE));
  }
}

async function nextPolicy(): Promise<PolicyCopy> {
  const next = new Promise<PolicyCopy>((resolve) => process.once('message', resolve));
  tell({ kind: 'ready' });
  return await next;
}

function tell(message: RecorderMessage): void {
  process.send?.(message);
}
