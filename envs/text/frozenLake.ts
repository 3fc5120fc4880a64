import { BatchOfOne } from '../batchOfOne.ts';
import { BACKGROUND, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import type { Colour, Scene, Shape } from '../scene.ts';
import { Discrete } from '../spaces.ts';
import { cellCentre, drawBoard, drawWalker } from './board.ts';
import { type Outcome, Tabular, Transitions } from './tabular.ts';

/** S start, F frozen, H hole, G goal. */
const MAPS = {
  '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
  '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
} as const;

const ICE: Colour = '#25323f';

/** Rows and columns of a step to the left, down, right, up. */
const HEADINGS = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;

export interface FrozenLakeOptions {
  map?: keyof typeof MAPS;
  slippery?: boolean;
  /** Probability that a step on slippery ice goes where it was meant to; each side takes half of the rest. */
  successRate?: number;
}

/**
 * Frozen lake: cross the ice to the goal without falling into a hole.
 *
 * On slippery ice a step goes where it was meant to go with a probability of 1/3 only, and else to either side of that
 * direction. Who would leave the lake stays where they are.
 *
 * | action | meaning  |
 * |--------|----------|
 * | 0      | go left  |
 * | 1      | go down  |
 * | 2      | go right |
 * | 3      | go up    |
 *
 * | observation | from | to       | meaning                  |
 * |-------------|------|----------|--------------------------|
 * | cell        | 0    | 15 or 63 | row * columns + column   |
 *
 * - **Reward**: 1 for the step that reaches the goal, else 0.
 * - **Start**: the upper left cell.
 * - **End**: terminates in a hole or at the goal, which `info.success` tells apart; registered with at most 100 steps,
 *   and 200 for 8x8.
 * - **Solved**: a mean return of 0.70, and 0.85 for 8x8, on slippery ice. The best there is are 0.74 and 0.91, the
 *   latter by watching the time.
 *
 * @see https://gymnasium.farama.org/environments/toy_text/frozen_lake/
 */
export class FrozenLake extends BatchOfOne<Tabular, number, number> {
  readonly observationSpace: Discrete;
  readonly actionSpace = new Discrete(4, { names: ['left', 'down', 'right', 'up'] });
  readonly #map: readonly string[];

  constructor({ map: name = '4x4', slippery = true, successRate = 1 / 3 }: FrozenLakeOptions = {}) {
    const map = MAPS[name];
    const transitions = iceOf(map, slippery ? successRate : undefined);
    super((count) => new Tabular(count, transitions));
    this.#map = map;
    this.observationSpace = new Discrete(map.length ** 2);
  }

  draw(): Scene {
    const size = this.#map.length;
    const state = this.batch.state[0] as number;
    const [row, column] = [Math.floor(state / size), state % size];
    const letterAt = (r: number, c: number): string => this.#map[r]?.[c] as string;
    const marks = Array.from({ length: size * size }, (_, i): Shape[] => {
      const letter = letterAt(Math.floor(i / size), i % size);
      const { x, y } = cellCentre(Math.floor(i / size), i % size);
      if (letter === 'H')
        return [{ kind: 'circle', x, y, radius: 0.36, fill: BACKGROUND, stroke: EDGE, strokeWidth: 0.03 }];
      if (letter === 'G')
        return [
          {
            kind: 'polygon',
            x,
            y,
            points: [-0.12, 0.3, -0.12, -0.3, 0.26, -0.13, -0.06, 0.04, -0.06, 0.3],
            fill: GOOD,
          },
        ];
      return letter === 'S' ? [{ kind: 'circle', x, y, radius: 0.33, stroke: DETAIL, strokeWidth: 0.03 }] : [];
    });
    const heading = this.lastAction && HEADINGS[this.lastAction[0] as number];
    const letter = letterAt(row, column);
    return drawBoard({
      rows: size,
      columns: size,
      fill: (r, c) => (letterAt(r, c) === 'H' ? SURFACE : ICE),
      shapes: [...marks.flat(), ...drawWalker({ row, column, heading })],
      caption: letter === 'G' ? 'across' : letter === 'H' ? 'fell in' : ' ',
    });
  }
}

/** @param successRate  of a slippery lake; undefined where steps go as they were meant to */
function iceOf(map: readonly string[], successRate: number | undefined): Transitions {
  const size = map.length;
  const letterAt = (state: number): string => map[Math.floor(state / size)]?.[state % size] as string;
  const clamp = (x: number): number => Math.min(Math.max(x, 0), size - 1);
  const go = (state: number, direction: number, probability: number): Outcome => {
    const [down, right] = HEADINGS[direction] as readonly [number, number];
    const next = clamp(Math.floor(state / size) + down) * size + clamp((state % size) + right);
    const letter = letterAt(next);
    return {
      probability,
      state: next,
      reward: letter === 'G' ? 1 : 0,
      terminated: letter === 'G' || letter === 'H',
      failed: letter === 'H',
    };
  };
  return new Transitions({
    states: size * size,
    actions: 4,
    most: 3,
    initial: (state) => (letterAt(state) === 'S' ? 1 : 0),
    outcomes(state, action) {
      if (successRate === undefined) return [go(state, action, 1)];
      const failRate = (1 - successRate) / 2;
      return [-1, 0, 1].map((turn) => go(state, (action + turn + 4) % 4, turn === 0 ? successRate : failRate));
    },
  });
}
