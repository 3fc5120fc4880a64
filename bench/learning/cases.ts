/** What is trained, from which settings, and what it is measured against. */
export interface LearningCase {
  /** Id, with its parameters. */
  environment: string;
  policy: 'transformer' | 'gru' | 'mlp';
  algo: 'ppo' | 'a2c' | 'reinforce';
  /** What tells it from the other cases of its environment: `transformer`, `a2c`, `context 16`. */
  variant: string;
  /** What differs from the environment's preset. */
  flags?: Readonly<Record<string, unknown>>;
  /** What it is to reach; left out where no number is asked for. */
  goal?: Goal;
  /** What others reached, as the report says it. */
  reference?: string;
  /** Episodes of the last evaluation; 100 where it says nothing. */
  episodes?: number;
  /** What else the policy then plays, by name: the environment with these parameters, `audio=false`. */
  views?: Readonly<Record<string, string>>;
}

export interface Goal {
  /** `return`: the mean return of an evaluation. `success`: its share of successes. */
  measure: 'return' | 'success';
  atLeast: number;
  /** Environment steps within which: the case may not train for more. */
  within?: number;
  /** Of the seeds' scores; the mean where it says nothing. */
  statistic?: 'mean' | 'iqm';
}

/** An environment with its goal and reference, and the policies or algorithms that are trained in it. */
interface Task extends Pick<LearningCase, 'environment' | 'goal' | 'reference' | 'episodes' | 'flags'> {
  /** Transformer and PPO where it says nothing. */
  variants?: readonly Variant[];
}

type Variant = Pick<LearningCase, 'variant'> & Partial<LearningCase>;

const TRANSFORMER: Variant = { variant: 'transformer' };
const GRU: Variant = { variant: 'gru', policy: 'gru' };
const MLP: Variant = { variant: 'mlp', policy: 'mlp' };
const CARTPOLE_SOLVED: Partial<LearningCase> = {
  goal: { measure: 'return', atLeast: 475 },
  reference: 'Gymnasium calls 475 solved',
};
/** The algorithms beside PPO, with its policy. */
const ALGORITHMS: readonly Variant[] = [
  { variant: 'a2c', algo: 'a2c', ...CARTPOLE_SOLVED },
  { variant: 'reinforce', algo: 'reinforce', ...CARTPOLE_SOLVED },
];
const MLP_ALONE = { policy: 'mlp' } as const;
/** Attends to the board of now, as an MLP would have it. */
const OF_THE_BOARD_ALONE: Variant = { variant: 'transformer', flags: { context: 1 } };
const POLICIES = [TRANSFORMER, GRU, MLP];

const SOLVED = { measure: 'success', atLeast: 0.99 } as const;
/** A cue and two sides: half of all guesses are right. */
const HALF = 'without memory: success 0.5';
const MINATAR = 'AC(0.8) of Young and Tian 2019 after 5M frames, read off the curves in their repository';

/** Of MiniGrid and BabyAI, those of which no number is asked. */
const OTHER_LEVELS = [
  ...['Empty-8x8', 'Empty-Random-6x6', 'DoorKey-8x8', 'FourRooms', 'GoToDoor-5x5', 'Fetch-5x5-N2', 'UnlockPickup'],
  ...['LavaCrossingS9N1', 'SimpleCrossingS9N1', 'Dynamic-Obstacles-5x5', 'LockedRoom', 'MultiRoom-N2-S4'],
  ...['PutNear-6x6-N2', 'RedBlueDoors-6x6', 'ObstructedMaze-1Dl', 'MemoryS7', 'MemoryS13'],
]
  .map((level) => `MiniGrid-${level}-v0`)
  .concat(['GoToRedBall', 'GoToLocal', 'PutNextLocal'].map((level) => `BabyAI-${level}-v0`));

/** What agents are to learn, by family. */
export const FAMILIES: Readonly<Record<string, readonly LearningCase[]>> = {
  'Classic control': casesOf(
    {
      environment: 'CartPole-v1',
      goal: { measure: 'return', atLeast: 500, within: 100_000 },
      reference: '500, rl-zoo3 PPO',
      // After the preset's 60 000 steps one MLP of five is not there yet.
      variants: [TRANSFORMER, GRU, { ...MLP, flags: { steps: 100_000, annealSteps: 100_000 } }, ...ALGORITHMS],
    },
    {
      environment: 'Acrobot-v1',
      goal: { measure: 'return', atLeast: -75, within: 1_000_000 },
      reference: '-73.5 at 1M, rl-zoo3 PPO',
    },
    {
      environment: 'Pendulum-v1',
      goal: { measure: 'return', atLeast: -180 },
      reference: '-172, rl-zoo3 PPO',
    },
    {
      environment: 'MountainCar-v0',
      goal: { measure: 'return', atLeast: -115, within: 1_000_000 },
      reference: '-110 at 1M, rl-zoo3 PPO',
    },
    {
      environment: 'MountainCarContinuous-v0',
      goal: { measure: 'return', atLeast: 90 },
      reference: 'Gymnasium calls 90 solved',
    },
  ),
  Control: casesOf(
    {
      environment: 'LunarLander-v3',
      goal: { measure: 'return', atLeast: 240, within: 1_000_000 },
      reference: '242 at 1M, rl-zoo3 PPO',
    },
    { environment: 'LunarLanderContinuous-v3', reference: '271 at 1M, rl-zoo3 PPO' },
  ),
  Text: casesOf(
    { environment: 'FrozenLake-v1' },
    { environment: 'FrozenLake8x8-v1' },
    { environment: 'CliffWalking-v1', reference: 'the most there is: -13' },
    { environment: 'Taxi-v4' },
    { environment: 'Blackjack-v1', episodes: 5000 },
  ),
  Grid: casesOf(
    {
      environment: 'MiniGrid-DoorKey-5x5-v0',
      goal: { measure: 'return', atLeast: 0.96, within: 100_000 },
      reference: '0.964 at 100k, rl-zoo3 PPO',
    },
    {
      environment: 'MiniGrid-KeyCorridorS3R1-v0',
      goal: { measure: 'return', atLeast: 0.94, within: 500_000 },
      reference: '0.949, rl-zoo3 PPO',
    },
    {
      environment: 'MiniGrid-MemoryS9-v0',
      goal: { measure: 'return', atLeast: 0.95, within: 2_000_000, statistic: 'iqm' },
      reference: '0.925 at 2.05M, recurrent PPO',
      variants: POLICIES,
    },
    ...OTHER_LEVELS.map((environment) => ({ environment })),
  ),
  Memory: casesOf(
    {
      environment: 'ProofofMemory-v0',
      goal: { measure: 'return', atLeast: 1.15, within: 16_000 },
      reference: "12k to 16k steps, CleanRL's ppo_trxl, 3 seeds; without memory: 0.28",
      // Without memory the mean is at best 0.28, with a deviation of 1.5: more episodes tell it from 0.3.
      variants: [TRANSFORMER, GRU, { ...MLP, episodes: 5000 }],
    },
    {
      environment: 'TMaze-v0:length=100',
      goal: SOLVED,
      reference: HALF,
      // All of the corridor is one to it, be it in time or late: only the next reward tells it what a step is worth.
      variants: [TRANSFORMER, GRU, { ...MLP, flags: { gamma: 0.9, gaeLambda: 0, entropyCoefficient: 0 } }],
    },
    { environment: 'MemoryLength-v0:length=100', goal: SOLVED, reference: HALF, variants: POLICIES },
    {
      environment: 'RepeatPreviousMedium-v0',
      goal: { measure: 'return', atLeast: 0.95 },
      reference: 'the most there is: 1',
      variants: POLICIES,
    },
    {
      environment: 'MaskedCartPole-v1',
      goal: { measure: 'return', atLeast: 490 },
      reference: 'the most there is: 500',
      variants: POLICIES,
    },
    { environment: 'RepeatPreviousEasy-v0', reference: 'the most there is: 1', variants: POLICIES },
    { environment: 'RepeatPreviousHard-v0', reference: 'the most there is: 1' },
    ...['Autoencode', 'Concentration'].flatMap((task) =>
      ['Easy', 'Medium', 'Hard'].map((size) => ({
        environment: `${task}${size}-v0`,
        reference: 'the most there is: 1',
      })),
    ),
  ),
  Sound: casesOf(
    ...['SoundCue-v0', 'SoundCue-v0:cue=start'].map((environment) => ({
      environment,
      goal: { measure: 'success', atLeast: 0.95 } as const,
      reference: 'without hearing: success 0.5',
    })),
  ),
  Arcade: casesOf(
    { environment: 'MinAtar/Breakout-v1', ...minAtar(17.3) },
    { environment: 'MinAtar/Asterix-v1', ...minAtar(19.8), variants: [MLP, OF_THE_BOARD_ALONE] },
    { environment: 'MinAtar/SpaceInvaders-v1', ...minAtar(181), variants: [MLP, OF_THE_BOARD_ALONE] },
    ...['MinAtar/Freeway-v1', 'MinAtar/Seaquest-v1', 'Snake-v0'].map((environment) => ({
      environment,
      variants: [MLP],
    })),
  ),
  Board: casesOf(
    {
      environment: 'ConnectFour-v0',
      variants: [
        {
          variant: 'mlp, evaluated against random',
          ...MLP_ALONE,
          flags: { evalParameters: 'opponent=random' },
          goal: { measure: 'success', atLeast: 0.95 },
          reference: 'learned against the scripted player',
        },
        {
          variant: 'mlp',
          ...MLP_ALONE,
          goal: { measure: 'success', atLeast: 0.6 },
          reference: 'learned against the scripted player, whom it plays',
        },
      ],
    },
    {
      environment: 'ConnectFour-v0:opponent=self',
      goal: { measure: 'success', atLeast: 0.6 },
      reference: 'against the scripted player, learned by self-play alone',
      variants: [{ variant: 'mlp', ...MLP_ALONE }],
    },
    { environment: 'TicTacToe-v0', variants: [MLP] },
  ),
  'In context': casesOf(
    { environment: 'DarkRoom-v0', reference: 'return per episode rises within a trial', variants: POLICIES },
    { environment: 'DarkKeyToDoor-v0' },
    { environment: 'BernoulliBandit-v0' },
  ),
};

/** Variants of one environment, for what each setting is worth: how far it sees, and what else is to help memory. */
export const ABLATIONS: Readonly<Record<string, readonly LearningCase[]>> = {
  'Memory of a bit for 50 steps': casesOf({
    environment: 'MemoryLength-v0:length=50',
    goal: SOLVED,
    reference: HALF,
    variants: memoryVariants(16, 32, 51),
  }),
  'Memory of a cue in a short walk': casesOf({
    environment: 'ProofofMemory-v0',
    goal: { measure: 'return', atLeast: 1.15 },
    reference: 'without memory: 0.28',
    episodes: 1000,
    variants: memoryVariants(2, 4, 16),
  }),
  'The suit of 31 cards ago': casesOf({
    environment: 'RepeatPreviousMedium-v0',
    goal: { measure: 'return', atLeast: 0.95 },
    reference: 'the most there is: 1',
    variants: memoryVariants(16, 32, 104),
  }),
  'A cue at the start of a corridor': casesOf({
    environment: 'TMaze-v0:length=50',
    goal: SOLVED,
    reference: HALF,
    variants: memoryVariants(16, 32, 51),
  }),
};

/** Contexts that are too short, the one that is not, and with that one what published work adds for memory's sake. */
function memoryVariants(...contexts: readonly [...shorter: number[], enough: number]): Variant[] {
  const context = contexts.at(-1)!;
  const gating = { gating: 'gru' };
  const reconstruction = { reconstructionCoefficient: 0.1 };
  return [
    ...contexts.map((steps) => ({ variant: `context ${steps}`, flags: { context: steps } })),
    { variant: `context ${context}, gating`, flags: { context, ...gating } },
    { variant: `context ${context}, reconstruction`, flags: { context, ...reconstruction } },
    { variant: `context ${context}, both`, flags: { context, ...gating, ...reconstruction } },
  ];
}

export const CASES: readonly LearningCase[] = [...Object.values(FAMILIES), ...Object.values(ABLATIONS)].flat();

/** As `--only` and messages have it. */
export function caseName({ environment, variant }: LearningCase): string {
  return `${environment}/${variant}`;
}

/** The authors' own result, which is also the goal. */
function minAtar(score: number): Pick<Task, 'goal' | 'reference'> {
  return {
    goal: { measure: 'return', atLeast: score, within: 5_000_000 },
    reference: `${score}, ${MINATAR}`,
  };
}

function casesOf(...tasks: readonly Task[]): LearningCase[] {
  return tasks.flatMap(({ variants = [TRANSFORMER], flags, ...task }) =>
    variants.map((variant) => ({
      policy: 'transformer' as const,
      algo: 'ppo' as const,
      ...task,
      ...variant,
      ...((flags ?? variant.flags) && { flags: { ...flags, ...variant.flags } }),
    })),
  );
}
