/**
 * Training settings that are known to work, for each environment: they take the place of the trainer's defaults,
 * and the command line and config files take theirs.
 */
export const presets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'CartPole-v1': {},
  'MountainCar-v0': {},
  'MountainCarContinuous-v0': {},
  'Acrobot-v1': {},
  'Pendulum-v1': {},
  'ProofofMemory-v0': {},
};
