import { BatchOfOne } from '../batchOfOne.ts';
import type { Scene } from '../scene.ts';
import { Box, Dict, Discrete } from '../spaces.ts';
import { COLOUR_NAMES, KIND_NAMES, STATE_NAMES } from './cells.ts';
import { drawWorld } from './drawWorld.ts';
import { GridBatch, type Shown } from './gridBatch.ts';
import { DIRECTION_NAMES } from './gridState.ts';
import { ACTION_NAMES, type GridWorld } from './gridWorld.ts';
import { TILE, VIEW_PIXELS } from './tiles.ts';
import { VIEW } from './view.ts';

const CHANNELS = ['kind', 'colour', 'state'];
/** Kinds, colours and states that there are. */
const CATEGORY_NAMES = [KIND_NAMES, COLOUR_NAMES, STATE_NAMES];
const CATEGORIES = CATEGORY_NAMES.map(({ length }) => length);

const VIEW_OF_CELLS = new Box({
  low: 0,
  high: Array.from({ length: VIEW * VIEW }, () => CATEGORIES.map((count) => count - 1)).flat(),
  shape: [VIEW, VIEW, CATEGORIES.length],
  dtype: 'int32',
  tokens: 'cell',
  categories: CATEGORIES,
  channels: CHANNELS,
  categoryNames: CATEGORY_NAMES,
  axes: 'xy',
});
/** A patch is a tile. */
const PICTURE = new Box({
  low: 0,
  high: 255,
  shape: [VIEW_PIXELS, VIEW_PIXELS, 3],
  dtype: 'uint8',
  tokens: 'patch',
  patchSize: TILE,
});

/** What an agent in a grid world is shown. */
export type GridObservation = {
  /** [7, 7, 3] column by column: kind, colour and state of each cell; or [56, 56, 3] pixels. */
  image: number[];
  direction: number;
  mission: string;
};

/**
 * A grid world as an environment: an agent that sees the 7 x 7 cells before it, as far as no wall hides them.
 *
 * | observation | values                | meaning                                                                    |
 * |-------------|-----------------------|----------------------------------------------------------------------------|
 * | image       | 7 columns x 7 rows x 3 | kind (0 to 10), colour (0 to 5) and state (0 to 2) of each cell; the agent stands in the middle of the last row and sees there what it carries |
 * | direction   | 0 to 3                | where it looks: right, down, left, up                                      |
 * | mission     | text                  | what it is to do                                                           |
 *
 * With `pixels` the image is a picture of the same cells instead, 56 rows of 56 pixels of red, green and blue from 0 to
 * 255, 8 x 8 of them a cell. With `mission=false` the mission is always empty.
 *
 * The actions are those of `GridWorld`, as are the rules.
 *
 * Where a level has several missions, `info.task` of the reset says which it is.
 *
 * - **Reward**: 1 - 0.9 * steps / maxSteps for success, 0 otherwise, but for what a level says. `info.success` on the
 *   last step.
 * - **End**: terminates as the level says, truncates after its `maxSteps`.
 */
export class GridEnv extends BatchOfOne<GridBatch, number, GridObservation> {
  readonly observationSpace: Dict;
  readonly actionSpace: Discrete;

  readonly #shown: Shown;

  /**
   * @param make  a new world of the level, each time it is called
   * @param shown  all but pixels, where it says nothing
   */
  constructor(make: () => GridWorld, shown: Partial<Shown> = {}) {
    const all = { mission: true, pixels: false, ...shown };
    super((count) => new GridBatch(Array.from({ length: count }, make), all));
    this.#shown = all;
    const { missions, actions } = this.world;
    this.observationSpace = new Dict({
      image: all.pixels ? PICTURE : VIEW_OF_CELLS,
      direction: new Discrete(DIRECTION_NAMES.length, { names: DIRECTION_NAMES }),
      mission: missions,
    });
    this.actionSpace = new Discrete(actions, { names: ACTION_NAMES.slice(0, actions) });
  }

  /** All that is, of which the agent sees a part. */
  get world(): GridWorld {
    return this.batch.worlds[0] as GridWorld;
  }

  draw(): Scene {
    return drawWorld(this.world, this.#shown.mission);
  }
}
