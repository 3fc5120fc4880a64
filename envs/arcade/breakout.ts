import { ACCENT, BODY, DETAIL, EDGE } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Piece } from './boardScene.ts';
import { LAST, MinAtarBatch, MinAtarGame, type MinAtarOptions, type Paint, SIDE } from './minAtar.ts';

const [PADDLE, BALL, TRAIL, BRICK] = [0, 1, 2, 3];
const CHANNEL_NAMES = ['paddle', 'ball', 'trail', 'brick'];
const CHANNELS = CHANNEL_NAMES.length;
const PAINTS: readonly Paint[] = [
  { channel: TRAIL, colour: EDGE },
  { channel: BRICK, colour: DETAIL },
];
const [LEFT, RIGHT] = [1, 2];
const BRICKS_TOP = 1; // row
const BRICKS = 3 * SIDE;

/**
 * Breakout: bounce a ball off a paddle so that it breaks the bricks above.
 *
 * The ball goes diagonally, a cell a step. Walls, ceiling and bricks reflect it; so does the paddle, which is one cell wide:
 * straight up again when the ball comes from above it, back where it came from when it meets the ball on the diagonal.
 * A ball among bricks breaks one, then goes on until it is out of them. When the last brick is broken, three new rows
 * stand there once the ball comes down.
 *
 * | action | meaning                   |
 * |--------|---------------------------|
 * | 0      | stay                      |
 * | 1      | move the paddle left      |
 * | 2      | move the paddle right     |
 *
 * | channel of a cell | from | to | is 1 where                             |
 * |-------------------|------|----|----------------------------------------|
 * | 0 paddle          | 0    | 1  | the paddle is, in the lowest row       |
 * | 1 ball            | 0    | 1  | the ball is                            |
 * | 2 trail           | 0    | 1  | the ball was a step before             |
 * | 3 brick           | 0    | 1  | a brick stands                         |
 *
 * - **Reward**: 1 for each brick.
 * - **Start**: the ball below the bricks at either side, on its way down and inwards; the paddle in column 4.
 * - **End**: terminates when the ball reaches the lowest row beside the paddle; registered with at most 10 000 steps (the
 *   original has no limit).
 * - **Parameters**: `stickyProbability`.
 * - **Source**: MinAtar's `breakout`, with its minimal set of actions; see `MinAtarGame`.
 */
export class Breakout extends MinAtarGame<Breakouts> {
  constructor(options: MinAtarOptions = {}) {
    super((count) => new Breakouts(count, options), {
      channels: CHANNEL_NAMES,
      paints: PAINTS,
      actions: ['stay', 'left', 'right'],
    });
  }

  protected scenery(): { pieces: Piece[]; status: string } {
    const { paddle, ballX, ballY, bricksLeft } = this.batch;
    const ball = { id: 'ball', row: ballY[0] as number, column: ballX[0] as number, colour: BODY, round: true };
    return {
      pieces: [{ id: 'player', row: LAST, column: paddle[0] as number, colour: ACCENT }, ball],
      status: `${bricksLeft[0]} bricks`,
    };
  }
}

/** The dynamics, of boards side by side. */
class Breakouts extends MinAtarBatch {
  readonly paddle: Int8Array;
  readonly ballX: Int8Array;
  readonly ballY: Int8Array;
  readonly bricksLeft: Uint8Array;
  private readonly lastX: Int8Array;
  private readonly lastY: Int8Array;
  /** Cells a step: -1 or 1. */
  private readonly dx: Int8Array;
  private readonly dy: Int8Array;
  /** [B, 3 rows of 10] */
  private readonly bricks: Uint8Array;
  /** 1 where the ball has broken a brick and has been among bricks since. */
  private readonly striking: Uint8Array;

  constructor(count: number, options: MinAtarOptions) {
    super(count, CHANNELS, options);
    this.paddle = new Int8Array(count);
    this.ballX = new Int8Array(count);
    this.ballY = new Int8Array(count);
    this.bricksLeft = new Uint8Array(count);
    this.lastX = new Int8Array(count);
    this.lastY = new Int8Array(count);
    this.dx = new Int8Array(count);
    this.dy = new Int8Array(count);
    this.bricks = new Uint8Array(count * BRICKS);
    this.striking = new Uint8Array(count);
  }

  show(row: number, observations: Float32Array, at: number): void {
    const { paddle, ballX, ballY, lastX, lastY, bricks } = this;
    const set = (y: number, x: number, channel: number): void => {
      observations[at + (y * SIDE + x) * CHANNELS + channel] = 1;
    };
    set(LAST, paddle[row] as number, PADDLE);
    set(ballY[row] as number, ballX[row] as number, BALL);
    set(lastY[row] as number, lastX[row] as number, TRAIL);
    const top = at + BRICKS_TOP * SIDE * CHANNELS + BRICK;
    for (let k = 0; k < BRICKS; k++) observations[top + k * CHANNELS] = bricks[row * BRICKS + k] as number;
  }

  protected begin(row: number, random: Generator): void {
    const isLeft = random.integers(2) === 0;
    this.lastX[row] = this.ballX[row] = isLeft ? 0 : LAST;
    this.lastY[row] = this.ballY[row] = 3;
    this.dx[row] = isLeft ? 1 : -1;
    this.dy[row] = 1;
    this.paddle[row] = 4;
    this.striking[row] = 0;
    this.build(row);
  }

  protected act(row: number, action: number): number {
    const { paddle, dx, dy } = this;
    if (action === LEFT) paddle[row] = Math.max(0, (paddle[row] as number) - 1);
    else if (action === RIGHT) paddle[row] = Math.min(LAST, (paddle[row] as number) + 1);

    const x = this.ballX[row] as number;
    const y = this.ballY[row] as number;
    let nextX = x + (dx[row] as number);
    let nextY = y + (dy[row] as number);
    if (nextX < 0 || nextX > LAST) {
      nextX = x; // a wall is only met from the cell beside it
      dx[row] = -(dx[row] as number);
    }
    let reward = 0;
    let isAmongBricks = false;
    const brick = row * BRICKS + (nextY - BRICKS_TOP) * SIDE + nextX;
    if (nextY < 0) {
      nextY = 0;
      dy[row] = 1;
    } else if (nextY >= BRICKS_TOP && nextY < BRICKS_TOP + 3 && this.bricks[brick] === 1) {
      isAmongBricks = true;
      if (this.striking[row] === 0) {
        this.bricks[brick] = 0;
        this.bricksLeft[row] = (this.bricksLeft[row] as number) - 1;
        this.striking[row] = 1;
        dy[row] = -(dy[row] as number);
        nextY = y;
        reward = 1;
      }
    } else if (nextY === LAST) {
      if (this.bricksLeft[row] === 0) this.build(row);
      if (x === paddle[row] || nextX === paddle[row]) {
        if (x !== paddle[row]) dx[row] = -(dx[row] as number);
        dy[row] = -1;
        nextY = y;
      } else this.over[row] = 1;
    }
    if (!isAmongBricks) this.striking[row] = 0;

    this.lastX[row] = x;
    this.lastY[row] = y;
    this.ballX[row] = nextX;
    this.ballY[row] = nextY;
    return reward;
  }

  private build(row: number): void {
    this.bricks.fill(1, row * BRICKS, (row + 1) * BRICKS);
    this.bricksLeft[row] = BRICKS;
  }
}
