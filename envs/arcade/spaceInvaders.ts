import { ACCENT, BAD, BODY, DETAIL } from '../palette.ts';
import type { Piece } from './boardScene.ts';
import { LAST, MinAtarBatch, MinAtarGame, type Paint, type RampingOptions, SIDE } from './minAtar.ts';

const [CANNON, ALIEN, ALIEN_LEFT, ALIEN_RIGHT, FRIENDLY_BULLET, ENEMY_BULLET] = [0, 1, 2, 3, 4, 5];
const CHANNEL_NAMES = ['cannon', 'alien', 'alien going left', 'alien going right', 'friendly bullet', 'enemy bullet'];
const CHANNELS = CHANNEL_NAMES.length;
const PAINTS: readonly Paint[] = [
  { channel: ALIEN, colour: DETAIL },
  { channel: FRIENDLY_BULLET, colour: BODY },
  { channel: ENEMY_BULLET, colour: BAD },
];
const [LEFT, RIGHT, FIRE] = [1, 2, 3];
const RELOAD = 5; // steps
const ALIEN_RELOAD = 10; // steps
const FIRST_MOVE_INTERVAL = 12; // steps
const SHORTEST_MOVE_INTERVAL = 6; // steps
// A row of the board is a number, whose bit x says whether something is in column x.
const LEFT_EDGE = 1;
const RIGHT_EDGE = 1 << LAST;
const WAVE_ROWS = 4;
const WAVE = 0b0011111100;
const WAVE_SIZE = WAVE_ROWS * 6;

/**
 * Space Invaders: shoot the aliens before they come down to the cannon.
 *
 * The aliens move to one side together, then a row down and to the other side. They move every 12 steps, and when fewer are
 * left every so many steps as there are aliens. A wave that is gone is followed by another one, which moves every 11
 * steps, and so on down to 6. Every 10 steps the alien nearest to the cannon's column shoots; the cannon can do so
 * every 5.
 *
 * | action | meaning               |
 * |--------|-----------------------|
 * | 0      | stay                  |
 * | 1      | move the cannon left  |
 * | 2      | move the cannon right |
 * | 3      | fire                  |
 *
 * | channel of a cell  | from | to | is 1 where                                     |
 * |--------------------|------|----|------------------------------------------------|
 * | 0 cannon           | 0    | 1  | the cannon is, in the lowest row               |
 * | 1 alien            | 0    | 1  | an alien is                                    |
 * | 2 alien left       | 0    | 1  | an alien is, while they move left              |
 * | 3 alien right      | 0    | 1  | an alien is, while they move right             |
 * | 4 friendly bullet  | 0    | 1  | a bullet of the cannon is, on its way up       |
 * | 5 enemy bullet     | 0    | 1  | a bullet of an alien is, on its way down       |
 *
 * - **Reward**: 1 for each alien that is shot.
 * - **Start**: the cannon near the middle; 24 aliens in four rows at the top, on their way left.
 * - **End**: terminates when a bullet or an alien reaches the cannon, or the aliens would leave the lowest row; registered with
 *   at most 10 000 steps (the original has no limit).
 * - **Parameters**: `stickyProbability` and `ramping`, whether it becomes harder as it goes on.
 * - **Source**: MinAtar's `space_invaders`, with its minimal set of actions; see `MinAtarGame`.
 */
export class SpaceInvaders extends MinAtarGame<Invasions> {
  constructor(options: RampingOptions = {}) {
    super((count) => new Invasions(count, options), {
      channels: CHANNEL_NAMES,
      paints: PAINTS,
      actions: ['stay', 'left', 'right', 'fire'],
    });
  }

  protected scenery(): { pieces: Piece[]; status: string } {
    const { cannon, aliensLeft } = this.batch;
    return {
      pieces: [{ id: 'player', row: LAST, column: cannon[0] as number, colour: ACCENT }],
      status: `${aliensLeft[0]} aliens`,
    };
  }
}

/** The dynamics, of boards side by side. */
class Invasions extends MinAtarBatch {
  /** [B] column. */
  readonly cannon: Int8Array;
  readonly aliensLeft: Uint8Array;
  /** [B, rows of the board] */
  private readonly aliens: Uint16Array;
  private readonly friendlyBullets: Uint16Array;
  private readonly enemyBullets: Uint16Array;
  /** [B] -1 to the left, 1 to the right. */
  private readonly heading: Int8Array;
  private readonly moveInterval: Uint8Array;
  private readonly moveTimer: Uint8Array;
  private readonly reloadTimer: Uint8Array;
  private readonly alienReloadTimer: Uint8Array;
  private readonly ramping: boolean;

  constructor(count: number, { ramping = true, ...options }: RampingOptions) {
    super(count, CHANNELS, options);
    this.cannon = new Int8Array(count);
    this.aliensLeft = new Uint8Array(count);
    this.aliens = new Uint16Array(count * SIDE);
    this.friendlyBullets = new Uint16Array(count * SIDE);
    this.enemyBullets = new Uint16Array(count * SIDE);
    this.heading = new Int8Array(count);
    this.moveInterval = new Uint8Array(count);
    this.moveTimer = new Uint8Array(count);
    this.reloadTimer = new Uint8Array(count);
    this.alienReloadTimer = new Uint8Array(count);
    this.ramping = ramping;
  }

  show(row: number, observations: Float32Array, at: number): void {
    const { aliens, friendlyBullets, enemyBullets } = this;
    const direction = (this.heading[row] as number) < 0 ? ALIEN_LEFT : ALIEN_RIGHT;
    observations[at + (LAST * SIDE + (this.cannon[row] as number)) * CHANNELS + CANNON] = 1;
    for (let y = 0; y < SIDE; y++) {
      const k = row * SIDE + y;
      const left = at + y * SIDE * CHANNELS;
      mark(aliens[k] as number, observations, left + ALIEN);
      mark(aliens[k] as number, observations, left + direction);
      mark(friendlyBullets[k] as number, observations, left + FRIENDLY_BULLET);
      mark(enemyBullets[k] as number, observations, left + ENEMY_BULLET);
    }
  }

  protected begin(row: number): void {
    this.cannon[row] = 5;
    this.friendlyBullets.fill(0, row * SIDE, (row + 1) * SIDE);
    this.enemyBullets.fill(0, row * SIDE, (row + 1) * SIDE);
    this.aliens.fill(0, row * SIDE, (row + 1) * SIDE);
    this.sendWave(row);
    this.heading[row] = -1;
    this.moveInterval[row] = this.moveTimer[row] = FIRST_MOVE_INTERVAL;
    this.alienReloadTimer[row] = ALIEN_RELOAD;
    this.reloadTimer[row] = 0;
  }

  protected act(row: number, action: number): number {
    const { cannon, aliens, friendlyBullets, enemyBullets, moveTimer, reloadTimer, alienReloadTimer } = this;
    const top = row * SIDE;
    const bottom = top + LAST;
    if (action === FIRE && reloadTimer[row] === 0) {
      friendlyBullets[bottom] = (friendlyBullets[bottom] as number) | (1 << (cannon[row] as number));
      reloadTimer[row] = RELOAD;
    } else if (action === LEFT) cannon[row] = Math.max(0, (cannon[row] as number) - 1);
    else if (action === RIGHT) cannon[row] = Math.min(LAST, (cannon[row] as number) + 1);
    const aim = 1 << (cannon[row] as number);

    for (let k = top; k < bottom; k++) friendlyBullets[k] = friendlyBullets[k + 1] as number;
    friendlyBullets[bottom] = 0;
    for (let k = bottom; k > top; k--) enemyBullets[k] = enemyBullets[k - 1] as number;
    enemyBullets[top] = 0;
    if ((((enemyBullets[bottom] as number) | (aliens[bottom] as number)) & aim) !== 0) this.over[row] = 1;

    if (moveTimer[row] === 0) {
      moveTimer[row] = Math.min(this.aliensLeft[row] as number, this.moveInterval[row] as number);
      this.moveAliens(row);
      if (((aliens[bottom] as number) & aim) !== 0) this.over[row] = 1;
    }
    if (alienReloadTimer[row] === 0) {
      alienReloadTimer[row] = ALIEN_RELOAD;
      this.shootBack(row);
    }
    const shot = this.hit(row);

    reloadTimer[row] = Math.max(0, (reloadTimer[row] as number) - 1);
    moveTimer[row] = (moveTimer[row] as number) - 1;
    alienReloadTimer[row] = (alienReloadTimer[row] as number) - 1;
    if (this.aliensLeft[row] === 0) {
      const interval = this.moveInterval[row] as number;
      if (this.ramping && interval > SHORTEST_MOVE_INTERVAL) this.moveInterval[row] = interval - 1;
      this.sendWave(row);
    }
    return shot;
  }

  /** To the side; at the edge a row down, and the other way from then on. */
  private moveAliens(row: number): void {
    const { aliens, heading } = this;
    const top = row * SIDE;
    const bottom = top + LAST;
    const isLeft = (heading[row] as number) < 0;
    const edge = isLeft ? LEFT_EDGE : RIGHT_EDGE;
    if ((this.columns(row) & edge) === 0) {
      for (let k = top; k <= bottom; k++) aliens[k] = isLeft ? (aliens[k] as number) >> 1 : (aliens[k] as number) << 1;
      return;
    }
    heading[row] = isLeft ? 1 : -1;
    const lowest = aliens[bottom] as number;
    if (lowest !== 0) this.over[row] = 1;
    for (let k = bottom; k > top; k--) aliens[k] = aliens[k - 1] as number;
    aliens[top] = lowest; // the last board of a lost game shows them at the top, as in the original
  }

  /** A bullet from the lowest alien of the column nearest to the cannon, of two such columns the left one. */
  private shootBack(row: number): void {
    const { aliens, enemyBullets } = this;
    const columns = this.columns(row);
    const cannon = this.cannon[row] as number;
    let distance = 0;
    while (!has(columns, cannon - distance) && !has(columns, cannon + distance)) distance++;
    const column = has(columns, cannon - distance) ? cannon - distance : cannon + distance;
    let k = row * SIDE + LAST;
    while (!has(aliens[k] as number, column)) k--;
    enemyBullets[k] = (enemyBullets[k] as number) | (1 << column);
  }

  /** Takes away the aliens where bullets are, and those bullets. */
  private hit(row: number): number {
    const { aliens, friendlyBullets, aliensLeft } = this;
    let shot = 0;
    for (let k = row * SIDE; k < (row + 1) * SIDE; k++) {
      const both = (aliens[k] as number) & (friendlyBullets[k] as number);
      if (both === 0) continue;
      aliens[k] = (aliens[k] as number) ^ both;
      friendlyBullets[k] = (friendlyBullets[k] as number) ^ both;
      for (let bits = both; bits !== 0; bits &= bits - 1) shot++;
    }
    aliensLeft[row] = (aliensLeft[row] as number) - shot;
    return shot;
  }

  /** The columns that have aliens, as bits. */
  private columns(row: number): number {
    let columns = 0;
    for (let k = row * SIDE; k < (row + 1) * SIDE; k++) columns |= this.aliens[k] as number;
    return columns;
  }

  private sendWave(row: number): void {
    this.aliens.fill(WAVE, row * SIDE, row * SIDE + WAVE_ROWS);
    this.aliensLeft[row] = WAVE_SIZE;
  }
}

/** Beyond the board there is nothing: shifts count modulo 32, and those bits are 0. */
function has(columns: number, x: number): boolean {
  return ((columns >> x) & 1) === 1;
}

/** Sets a channel in the columns whose bits are set, of the row that begins at `at`. */
function mark(columns: number, observations: Float32Array, at: number): void {
  for (let bits = columns; bits !== 0; bits &= bits - 1)
    observations[at + (31 - Math.clz32(bits & -bits)) * CHANNELS] = 1;
}
