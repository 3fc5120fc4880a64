import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import type { GridWorld } from './gridWorld.ts';
import { VIEW_SIZE, writeView } from './view.ts';

const SUCCESS: Info = Object.freeze({ success: true });
const FAILURE: Info = Object.freeze({ success: false });

/** Grid worlds side by side: row i is what the agent of world i sees, where it looks, and its mission's characters. */
export class GridBatch implements EnvBatch {
  private readonly rowSize: number;
  private readonly missionSize: number;
  /** [B, missionSize] character codes, made when an episode starts. */
  private readonly missions: Float32Array;

  constructor(readonly worlds: readonly GridWorld[]) {
    this.missionSize = (worlds[0] as GridWorld).missions.maxLength;
    this.rowSize = VIEW_SIZE + 1 + this.missionSize;
    this.missions = new Float32Array(worlds.length * this.missionSize);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const world = this.worlds[row] as GridWorld;
    world.reset(seed);
    const { mission } = world;
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
    if (!world.terminated && world.steps < world.maxSteps) return NO_INFO;
    return world.terminated && world.reward > 0 ? SUCCESS : FAILURE;
  }

  private observe(row: number, world: GridWorld, observations: Float32Array): void {
    const { missions, missionSize } = this;
    const start = row * this.rowSize;
    writeView(world, observations, start);
    observations[start + VIEW_SIZE] = world.direction;
    const missionStart = start + VIEW_SIZE + 1;
    const source = row * missionSize;
    for (let i = 0; i < missionSize; i++) observations[missionStart + i] = missions[source + i] as number;
  }
}
