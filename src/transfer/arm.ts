import type { EnvSpec } from '../../envs/registry.ts';
import { CHOSEN_KEYS, type Config } from '../settings.ts';
import type { Cost } from '../cost.ts';
import { FileError } from '../errors.ts';
import { RunDirectory } from '../run.ts';
import { train } from '../trainer.ts';
import type { Curve } from './summary.ts';

/** A curve, and what the run of it cost. */
export interface TrainedArm extends Curve {
  cost: Cost;
}

export interface ArmOptions {
  /** `scratch`, `transfer`, …: what its seeds have in common. */
  arm: string;
  /** With `evalFirst` and `evalEvery`, for a curve. */
  config: Config;
  spec: EnvSpec;
  /** Directory of the run; one that is there is gone on with. */
  run: string;
  signal?: AbortSignal;
  /** Told after each update how far it is. */
  onStep?: (step: number) => void;
}

/**
 * One seed of one arm: trains what is still to be trained of its run.
 *
 * @returns its curve of evaluations; null when it was interrupted
 * @throws ConfigError where the run was begun with other settings
 */
export async function trainArm({ arm, spec, run, signal, onStep, ...options }: ArmOptions): Promise<TrainedArm | null> {
  const directory = new RunDirectory(run);
  const resume = directory.exists;
  const chosen = Object.fromEntries(CHOSEN_KEYS.map((key) => [key, options.config[key]]));
  const config = resume ? directory.resumeConfig(chosen) : options.config;
  if (isUnfinished(directory, config)) {
    const onEvent = (event: { event: string; step?: number }): void => {
      if (event.event === 'update') onStep?.(event.step as number);
    };
    const done = await train({ config, spec, run, resume, onEvent, ...(signal && { signal }) });
    if (done.interrupted) return null;
  }
  const points = directory.evaluations().map(({ step, mean }) => ({ step, mean }));
  const cost = directory.readCost();
  if (!cost) throw new FileError(`there is no cost.json in ${directory.path}: give another folder`);
  return { arm, seed: config.seed, points, cost };
}

function isUnfinished(run: RunDirectory, { steps }: Config): boolean {
  return !run.evaluations().some(({ step }) => step >= steps);
}
