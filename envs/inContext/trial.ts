import { type Info, NO_INFO } from '../env.ts';
import { ACCENT, DETAIL, EDGE } from '../palette.ts';
import type { Shape } from '../scene.ts';

/** Episodes one after another in a task that stays the same: what each of them gave, for trials side by side. */
export class Trials {
  /** Which episode runs, from 0 on; as many as there are once all are over. */
  readonly episode: Int32Array;
  /** Steps taken in it. */
  readonly steps: Int32Array;
  /** [count, episodes] */
  readonly returns: Float64Array;

  constructor(
    count: number,
    readonly episodes: number,
  ) {
    this.episode = new Int32Array(count);
    this.steps = new Int32Array(count);
    this.returns = new Float64Array(count * episodes);
  }

  begin(row: number): void {
    this.episode[row] = this.steps[row] = 0;
    this.returns.fill(0, row * this.episodes, (row + 1) * this.episodes);
  }

  /** Counts a step of the episode that runs, and what it gave. */
  add(row: number, reward: number): void {
    this.steps[row] = (this.steps[row] as number) + 1;
    const at = row * this.episodes + (this.episode[row] as number);
    this.returns[at] = (this.returns[at] as number) + reward;
  }

  /** The episode ends; whether it was the last one. */
  endEpisode(row: number): boolean {
    this.steps[row] = 0;
    this.episode[row] = (this.episode[row] as number) + 1;
    return this.isOver(row);
  }

  isOver(row: number): boolean {
    return this.episode[row] === this.episodes;
  }

  /** Of the last step: the return of each episode, and whether the last one was as good as `goal`. */
  info(row: number, goal?: number): Info {
    if (!this.isOver(row)) return NO_INFO;
    const episodeReturns = Array.from(this.returns.subarray(row * this.episodes, (row + 1) * this.episodes));
    if (goal === undefined) return { episodeReturns };
    return { episodeReturns, success: (episodeReturns.at(-1) as number) >= goal };
  }
}

/** A bar for each episode of trial 0, as high as its return, between `x` and `x + width`, upwards from `y`. */
export function drawReturns(
  trials: Trials,
  { x, y, width, height, best }: { x: number; y: number; width: number; height: number; best: number },
): Shape[] {
  const { episodes } = trials;
  const pitch = width / episodes;
  const bars = Array.from({ length: episodes }, (_, i): Shape => {
    const high = Math.max(0.02, (height * Math.min(trials.returns[i] as number, best)) / best);
    const fill = i === trials.episode[0] ? ACCENT : i < (trials.episode[0] as number) ? DETAIL : EDGE;
    return {
      kind: 'rect',
      id: `return${i}`,
      x: x + pitch * (i + 0.1),
      y: y - high,
      width: 0.8 * pitch,
      height: high,
      fill,
    };
  });
  return [{ kind: 'line', points: [x, y + 0.04, x + width, y + 0.04], stroke: EDGE, strokeWidth: 0.03 }, ...bars];
}
