import { type EnvEntry, type EnvTable, withParameters } from '../entry.ts';
import { Blackjack } from './blackjack.ts';
import { CliffWalking } from './cliffWalking.ts';
import { FrozenLake } from './frozenLake.ts';
import { Taxi } from './taxi.ts';

/** Toy text: small worlds whose states are numbers, as in Gymnasium. */
export const textEnvs: EnvTable = {
  'FrozenLake-v1': frozenLake('4x4', 100),
  'FrozenLake8x8-v1': frozenLake('8x8', 200),
  'CliffWalking-v1': withParameters({
    parameters: { slippery: { kind: 'boolean', default: false, meaning: 'whether a step may go to either side' } },
    make: (values) => new CliffWalking(values),
    summary: "walk along a cliff's edge",
  }),
  'Taxi-v4': withParameters({
    parameters: {
      rain: { kind: 'boolean', default: false, meaning: 'whether a move may go to either side' },
      rainProbability: {
        kind: 'number',
        default: 0.8,
        min: 0,
        max: 1,
        meaning: 'in rain, that a move goes where it was meant to',
      },
      fickle: { kind: 'boolean', default: false, meaning: 'whether the passenger may change the destination once' },
      fickleProbability: { kind: 'number', default: 0.3, min: 0, max: 1, meaning: 'that a fickle passenger does' },
    },
    make: (values) => new Taxi(values),
    maxEpisodeSteps: 200,
    summary: 'fetch a passenger and drive them to their stop',
  }),
  'Blackjack-v1': withParameters({
    parameters: {
      natural: { kind: 'boolean', default: false, meaning: 'whether to win with a natural gives 1.5 (not with sab)' },
      sab: { kind: 'boolean', default: true, meaning: "whether a natural wins at once, as in Sutton and Barto's book" },
    },
    make: (values) => new Blackjack(values),
    summary: 'come nearer to 21 than the dealer',
  }),
};

function frozenLake(map: '4x4' | '8x8', maxEpisodeSteps: number): EnvEntry {
  return withParameters({
    parameters: {
      slippery: { kind: 'boolean', default: true, meaning: 'whether a step may go to either side' },
      successRate: {
        kind: 'number',
        default: 1 / 3,
        min: 0,
        max: 1,
        meaning: 'on slippery ice, that a step goes where it was meant to',
      },
    },
    make: (values) => new FrozenLake({ map, ...values }),
    maxEpisodeSteps,
    summary: `cross a frozen lake of ${map} without falling into a hole`,
  });
}
