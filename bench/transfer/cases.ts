/** Something learned before, and what is then learned from it and from scratch. */
export interface TransferCase {
  name: string;
  /** Environments to learn in one after the other, each from the weights of the one before, and for how many steps. */
  before: readonly { environment: string; steps: number }[];
  /** Not among those. */
  environment: string;
  steps: number;
  /** Mean return that counts as having learned it. */
  threshold: number;
}

/** What sets an arm apart: settings beside those of the environment's preset. */
export interface TransferArm {
  arm: string;
  /** Whether it begins with the weights of what was learned before. */
  fromBefore: boolean;
  flags: Readonly<Record<string, unknown>>;
}

/** The one from scratch comes first: others are measured against it. */
export const ARMS: readonly TransferArm[] = [
  { arm: 'scratch', fromBefore: false, flags: {} },
  { arm: 'fine-tuned', fromBefore: true, flags: {} },
  { arm: 'adapters of rank 1', fromBefore: true, flags: { loraRank: 1 } },
];

/** Of MiniGrid, in which all levels have the same cells and actions. */
export const CASES: readonly TransferCase[] = [
  {
    name: 'empty rooms to SimpleCrossing',
    before: [
      { environment: 'MiniGrid-Empty-Random-6x6-v0', steps: 50_000 },
      { environment: 'MiniGrid-Empty-8x8-v0', steps: 30_000 },
    ],
    environment: 'MiniGrid-SimpleCrossingS9N1-v0',
    steps: 100_000,
    threshold: 0.8,
  },
  {
    name: 'DoorKey 5x5 to 8x8',
    before: [{ environment: 'MiniGrid-DoorKey-5x5-v0', steps: 80_000 }],
    environment: 'MiniGrid-DoorKey-8x8-v0',
    steps: 120_000,
    threshold: 0.8,
  },
];
