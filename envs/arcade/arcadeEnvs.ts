import type { EnvTable } from '../entry.ts';
import { withParameters } from '../entry.ts';
import { Asterix } from './asterix.ts';
import { Breakout } from './breakout.ts';
import { Freeway } from './freeway.ts';
import { Seaquest } from './seaquest.ts';
import { Snake } from './snake.ts';
import { SpaceInvaders } from './spaceInvaders.ts';

/** What ends an episode that would hardly end of itself. */
const MINATAR_LIMIT = 10_000; // steps

const sticky = {
  stickyProbability: {
    kind: 'number',
    default: 0.1,
    min: 0,
    max: 1,
    meaning: 'chance of each step to repeat the action before',
  },
} as const;

const ramping = {
  ...sticky,
  ramping: { kind: 'boolean', default: true, meaning: 'whether it becomes harder as it goes on' },
} as const;

/** Arcade games as grids of several channels. */
export const arcadeEnvs: EnvTable = {
  'MinAtar/Breakout-v1': withParameters({
    parameters: sticky,
    make: (options) => new Breakout(options),
    maxEpisodeSteps: MINATAR_LIMIT,
    summary: 'break bricks with a ball and a paddle',
  }),
  'MinAtar/Asterix-v1': withParameters({
    parameters: ramping,
    make: (options) => new Asterix(options),
    maxEpisodeSteps: MINATAR_LIMIT,
    summary: 'gather gold among passing enemies',
  }),
  'MinAtar/Freeway-v1': withParameters({
    parameters: sticky,
    make: (options) => new Freeway(options),
    maxEpisodeSteps: 2500,
    summary: 'lead a chicken across the traffic',
  }),
  'MinAtar/Seaquest-v1': withParameters({
    parameters: ramping,
    make: (options) => new Seaquest(options),
    maxEpisodeSteps: MINATAR_LIMIT,
    summary: 'rescue divers with a submarine that needs air',
  }),
  'MinAtar/SpaceInvaders-v1': withParameters({
    parameters: ramping,
    make: (options) => new SpaceInvaders(options),
    maxEpisodeSteps: MINATAR_LIMIT,
    summary: 'shoot the aliens before they land',
  }),
  'Snake-v0': withParameters({
    parameters: {
      size: { kind: 'integer', default: 10, min: 5, max: 20, meaning: 'rows and columns of the board' },
    },
    make: ({ size }) => new Snake(size),
    summary: 'eat, grow, and do not bite yourself',
  }),
};
