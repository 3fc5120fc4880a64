import { type EnvTable, withParameters } from '../entry.ts';
import { LunarLander, LunarLanderContinuous } from './lunarLander.ts';

const weather = {
  gravity: { kind: 'number', default: -10, min: -12, max: 0, meaning: 'm/s^2, negative downwards' },
  wind: { kind: 'boolean', default: false, meaning: 'wind and turbulence, until a leg touches the ground' },
  windPower: { kind: 'number', default: 15, min: 0, max: 20, meaning: 'largest force of the wind, N' },
  turbulencePower: { kind: 'number', default: 1.5, min: 0, max: 2, meaning: 'largest torque of the wind, N m' },
} as const;

/** Rigid bodies, stepped by a physics engine. */
export const controlEnvs: EnvTable = {
  'LunarLander-v3': withParameters({
    parameters: weather,
    make: (values) => new LunarLander(values),
    maxEpisodeSteps: 1000,
    summary: 'bring a lander down on its pad',
  }),
  'LunarLanderContinuous-v3': withParameters({
    parameters: weather,
    make: (values) => new LunarLanderContinuous(values),
    maxEpisodeSteps: 1000,
    summary: 'bring a lander down on its pad, with throttles',
  }),
};
