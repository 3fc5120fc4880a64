import { CellColour, GOAL_CELL, GridEnv, GridWorld } from 'gymformer/envs';

/** Two rooms with a door that is shut between them, and a goal anywhere in the second: a level for MiniGrid's engine. */
class TwoRooms extends GridWorld {
  constructor(readonly size: number) {
    super({ width: size, height: size, maxSteps: 4 * size ** 2, missions: ['go through the door to the goal'] });
  }

  protected override generate(): void {
    const { size, random } = this;
    const wall = 3;
    this.surround();
    this.wallDown(wall, 0);
    this.set(wall, random.integers(1, size - 1), this.door(CellColour.blue));
    this.placeAgent({ x: 0, y: 0, width: wall, height: size });
    this.place(GOAL_CELL, { x: wall + 1, y: 0, width: size - wall - 1, height: size });
    this.mission = 'go through the door to the goal';
  }
}

export const parameters = {
  size: { kind: 'integer', default: 6, min: 6, max: 25, meaning: 'cells of a side, walls included' },
} as const;

export const preset = { steps: 120_000, annealSteps: 120_000, context: 8, learningRate: 1.5e-3 };

export default ({ size }: { size: number }) => new GridEnv(() => new TwoRooms(size));
