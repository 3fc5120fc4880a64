import { ACCENT, BAD, EDGE, GOOD } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Piece } from './boardScene.ts';
import { LAST, MinAtarBatch, MinAtarGame, type Paint, type RampingOptions, SIDE } from './minAtar.ts';

const [PLAYER, ENEMY, TRAIL, GOLD] = [0, 1, 2, 3];
const CHANNEL_NAMES = ['player', 'enemy', 'trail', 'gold'];
const CHANNELS = CHANNEL_NAMES.length;
const PAINTS: readonly Paint[] = [
  { channel: TRAIL, colour: EDGE },
  { channel: ENEMY, colour: BAD },
  { channel: GOLD, colour: GOOD },
];
const [LEFT, UP, RIGHT, DOWN] = [1, 2, 3, 4];
const LANES = 8; // rows 1 to 8
const NOBODY = -1; // in place of a column
const FIRST_SPAWN_INTERVAL = 10; // steps
const FIRST_MOVE_INTERVAL = 5; // steps
const RAMP_INTERVAL = 100; // steps

/**
 * Asterix: gather the gold that passes by, and keep out of the way of the enemies.
 *
 * Enemies and gold come in at either side, one to a lane of the eight in the middle, and cross the board. A third of them are
 * gold. First one comes every 10 steps and all move every 5; every 102 steps the first number becomes one less, and
 * the second every other time.
 *
 * | action | meaning    |
 * |--------|------------|
 * | 0      | stay       |
 * | 1      | move left  |
 * | 2      | move up    |
 * | 3      | move right |
 * | 4      | move down  |
 *
 * | channel of a cell | from | to | is 1 where                                         |
 * |-------------------|------|----|----------------------------------------------------|
 * | 0 player          | 0    | 1  | the player is                                      |
 * | 1 enemy           | 0    | 1  | an enemy is                                        |
 * | 2 trail           | 0    | 1  | behind an enemy or gold: it moves the other way    |
 * | 3 gold            | 0    | 1  | gold is                                            |
 *
 * - **Reward**: 1 for each gold.
 * - **Start**: the player near the middle, nothing else on the board.
 * - **End**: terminates when the player and an enemy meet; registered with at most 10 000 steps (the original has no limit).
 * - **Parameters**: `stickyProbability` and `ramping`, whether it becomes harder as it goes on.
 * - **Source**: MinAtar's `asterix`, with its minimal set of actions; see `MinAtarGame`.
 */
export class Asterix extends MinAtarGame<Asterixes> {
  constructor(options: RampingOptions = {}) {
    super((count) => new Asterixes(count, options), {
      channels: CHANNEL_NAMES,
      paints: PAINTS,
      actions: ['stay', 'left', 'up', 'right', 'down'],
    });
  }

  protected scenery(): { pieces: Piece[]; status: string } {
    const { playerX, playerY, level } = this.batch;
    return {
      pieces: [{ id: 'player', row: playerY[0] as number, column: playerX[0] as number, colour: ACCENT }],
      status: `level ${(level[0] as number) + 1}`,
    };
  }
}

/** The dynamics, of boards side by side. */
class Asterixes extends MinAtarBatch {
  readonly playerX: Int8Array;
  readonly playerY: Int8Array;
  /** How often it has become harder. */
  readonly level: Uint8Array;
  /** [B, LANES] column of who is in the lane. */
  private readonly x: Int8Array;
  /** [B, LANES] -1 to the left, 1 to the right. */
  private readonly heading: Int8Array;
  /** [B, LANES] 1 gold, 0 an enemy. */
  private readonly isGold: Uint8Array;
  private readonly spawnTimer: Uint8Array;
  private readonly spawnInterval: Uint8Array;
  private readonly moveTimer: Uint8Array;
  private readonly moveInterval: Uint8Array;
  private readonly rampTimer: Int8Array;
  private readonly ramping: boolean;

  constructor(count: number, { ramping = true, ...options }: RampingOptions) {
    super(count, CHANNELS, options);
    this.playerX = new Int8Array(count);
    this.playerY = new Int8Array(count);
    this.level = new Uint8Array(count);
    this.x = new Int8Array(count * LANES);
    this.heading = new Int8Array(count * LANES);
    this.isGold = new Uint8Array(count * LANES);
    this.spawnTimer = new Uint8Array(count);
    this.spawnInterval = new Uint8Array(count);
    this.moveTimer = new Uint8Array(count);
    this.moveInterval = new Uint8Array(count);
    this.rampTimer = new Int8Array(count);
    this.ramping = ramping;
  }

  show(row: number, observations: Float32Array, at: number): void {
    const { x, heading, isGold } = this;
    const player = (this.playerY[row] as number) * SIDE + (this.playerX[row] as number);
    observations[at + player * CHANNELS + PLAYER] = 1;
    for (let lane = 0; lane < LANES; lane++) {
      const k = row * LANES + lane;
      const column = x[k] as number;
      if (column === NOBODY) continue;
      const left = at + (lane + 1) * SIDE * CHANNELS;
      observations[left + column * CHANNELS + (isGold[k] === 1 ? GOLD : ENEMY)] = 1;
      const behind = column - (heading[k] as number);
      if (behind >= 0 && behind <= LAST) observations[left + behind * CHANNELS + TRAIL] = 1;
    }
  }

  protected begin(row: number): void {
    this.playerX[row] = this.playerY[row] = 5;
    this.level[row] = 0;
    this.x.fill(NOBODY, row * LANES, (row + 1) * LANES);
    this.spawnTimer[row] = this.spawnInterval[row] = FIRST_SPAWN_INTERVAL;
    this.moveTimer[row] = this.moveInterval[row] = FIRST_MOVE_INTERVAL;
    this.rampTimer[row] = RAMP_INTERVAL;
  }

  protected act(row: number, action: number, random: Generator): number {
    const { playerX, playerY, spawnTimer, moveTimer } = this;
    if (spawnTimer[row] === 0) {
      this.spawn(row, random);
      spawnTimer[row] = this.spawnInterval[row] as number;
    }
    if (action === LEFT) playerX[row] = Math.max(0, (playerX[row] as number) - 1);
    else if (action === RIGHT) playerX[row] = Math.min(LAST, (playerX[row] as number) + 1);
    else if (action === UP) playerY[row] = Math.max(1, (playerY[row] as number) - 1);
    else if (action === DOWN) playerY[row] = Math.min(LANES, (playerY[row] as number) + 1);

    let reward = this.meet(row);
    if (moveTimer[row] === 0) {
      moveTimer[row] = this.moveInterval[row] as number;
      this.moveAll(row);
      reward += this.meet(row);
    }
    spawnTimer[row] = (spawnTimer[row] as number) - 1;
    moveTimer[row] = (moveTimer[row] as number) - 1;
    if (this.ramping) this.ramp(row);
    return reward;
  }

  /** In a free lane; the numbers are drawn even where none is. */
  private spawn(row: number, random: Generator): void {
    const { x } = this;
    const isFromLeft = random.random() < 1 / 2;
    const isGold = random.random() < 1 / 3;
    const first = row * LANES;
    let free = 0;
    for (let k = first; k < first + LANES; k++) if (x[k] === NOBODY) free++;
    if (free === 0) return;
    let skipped = random.integers(free);
    let k = first;
    while (x[k] !== NOBODY || skipped-- > 0) k++;
    x[k] = isFromLeft ? 0 : LAST;
    this.heading[k] = isFromLeft ? 1 : -1;
    this.isGold[k] = isGold ? 1 : 0;
  }

  /** What happens where the player is: gold is taken, an enemy ends the game. */
  private meet(row: number): number {
    const { x } = this;
    const k = row * LANES + (this.playerY[row] as number) - 1;
    if (x[k] !== this.playerX[row]) return 0;
    if (this.isGold[k] === 0) {
      this.over[row] = 1;
      return 0;
    }
    x[k] = NOBODY;
    return 1;
  }

  private moveAll(row: number): void {
    const { x, heading } = this;
    for (let k = row * LANES; k < (row + 1) * LANES; k++) {
      if (x[k] === NOBODY) continue;
      const column = (x[k] as number) + (heading[k] as number);
      x[k] = column > LAST ? NOBODY : column; // beyond the left edge it is nobody of itself
    }
  }

  private ramp(row: number): void {
    const { level, spawnInterval, moveInterval, rampTimer } = this;
    const spawn = spawnInterval[row] as number;
    const move = moveInterval[row] as number;
    if (spawn === 1 && move === 1) return;
    const timer = rampTimer[row] as number;
    if (timer >= 0) {
      rampTimer[row] = timer - 1;
      return;
    }
    const grown = level[row] as number;
    if (move > 1 && grown % 2 === 1) moveInterval[row] = move - 1;
    if (spawn > 1) spawnInterval[row] = spawn - 1;
    level[row] = grown + 1;
    rampTimer[row] = RAMP_INTERVAL;
  }
}
