import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { Generator } from '../random.ts';
import type { Colour, Scene } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { boardScene, type Piece } from './boardScene.ts';

/** Rows and columns of every game's board. */
export const SIDE = 10;
export const LAST = SIDE - 1;
const CELLS = SIDE * SIDE;

export interface MinAtarOptions {
  /** Chance of each step to repeat the action of the step before, whatever was chosen. */
  stickyProbability?: number;
}

export interface RampingOptions extends MinAtarOptions {
  /** Whether the game becomes harder as it goes on. */
  ramping?: boolean;
}

/** What a channel of the observation looks like, where no piece shows what it says. */
export interface Paint {
  channel: number;
  colour: Colour;
}

interface Looks {
  /** What each channel of the observation tells. */
  channels: readonly string[];
  /** Later ones over earlier ones. */
  paints: readonly Paint[];
  actions: readonly string[];
}

/**
 * One of MinAtar's games: an arcade game of the Atari 2600, reduced to its rules on a board of 10 x 10 cells.
 *
 * Observed are all cells, row by row from the top, with a 0 or 1 for each channel. With probability 0.1 a step repeats the
 * action of the step before ("sticky actions"); no action counts as doing nothing before the first step.
 *
 * @see Young and Tian 2019, "MinAtar: An Atari-Inspired Testbed for Thorough and Reproducible Reinforcement Learning Experiments"
 * @see https://github.com/kenjyoung/MinAtar
 */
export abstract class MinAtarGame<Batch extends MinAtarBatch> extends BatchOfOne<Batch, number> {
  readonly observationSpace: Box;
  readonly actionSpace: Discrete;
  readonly #looks: Looks;

  constructor(make: (count: number) => Batch, looks: Looks) {
    super(make);
    const { channels, actions } = looks;
    this.#looks = looks;
    this.observationSpace = new Box({
      low: 0,
      high: 1,
      shape: [SIDE, SIDE, channels.length],
      tokens: 'cell',
      channels,
    });
    this.actionSpace = new Discrete(actions.length, { names: actions });
  }

  draw(): Scene {
    const { channels, paints } = this.#looks;
    const set = new Float32Array(CELLS * channels.length);
    this.batch.show(0, set, 0);
    const layers = paints.map(({ channel, colour }) => ({
      colour,
      isSet: (cell: number) => set[cell * channels.length + channel] === 1,
    }));
    const { pieces, status } = this.scenery();
    return boardScene({ side: SIDE, layers, pieces, score: this.batch.score[0] as number, status });
  }

  /** What glides over the board, and the text beside the score. */
  protected abstract scenery(): { pieces: Piece[]; status: string };
}

/** What the games' dynamics share, for boards side by side: sticky actions, and a generator for each. */
export abstract class MinAtarBatch implements EnvBatch {
  /** [B] sum of the episode's rewards. */
  readonly score: Int32Array;
  /** [B] 1 where the game is over. */
  protected readonly over: Uint8Array;
  private readonly randoms: readonly Generator[];
  private readonly lastActions: Uint8Array;
  private readonly stickyProbability: number;

  constructor(
    count: number,
    protected readonly channels: number,
    { stickyProbability = 0.1 }: MinAtarOptions,
  ) {
    this.score = new Int32Array(count);
    this.over = new Uint8Array(count);
    this.randoms = Array.from({ length: count }, () => new Generator());
    this.lastActions = new Uint8Array(count);
    this.stickyProbability = stickyProbability;
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const random = this.randoms[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    this.lastActions[row] = 0;
    this.score[row] = 0;
    this.over[row] = 0;
    this.begin(row, random);
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { lastActions, randoms, score, over, stickyProbability } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const random = randoms[i] as Generator;
      if (random.random() >= stickyProbability) lastActions[i] = actions[i] as number;
      const reward = this.act(i, lastActions[i] as number, random);
      score[i] = (score[i] as number) + reward;
      this.observe(i, observations);
      rewards[i] = reward;
      terminated[i] = over[i] as number;
      truncated[i] = 0;
    }
  }

  /** Sets the bits of row `row`, from index `at` on, where all are 0. */
  abstract show(row: number, observations: Float32Array, at: number): void;

  /** Sets up the first board of an episode. */
  protected abstract begin(row: number, random: Generator): void;

  /** Plays one step, says in `over` whether it ended the game, and returns its reward. */
  protected abstract act(row: number, action: number, random: Generator): number;

  private observe(row: number, observations: Float32Array): void {
    const size = CELLS * this.channels;
    observations.fill(0, row * size, (row + 1) * size);
    this.show(row, observations, row * size);
  }
}
