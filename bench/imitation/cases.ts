import type { Config } from 'gymformer';

/** Something to imitate, and how. */
export interface ImitationCase {
  name: string;
  environment: string;
  algo: 'bc' | 'dt';
  /** Who is imitated: an expert, or the policy at every checkpoint on its way. */
  shown: 'expert' | 'mixed';
  /** What the demonstrator is trained with beside its preset. */
  training: Partial<Config>;
  /** Recorded, of each demonstrator. */
  episodes: number;
  /** Of a policy that is told a return: the returns to ask for. */
  asked: readonly number[];
}

const EXPERT = { algo: 'bc', shown: 'expert', training: {}, episodes: 50, asked: [] } as const;

/** Twelve policies, from one that has hardly learned to one that always reaches the limit of 500. */
const MIXED = {
  environment: 'CartPole-v1',
  shown: 'mixed',
  training: { steps: 12_288, checkpointEvery: 1024, annealSteps: 60_000 },
  episodes: 20,
} as const;

export const CASES: readonly ImitationCase[] = [
  { ...EXPERT, name: 'CartPole-v1', environment: 'CartPole-v1' },
  { ...EXPERT, name: 'MiniGrid-DoorKey-5x5-v0', environment: 'MiniGrid-DoorKey-5x5-v0' },
  {
    ...EXPERT,
    name: 'LunarLander-v3',
    environment: 'LunarLander-v3',
    training: { steps: 500_000, annealSteps: 500_000 },
  },
  { ...MIXED, name: 'CartPole-v1-mixed-bc', algo: 'bc', asked: [] },
  { ...MIXED, name: 'CartPole-v1-mixed-dt', algo: 'dt', asked: [25, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500] },
];
