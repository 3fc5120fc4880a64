import type { ParameterValue } from './parameters.ts';

type Settings = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, ParameterValue>>;

/**
 * Training settings that are known to work, for each environment: they take the place of the trainer's defaults,
 * and the command line and config files take theirs. `steps` is enough to solve it with every seed that was tried.
 * Where they depend on the environment's parameters, a function makes them.
 */
export const presets: Readonly<Record<string, Settings | ((values: Values) => Settings)>> = {
  'CartPole-v1': {
    steps: 60_000,
    annealSteps: 60_000,
    context: 8,
    envs: 8,
    minibatches: 4,
    gamma: 0.98,
    entropyCoefficient: 0,
  },
  'MountainCar-v0': { steps: 300_000, annealSteps: 300_000, context: 4 },
  'MountainCarContinuous-v0': {
    steps: 200_000,
    context: 4,
    rolloutSteps: 256,
    epochs: 8,
    learningRate: 5e-4,
    // The goal's 100 must be found before the cost of moving is learned: large noise, and a value that does not hurry.
    initialLogStd: 0.7,
    entropyCoefficient: 0.02,
    valueCoefficient: 0.1,
    normalizeRewards: false,
  },
  'Acrobot-v1': {
    steps: 1_000_000,
    annealSteps: 1_000_000,
    context: 1,
    rolloutSteps: 256,
    epochs: 6,
    entropyCoefficient: 0.005,
  },
  'Pendulum-v1': { steps: 200_000, context: 4, epochs: 10, gamma: 0.95, entropyCoefficient: 0, annealSteps: 200_000 },
  'ProofofMemory-v0': { steps: 16_000, context: 16 },
};

/** The settings for an environment with these parameters; none where it has no preset. */
export function presetFor(id: string, values: Values): Settings {
  const preset = Object.hasOwn(presets, id) ? presets[id] : undefined;
  return (typeof preset === 'function' ? preset(values) : preset) ?? {};
}
