import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import type { GridWorld } from './gridWorld.ts';
import { PICTURE_SIZE, writePicture } from './tiles.ts';
import { VIEW_SIZE, writeView } from './view.ts';

/** What of a world its agent is shown. */
export interface Shown {
  /** Whether it is told its mission: else it sees none, and has to guess. */
  mission: boolean;
  /** Whether it sees a picture, rather than what is in each cell. */
  pixels: boolean;
}

/** Grid worlds side by side: row i is what the agent of world i sees, where it looks, and its mission's characters. */
export class GridBatch implements EnvBatch {
  private readonly rowSize: number;
  private readonly missionSize: number;
  /** [B, missionSize] character codes, made when an episode starts. */
  private readonly missions: Float32Array;

  private readonly view = new Float32Array(VIEW_SIZE);
  private readonly imageSize: number;

  constructor(
    readonly worlds: readonly GridWorld[],
    private readonly shown: Shown,
  ) {
    this.imageSize = shown.pixels ? PICTURE_SIZE : VIEW_SIZE;
    this.missionSize = (worlds[0] as GridWorld).missions.maxLength;
    this.rowSize = this.imageSize + 1 + this.missionSize;
    this.missions = new Float32Array(worlds.length * this.missionSize);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const world = this.worlds[row] as GridWorld;
    world.reset(seed);
    const mission = this.shown.mission ? world.mission : '';
    const start = row * this.missionSize;
    for (let i = 0; i < this.missionSize; i++)
      this.missions[start + i] = i < mission.length ? mission.charCodeAt(i) : 0;
    this.observe(row, world, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let row = from; row < to; row++) {
      const world = this.worlds[row] as GridWorld;
      world.step(actions[row] as number);
      this.observe(row, world, observations);
      rewards[row] = world.reward;
      terminated[row] = world.terminated ? 1 : 0;
      truncated[row] = world.steps >= world.maxSteps ? 1 : 0;
    }
  }

  info(row: number): Info {
    const world = this.worlds[row] as GridWorld;
    if (world.steps === 0) return world.task;
    if (!world.terminated && world.steps < world.maxSteps) return NO_INFO;
    return world.terminated && world.reward > 0 ? SUCCESS : FAILURE;
  }

  private observe(row: number, world: GridWorld, observations: Float32Array): void {
    const { missions, missionSize } = this;
    const start = row * this.rowSize;
    if (this.shown.pixels) {
      writeView(world, this.view, 0);
      writePicture(this.view, observations, start);
    } else writeView(world, observations, start);
    observations[start + this.imageSize] = world.direction;
    const missionStart = start + this.imageSize + 1;
    const source = row * missionSize;
    for (let i = 0; i < missionSize; i++) observations[missionStart + i] = missions[source + i] as number;
  }
}
