import type { ParameterValue } from './parameters.ts';

type Settings = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, ParameterValue>>;

/** The learning rate falls to the end. */
const annealed = (steps: number) => ({ steps, annealSteps: steps });

/** Of episodes of so many steps: all of one is seen at its end, and a sequence is one, so that the gradient sees it too. */
const episodesOf = (steps: number) => ({
  context: steps,
  envs: 32,
  sequenceSteps: steps,
  rolloutSteps: steps * Math.ceil(100 / steps),
});

const landing: Settings = {
  ...annealed(600_000),
  width: 64,
  context: 1,
  rolloutSteps: 256,
  minibatches: 16,
  learningRate: 7e-4,
  gamma: 0.999,
  gaeLambda: 0.98,
};

/**
 * Advantages as they are: normalised, what is learned of levels without a reward so far is noise, and so is what is learned
 * of levels that are always won.
 */
const grid: Settings = { context: 8, learningRate: 1.5e-3, normalizeAdvantages: false };

/** The object has to be looked at before the walk, which is found by trying much early on; late, trying only costs. */
const gridMemory: Settings = {
  context: 48,
  sequenceSteps: 64,
  envs: 32,
  learningRate: 2e-3,
  epochs: 3,
  entropyCoefficient: 0.02,
  finalEntropyCoefficient: 0,
  // Once all episodes are won, nothing but noise would be blown up, until what was learned is gone.
  normalizeAdvantages: false,
};

/** What counts is the card of now: nothing is to be gained later. */
const repeatPrevious: Settings = { width: 64, gamma: 0.5, gaeLambda: 0.9 };

/** Boards show which way things move, so that nothing need be remembered. */
const arcade: Settings = {
  policy: 'mlp',
  width: 64,
  heads: 1,
  envs: 32,
  rolloutSteps: 64,
  epochs: 3,
  gaeLambda: 0.8,
};

/** A board says all there is to know. */
const board: Settings = {
  policy: 'mlp',
  width: 64,
  layers: 2,
  rolloutSteps: 64,
  sequenceSteps: 1,
  entropyCoefficient: 0.02,
  normalizeRewards: false,
};

/** The context spans the trial. Who learns in one set of tasks is evaluated in the other. */
const darkRoom = ({ horizon, episodes, tasks }: Values) => ({
  ...episodesOf((horizon as number) * (episodes as number)),
  ...annealed(1_000_000),
  width: 64,
  ...(tasks === 'train' && { evalParameters: 'tasks=test' }),
});

/**
 * Training settings for each environment: they take the place of the trainer's defaults, and the command line and config
 * files take theirs. What was measured with them stands in bench/RESULTS.md; the others are first settings of their family.
 * Where they depend on the environment's parameters, a function makes them.
 */
export const presets: Readonly<Record<string, Settings | ((values: Values) => Settings)>> = {
  'CartPole-v1': {
    a2c: annealed(100_000),
    reinforce: annealed(200_000),
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

  'LunarLander-v3': landing,
  'LunarLanderContinuous-v3': landing,

  'FrozenLake-v1': { ...annealed(200_000), context: 1, entropyCoefficient: 0.02 },
  'FrozenLake8x8-v1': { ...annealed(400_000), context: 1, entropyCoefficient: 0.02 },
  'CliffWalking-v1': { ...annealed(200_000), context: 1 },
  'Taxi-v4': { ...annealed(500_000), context: 1, entropyCoefficient: 0.02 },
  'Blackjack-v1': { ...annealed(200_000), context: 1, gamma: 1 },

  'MiniGrid-Empty-8x8-v0': { ...grid, ...annealed(100_000) },
  'MiniGrid-Empty-Random-6x6-v0': { ...grid, ...annealed(100_000) },
  'MiniGrid-DoorKey-5x5-v0': { ...grid, ...annealed(100_000), epochs: 6 },
  'MiniGrid-DoorKey-8x8-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-MemoryS7-v0': { ...gridMemory, ...annealed(1_000_000) },
  'MiniGrid-MemoryS9-v0': { ...gridMemory, ...annealed(1_200_000) },
  'MiniGrid-MemoryS13-v0': { ...gridMemory, ...annealed(2_000_000) },
  'MiniGrid-KeyCorridorS3R1-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-FourRooms-v0': { ...grid, ...annealed(1_000_000) },
  'MiniGrid-GoToDoor-5x5-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-Fetch-5x5-N2-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-UnlockPickup-v0': { ...grid, ...annealed(1_000_000) },
  'MiniGrid-LavaCrossingS9N1-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-SimpleCrossingS9N1-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-Dynamic-Obstacles-5x5-v0': { ...grid, ...annealed(200_000) },
  'MiniGrid-LockedRoom-v0': { ...grid, ...annealed(2_000_000) },
  'MiniGrid-MultiRoom-N2-S4-v0': { ...grid, ...annealed(200_000) },
  'MiniGrid-PutNear-6x6-N2-v0': { ...grid, ...annealed(1_000_000) },
  'MiniGrid-RedBlueDoors-6x6-v0': { ...grid, ...annealed(500_000) },
  'MiniGrid-ObstructedMaze-1Dl-v0': { ...grid, ...annealed(1_000_000) },
  'BabyAI-GoToRedBall-v0': { ...grid, ...annealed(500_000) },
  'BabyAI-GoToLocal-v0': { ...grid, ...annealed(1_000_000), width: 64, envs: 32, queries: 'text' },
  'BabyAI-PutNextLocal-v0': { ...grid, ...annealed(1_000_000) },

  'ProofofMemory-v0': { steps: 16_000, context: 16 },
  // The reward of the right turn is the only one that tells, and comes at the very end.
  'TMaze-v0': ({ length }) => ({
    ...episodesOf((length as number) + 1),
    ...annealed(1_200_000),
    width: 64,
    gamma: 1,
    gaeLambda: 1,
    minibatches: 4,
    // Whoever always turns to the same side must go on trying the other: its value, which depends on the cue, is what
    // memory is learned for first.
    entropyCoefficient: 0.01,
    valueCoefficient: 1,
    normalizeAdvantages: false,
  }),
  'MemoryLength-v0': ({ length }) => ({ ...episodesOf((length as number) + 1), ...annealed(200_000) }),
  'RepeatPreviousEasy-v0': { ...repeatPrevious, ...episodesOf(52), ...annealed(300_000) },
  'RepeatPreviousMedium-v0': { ...repeatPrevious, ...episodesOf(104), ...annealed(300_000) },
  'RepeatPreviousHard-v0': { ...repeatPrevious, ...episodesOf(156), ...annealed(600_000) },
  'AutoencodeEasy-v0': { ...episodesOf(104), ...annealed(1_000_000), width: 64, gamma: 0.9 },
  'AutoencodeMedium-v0': { ...episodesOf(208), ...annealed(1_000_000), width: 64, gamma: 0.9 },
  'AutoencodeHard-v0': { ...episodesOf(312), ...annealed(1_000_000), width: 64, gamma: 0.9 },
  'ConcentrationEasy-v0': { ...episodesOf(104), ...annealed(1_000_000), width: 64 },
  'ConcentrationMedium-v0': { ...episodesOf(208), ...annealed(1_000_000), width: 64 },
  'ConcentrationHard-v0': { ...episodesOf(104), ...annealed(1_000_000), width: 64 },
  // Once most episodes go on to their limit, what is left of the advantages is noise, which normalising would blow up.
  'MaskedCartPole-v1': {
    ...annealed(600_000),
    width: 64,
    context: 16,
    sequenceSteps: 32,
    entropyCoefficient: 0,
    normalizeAdvantages: false,
  },

  'SoundCue-v0': ({ cue }) => ({
    ...annealed(cue === 'start' ? 120_000 : 60_000),
    context: 20,
    sequenceSteps: 32,
  }),

  'DarkRoom-v0': darkRoom,
  'DarkKeyToDoor-v0': (values) => ({
    ...darkRoom(values),
    // Where a door was is in the step before the one that tells of it: to look there takes a layer more.
    layers: 2,
    gaeLambda: 0.98,
    finalEntropyCoefficient: 0.001,
  }),
  'BernoulliBandit-v0': ({ pulls }) => ({ ...episodesOf(pulls as number), ...annealed(500_000) }),

  'MinAtar/Breakout-v1': { ...annealed(1_000_000), width: 64, context: 1, envs: 32, rolloutSteps: 64, epochs: 3 },
  // The same things come at any height: what is next to the player is learned for all of them at once.
  'MinAtar/Asterix-v1': { ...arcade, ...annealed(3_000_000), reach: 1 },
  'MinAtar/Freeway-v1': { ...arcade, ...annealed(2_000_000) },
  'MinAtar/Seaquest-v1': { ...arcade, ...annealed(2_000_000) },
  'MinAtar/SpaceInvaders-v1': { ...arcade, ...annealed(5_000_000) },
  // Head, body and food are each looked for by a head of its own, together with what is beside them.
  'Snake-v0': {
    ...arcade,
    ...annealed(2_000_000),
    heads: 4,
    reach: 1,
    gaeLambda: 0.95,
    normalizeAdvantages: false,
  },

  'TicTacToe-v0': ({ opponent }) => ({
    ...board,
    ...annealed(150_000),
    envs: 32,
    learningRate: 2e-3,
    ...(opponent === 'self' && { device: 'simd', evalParameters: 'opponent=random' }),
  }),
  'ConnectFour-v0': ({ opponent }) => ({
    ...board,
    ...annealed(1_000_000),
    width: 128,
    envs: 64,
    ...(opponent === 'self' && {
      device: 'simd',
      evalParameters: 'opponent=scripted',
      // Against itself alone it soon plays one game over and over.
      entropyCoefficient: 0.05,
      snapshotEvery: 25,
      poolSize: 20,
      newestShare: 0.2,
    }),
  }),
};

/** The settings for an environment with these parameters; none where it has no preset. */
export function presetFor(id: string, values: Values): Settings {
  const preset = Object.hasOwn(presets, id) ? presets[id] : undefined;
  return (typeof preset === 'function' ? preset(values) : preset) ?? {};
}
