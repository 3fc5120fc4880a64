import type { EnvTable } from '../entry.ts';
import { Acrobot } from './acrobot.ts';
import { CartPole } from './cartPole.ts';
import { MountainCar } from './mountainCar.ts';
import { MountainCarContinuous } from './mountainCarContinuous.ts';
import { Pendulum } from './pendulum.ts';

/** Classic control: small mechanics with a few numbers as observation. */
export const classicEnvs: EnvTable = {
  'CartPole-v1': {
    make: () => new CartPole(),
    maxEpisodeSteps: 500,
    summary: 'keep a pole upright on a cart',
  },
  'MountainCar-v0': {
    make: () => new MountainCar(),
    maxEpisodeSteps: 200,
    summary: 'swing a weak car out of a valley',
  },
  'MountainCarContinuous-v0': {
    make: () => new MountainCarContinuous(),
    maxEpisodeSteps: 999,
    summary: 'swing a weak car out of a valley, with an accelerator',
  },
  'Acrobot-v1': {
    make: () => new Acrobot(),
    maxEpisodeSteps: 500,
    summary: 'swing a two-link chain up from its elbow',
  },
  'Pendulum-v1': {
    make: () => new Pendulum(),
    maxEpisodeSteps: 200,
    summary: 'swing a rod up and hold it there',
  },
};
