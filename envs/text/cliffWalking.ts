import { BatchOfOne } from '../batchOfOne.ts';
import { BACKGROUND, DETAIL, GOOD, SURFACE } from '../palette.ts';
import type { Colour, Scene } from '../scene.ts';
import { Discrete } from '../spaces.ts';
import { cellCentre, drawBoard, drawWalker } from './board.ts';
import { type Outcome, Tabular, Transitions } from './tabular.ts';

const ROWS = 4;
const COLUMNS = 12;
const START = (ROWS - 1) * COLUMNS;
const GOAL = ROWS * COLUMNS - 1;
const CLIFF: Colour = '#3a2730';

/** Rows and columns of a step up, right, down, left. */
const HEADINGS = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

/**
 * Cliff walking: go from one end of a cliff's edge to the other without falling.
 *
 * A board of 4 by 12 cells. Start and goal are the ends of the bottom row, the cliff lies between them: who steps on it
 * is back at the start. Who would leave the board stays where they are. On `slippery` ground a step goes where it was
 * meant to go, or to either side of that direction, each with a probability of 1/3.
 *
 * | action | meaning  |
 * |--------|----------|
 * | 0      | go up    |
 * | 1      | go right |
 * | 2      | go down  |
 * | 3      | go left  |
 *
 * | observation | from | to | meaning           |
 * |-------------|------|----|-------------------|
 * | cell        | 0    | 47 | row * 12 + column |
 *
 * - **Reward**: -1 for every step, -100 for one onto the cliff.
 * - **Start**: the lower left cell, 36.
 * - **End**: terminates at the lower right cell, 47; there is no limit on steps.
 * - **Solved**: a mean return of -13, which is the best there is where it is not slippery.
 *
 * @see Sutton and Barto 2020, "Reinforcement Learning: An Introduction", example 6.6
 * @see https://gymnasium.farama.org/environments/toy_text/cliff_walking/
 */
export class CliffWalking extends BatchOfOne<Tabular, number, number> {
  readonly observationSpace = new Discrete(ROWS * COLUMNS);
  readonly actionSpace = new Discrete(4, { names: ['up', 'right', 'down', 'left'] });

  constructor({ slippery = false }: { slippery?: boolean } = {}) {
    const transitions = groundOf(slippery);
    super((count) => new Tabular(count, transitions));
  }

  draw(): Scene {
    const state = this.batch.state[0] as number;
    const start = cellCentre(ROWS - 1, 0);
    const goal = cellCentre(ROWS - 1, COLUMNS - 1);
    const heading = this.lastAction && HEADINGS[this.lastAction[0] as number];
    return drawBoard({
      rows: ROWS,
      columns: COLUMNS,
      fill: (row, column) => (isCliff(row * COLUMNS + column) ? CLIFF : SURFACE),
      shapes: [
        { kind: 'circle', ...start, radius: 0.33, stroke: DETAIL, strokeWidth: 0.03 },
        { kind: 'circle', ...goal, radius: 0.33, fill: BACKGROUND, stroke: GOOD, strokeWidth: 0.06 },
        ...drawWalker({ row: Math.floor(state / COLUMNS), column: state % COLUMNS, heading }),
      ],
      caption: state === GOAL ? 'at the goal' : ' ',
    });
  }
}

function isCliff(state: number): boolean {
  return state > START && state < GOAL;
}

function groundOf(slippery: boolean): Transitions {
  const clamp = (x: number, count: number): number => Math.min(Math.max(x, 0), count - 1);
  const go = (state: number, direction: number, probability: number): Outcome => {
    const [down, right] = HEADINGS[direction] as readonly [number, number];
    const row = clamp(Math.floor(state / COLUMNS) + down, ROWS);
    const next = row * COLUMNS + clamp((state % COLUMNS) + right, COLUMNS);
    if (isCliff(next)) return { probability, state: START, reward: -100 };
    return { probability, state: next, reward: -1, terminated: next === GOAL };
  };
  return new Transitions({
    states: ROWS * COLUMNS,
    actions: 4,
    most: 3,
    initial: (state) => (state === START ? 1 : 0),
    outcomes(state, action) {
      if (!slippery) return [go(state, action, 1)];
      return [-1, 0, 1].map((turn) => go(state, (action + turn + 4) % 4, 1 / 3));
    },
  });
}
