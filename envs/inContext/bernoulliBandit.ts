import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, Info, ResetOptions, StepArrays } from '../env.ts';
import { ACCENT, BACKGROUND, BODY, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Dict, Discrete } from '../spaces.ts';
import { Trials } from './trial.ts';

/** A value of its observation space. */
// A type and not an interface: only types fit where any record of values is wanted.
// oxlint-disable-next-line typescript/consistent-type-definitions
type BanditObservation = { action: number; reward: number[] };

/**
 * Bernoulli bandit: find the best of some arms while pulling them.
 *
 * Each arm gives 1 with a probability of its own, which is drawn anew for each trial, and else 0. There are `pulls`
 * pulls in a trial, each of which is an episode of one step; the trial is one episode of this environment.
 *
 * | action        | meaning       |
 * |---------------|---------------|
 * | 0 to arms - 1 | pull this arm |
 *
 * | observation | from | to   | meaning                                  |
 * |-------------|------|------|------------------------------------------|
 * | action      | 0    | arms | the arm pulled last; `arms` before any   |
 * | reward      | 0    | 1    | what it gave                             |
 *
 * - **Reward**: 1 or 0.
 * - **Start**: each arm's probability uniform in [0, 1).
 * - **End**: terminates with the last pull. The info of that step has `episodeReturns`, the rewards in their order.
 * - **Solved**: with 5 arms a mean return of 6.6 for 10 pulls and 78 for 100, which is what Gittins' indices get;
 *   pulling at random gives 5 and 50, knowing the best arm 8.3 and 83.
 *
 * @see Duan et al. 2016, "RL^2: Fast Reinforcement Learning via Slow Reinforcement Learning", table 1
 */
export class BernoulliBandit extends BatchOfOne<Bandits, number, BanditObservation> {
  readonly observationSpace: Dict;
  readonly actionSpace: Discrete;

  constructor({ arms = 5, pulls = 100 }: { arms?: number; pulls?: number } = {}) {
    super((count) => new Bandits(count, arms, pulls));
    const names = Array.from({ length: arms }, (_, i) => `arm ${i + 1}`);
    this.observationSpace = new Dict({
      action: new Discrete(arms + 1, { names: [...names, 'none'] }),
      reward: new Box({ low: 0, high: 1, shape: [1], names: ['reward'] }),
    });
    this.actionSpace = new Discrete(arms, { names });
  }

  draw(): Scene {
    const { arms, trials, probabilities, pulled, won } = this.batch;
    const width = 12;
    const base = 5;
    const high = 4.2; // of a probability of 1
    const pitch = (width - 1) / arms;
    const last = this.lastAction?.[0];
    const bars = Array.from({ length: arms }, (_, i): Shape[] => {
      const x = 0.5 + pitch * (i + 0.15);
      const across = 0.7 * pitch;
      const truth = base - high * (probabilities[i] as number);
      const pulls = pulled[i] as number;
      const mean = pulls > 0 ? (won[i] as number) / pulls : 0;
      const fill = i === last ? ACCENT : EDGE;
      return [
        { kind: 'rect', x, y: base - high, width: across, height: high, radius: 0.1, fill: SURFACE },
        {
          kind: 'rect',
          id: `mean${i}`,
          x,
          y: base - high * mean,
          width: across,
          height: high * mean,
          radius: 0.1,
          fill,
        },
        { kind: 'line', id: `truth${i}`, points: [x, truth, x + across, truth], stroke: BODY, strokeWidth: 0.06 },
        {
          kind: 'text',
          id: `pulls${i}`,
          x: x + across / 2,
          y: base + 0.4,
          text: String(pulls),
          size: Math.min(0.4, 0.3 * pitch),
          fill: i === last ? ACCENT : DETAIL,
        },
      ];
    });
    const done = trials.episode[0] as number;
    const total = trials.returns.reduce((sum, reward) => sum + reward, 0);
    return {
      width,
      height: 6.6,
      background: BACKGROUND,
      shapes: [
        ...bars.flat(),
        { kind: 'circle', id: 'reward', x: 0.8, y: 6.1, radius: 0.14, fill: this.#lastReward() ? GOOD : SURFACE },
        {
          kind: 'text',
          id: 'state',
          x: width / 2,
          y: 6.1,
          text: `${total} from ${done} of ${trials.episodes} pulls`,
          size: 0.38,
          fill: DETAIL,
        },
      ],
    };
  }

  #lastReward(): number {
    const { trials } = this.batch;
    return trials.returns[(trials.episode[0] as number) - 1] ?? 0;
  }
}

/** The dynamics, of bandits side by side. */
class Bandits implements EnvBatch {
  /** [count, arms] */
  readonly probabilities: Float64Array;
  /** [count, arms] Pulls of each arm, and those that gave something. */
  readonly pulled: Int32Array;
  readonly won: Int32Array;
  readonly trials: Trials;
  private readonly random: readonly Generator[];

  constructor(
    count: number,
    readonly arms: number,
    pulls: number,
  ) {
    this.probabilities = new Float64Array(count * arms);
    this.pulled = new Int32Array(count * arms);
    this.won = new Int32Array(count * arms);
    this.trials = new Trials(count, pulls);
    this.random = Array.from({ length: count }, () => new Generator());
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const { arms } = this;
    const random = this.random[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    for (let k = row * arms; k < (row + 1) * arms; k++) {
      this.probabilities[k] = random.random();
      this.pulled[k] = this.won[k] = 0;
    }
    this.trials.begin(row);
    observations[2 * row] = arms;
    observations[2 * row + 1] = 0;
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { arms, trials } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const arm = actions[i] as number;
      const at = i * arms + arm;
      const reward = (this.random[i] as Generator).random() < (this.probabilities[at] as number) ? 1 : 0;
      this.pulled[at] = (this.pulled[at] as number) + 1;
      this.won[at] = (this.won[at] as number) + reward;
      trials.add(i, reward);
      rewards[i] = reward;
      terminated[i] = trials.endEpisode(i) ? 1 : 0;
      truncated[i] = 0;
      observations[2 * i] = arm;
      observations[2 * i + 1] = reward;
    }
  }

  info(row: number): Info {
    return this.trials.info(row);
  }
}
