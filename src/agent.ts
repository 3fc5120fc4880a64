import { basename, dirname, join } from 'node:path';
import { type EnvSpec, make } from '../envs/registry.ts';
import { loadCheckpoint } from './checkpoint.ts';
import { evaluationReference } from './config.ts';
import type { Config } from './settings.ts';
import { type OpenDevice, openDevice } from './device/device.ts';
import { FileError, UsageError } from './errors.ts';
import type { Player } from './evaluate.ts';
import { seedsOf } from './levels.ts';
import type { LocateOptions } from './pretrained/locate.ts';
import { openPretrained } from './pretrained/openPretrained.ts';
import { nearestRun, RunDirectory } from './run.ts';
import { checkEvaluation, describeEnv } from './sameSpaces.ts';
import { restorePolicy, type Trained } from './trained.ts';
import { openVectorEnv } from './vectorEnv.ts';

/** A trained policy, ready to play: what `eval` and `record` work on. */
export interface Agent extends Player {
  config: Config;
  spec: EnvSpec;
  device: OpenDevice;
  run: RunDirectory;
  /** Makes the policy once more, on the device that is open by then. */
  restore: () => Trained;
  /** The same policy in another environment, of the same spaces. @throws ConfigError when they are others */
  playIn(spec: EnvSpec): Player;
  dispose(): void;
}

export interface LoadAgentOptions {
  device?: Config['device'];
  /** Threads that the environments run in; left out, as many as the run had. */
  envWorkers?: number;
  /** Which of a run's checkpoints. */
  checkpoint?: 'best' | 'latest';
  /** Of a policy that is told a return: the one to ask it for, instead of the run's. */
  targetReturn?: number;
  /** Finds the run's environment, or the one to play in instead, whose spaces have to fit. */
  resolve: (environment: string) => Promise<EnvSpec>;
  /** Of the download of the text encoder, where the run has one that this machine does not. */
  download?: LocateOptions;
}

/**
 * Loads the agent of a run's directory, or of one of its checkpoints.
 *
 * @throws FileError when the run or checkpoint cannot be read, or does not fit its environment
 */
export async function loadAgent(path: string, options: LoadAgentOptions): Promise<Agent> {
  const { run, checkpointPath } = locate(path, options.checkpoint ?? 'best');
  const config = asked(run.readConfig(), options.targetReturn);
  const spec = await options.resolve(evaluationReference(config));
  const checkpoint = loadCheckpoint(checkpointPath, config.environment);
  const device = await openDevice(options.device ?? config.device, config);
  const pretrained = await openPretrained(config, { device: device.name, ...options.download });
  const { sentences } = pretrained;
  const stored = { config, sentences, state: checkpoint.state, weights: checkpoint.policy, name: checkpointPath };
  const restore = (): Trained => restorePolicy(stored, spec);
  const trained = restore();
  const playerIn = (played: EnvSpec): Player => ({
    ...trained,
    environment: played.id,
    make: () => make(played),
    seeds: seedsOf(config).others,
    openEnvs: (envs) => openVectorEnv(played, { ...envs, workers: options.envWorkers ?? config.envWorkers }),
  });
  return {
    config,
    spec,
    device,
    run,
    restore,
    ...playerIn(spec),
    playIn(other) {
      checkEvaluation(describeEnv(spec), describeEnv(other));
      return playerIn(other);
    },
    dispose() {
      trained.policy.dispose();
      pretrained.dispose();
    },
  };
}

/** @throws UsageError when a return is asked of a policy that is told none */
function asked(config: Config, targetReturn: number | undefined): Config {
  if (targetReturn === undefined) return config;
  if (config.algo !== 'dt')
    throw new UsageError(
      `--target-return is ${targetReturn}, but this run's algorithm is ${config.algo}: only a policy of dt is told a return`,
    );
  return { ...config, targetReturn };
}

/** The checkpoint that a path means: itself, or one of a run's. @throws FileError where there is none */
export function locate(path: string, which: 'best' | 'latest'): { run: RunDirectory; checkpointPath: string } {
  const parent = dirname(path);
  if (basename(parent) === 'checkpoints') return { run: new RunDirectory(dirname(parent)), checkpointPath: path };
  const run = new RunDirectory(path);
  if (!run.exists) {
    const guess = nearestRun(path);
    throw new FileError(`there is no run at ${run.path}${guess === undefined ? '' : `: did you mean ${guess}?`}`);
  }
  run.readConfig();
  const checkpoints = run.checkpoints();
  if (!checkpoints) throw new FileError(`${run.path} has no checkpoint yet`);
  return { run, checkpointPath: join(run.checkpointsPath, checkpoints[which]) };
}
