import { ACCENT, BAD, BODY, DETAIL, EDGE, GOOD } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Piece } from './boardScene.ts';
import { LAST, MinAtarBatch, MinAtarGame, type Paint, type RampingOptions, SIDE } from './minAtar.ts';
import { Swimmers } from './swimmers.ts';

const [FRONT, BACK, FRIENDLY_BULLET, TRAIL, ENEMY_BULLET, FISH, SUBMARINE, OXYGEN, DIVERS, DIVER] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const CHANNEL_NAMES = [
  ...['front', 'back', 'friendly bullet', 'trail', 'enemy bullet', 'fish', 'enemy submarine'],
  ...['oxygen gauge', 'diver gauge', 'diver'],
];
const CHANNELS = CHANNEL_NAMES.length;
const PAINTS: readonly Paint[] = [
  { channel: OXYGEN, colour: '#3f6f8f' },
  { channel: DIVERS, colour: '#3d9468' },
  { channel: TRAIL, colour: EDGE },
  { channel: FRIENDLY_BULLET, colour: BODY },
  { channel: ENEMY_BULLET, colour: '#f29a76' },
  { channel: DIVER, colour: GOOD },
  { channel: FISH, colour: BAD },
  { channel: SUBMARINE, colour: '#b0405f' },
];
const [LEFT, UP, RIGHT, DOWN, FIRE] = [1, 2, 3, 4, 5];
const LANES = 8; // rows 1 to 8, below the surface
const MAX_OXYGEN = 200; // steps
const CREW = 6;
const RELOAD = 5; // steps
const ENEMY_RELOAD = 10; // steps
const FIRST_SPAWN_INTERVAL = 20; // steps
const FIRST_MOVE_INTERVAL = 5; // steps
const SHORTEST_MOVE_INTERVAL = 2; // steps
const DIVER_SPAWN_INTERVAL = 30; // steps
const DIVER_MOVE_INTERVAL = 5; // steps

/**
 * Seaquest: a submarine shoots fish and submarines, takes divers aboard, and brings them up before its oxygen ends.
 *
 * Fish, enemy submarines and divers come in at either side of the eight lanes under water; submarines shoot every 11 steps. One
 * takes a diver aboard by meeting it, six of them at most. Under water a step takes one of 200 units of oxygen. At the
 * surface there is oxygen for whoever brings divers: one of them goes ashore, or all six. Then enemies come one step
 * sooner (every 20 steps at first, every single one at last), and every other time move one step sooner (every 6, at last
 * every 3). Six divers leave the count at -1, as in the original: the next diver makes it 0, and at -1 or less one may
 * surface as well.
 *
 * | action | meaning                                  |
 * |--------|------------------------------------------|
 * | 0      | stay                                     |
 * | 1      | move left, and look there                |
 * | 2      | move up                                  |
 * | 3      | move right, and look there               |
 * | 4      | move down                                |
 * | 5      | fire, where the last shot is 5 steps ago |
 *
 * | channel of a cell | from | to | is 1 where                                                            |
 * |-------------------|------|----|-----------------------------------------------------------------------|
 * | 0 front           | 0    | 1  | the submarine's front is: what is hit, and where it shoots from       |
 * | 1 back            | 0    | 1  | its back is                                                           |
 * | 2 friendly bullet | 0    | 1  | a bullet of its own is                                                |
 * | 3 trail           | 0    | 1  | behind a fish, an enemy submarine or a diver: it moves the other way  |
 * | 4 enemy bullet    | 0    | 1  | a bullet of an enemy submarine is                                     |
 * | 5 enemy fish      | 0    | 1  | a fish is                                                             |
 * | 6 enemy submarine | 0    | 1  | an enemy submarine is                                                 |
 * | 7 oxygen gauge    | 0    | 1  | in the lowest row from the left, a cell for 20 units of oxygen        |
 * | 8 diver gauge     | 0    | 1  | in the lowest row from column 8 to the left, a cell for each diver    |
 * | 9 diver           | 0    | 1  | a diver is                                                            |
 *
 * - **Reward**: 1 for each enemy shot; surfacing with six divers gives 1 for each cell of the oxygen gauge.
 * - **Start**: the submarine at the surface near the middle, looking left, full of oxygen.
 * - **End**: terminates when a fish, a submarine or a bullet meets the front, at the surface without divers (but for the
 *   start), and a step after the oxygen is gone; registered with at most 10 000 steps (the original has no limit).
 * - **Parameters**: `stickyProbability` and `ramping`, whether it becomes harder as it goes on.
 * - **Source**: MinAtar's `seaquest` of version 1.0.11 and later, with all its actions; see `MinAtarGame`.
 */
export class Seaquest extends MinAtarGame<Seas> {
  constructor(options: RampingOptions = {}) {
    super((count) => new Seas(count, options), {
      channels: CHANNEL_NAMES,
      paints: PAINTS,
      actions: ['stay', 'left', 'up', 'right', 'down', 'fire'],
    });
  }

  protected scenery(): { pieces: Piece[]; status: string } {
    const { x, y, facing, oxygen, divers } = this.batch;
    const [row, column] = [y[0] as number, x[0] as number];
    const aboard = Math.max(0, divers[0] as number);
    return {
      pieces: [
        { id: 'back', row, column: column - (facing[0] as number), colour: DETAIL },
        { id: 'player', row, column, colour: ACCENT },
      ],
      status: `oxygen ${oxygen[0]} · ${aboard} ${aboard === 1 ? 'diver' : 'divers'}`,
    };
  }
}

/** The dynamics, of boards side by side. */
class Seas extends MinAtarBatch {
  /** [B] the submarine's front. */
  readonly x: Int8Array;
  readonly y: Int8Array;
  /** [B] -1 to the left, 1 to the right. */
  readonly facing: Int8Array;
  readonly oxygen: Uint8Array;
  /** [B] aboard; below 0 after six went ashore. */
  readonly divers: Int32Array;
  // An enemy is there for 60 steps at most, of which each brings at most one; a bullet for 10, a submarine's next one comes
  // after 11; a shot of ours for 10, the next one comes after 5; a diver for 60, the next one comes after 30.
  private readonly fish: Swimmers;
  private readonly submarines: Swimmers;
  private readonly enemyBullets: Swimmers;
  private readonly bullets: Swimmers;
  private readonly swimming: Swimmers;
  private readonly atSurface: Uint8Array;
  private readonly spawnInterval: Uint8Array;
  private readonly spawnTimer: Uint8Array;
  private readonly diverTimer: Uint8Array;
  private readonly moveInterval: Uint8Array;
  private readonly reloadTimer: Uint8Array;
  /** How often it has become harder. */
  private readonly level: Uint8Array;
  private readonly ramping: boolean;

  constructor(count: number, { ramping = true, ...options }: RampingOptions) {
    super(count, CHANNELS, options);
    this.x = new Int8Array(count);
    this.y = new Int8Array(count);
    this.facing = new Int8Array(count);
    this.oxygen = new Uint8Array(count);
    this.divers = new Int32Array(count);
    this.fish = new Swimmers(count, 64, SIDE);
    this.submarines = new Swimmers(count, 64, SIDE);
    this.enemyBullets = new Swimmers(count, 80, SIDE);
    this.bullets = new Swimmers(count, 4, SIDE);
    this.swimming = new Swimmers(count, 4, SIDE);
    this.atSurface = new Uint8Array(count);
    this.spawnInterval = new Uint8Array(count);
    this.spawnTimer = new Uint8Array(count);
    this.diverTimer = new Uint8Array(count);
    this.moveInterval = new Uint8Array(count);
    this.reloadTimer = new Uint8Array(count);
    this.level = new Uint8Array(count);
    this.ramping = ramping;
  }

  show(row: number, observations: Float32Array, at: number): void {
    const x = this.x[row] as number;
    const front = at + ((this.y[row] as number) * SIDE + x) * CHANNELS;
    observations[front + FRONT] = 1;
    observations[front - (this.facing[row] as number) * CHANNELS + BACK] = 1;
    const lowest = at + LAST * SIDE * CHANNELS;
    const gauge = gaugeOf(this.oxygen[row] as number);
    for (let k = 0; k < gauge; k++) observations[lowest + k * CHANNELS + OXYGEN] = 1;
    for (let k = 1; k <= (this.divers[row] as number); k++) observations[lowest + (LAST - k) * CHANNELS + DIVERS] = 1;
    mark(this.bullets, row, observations, at + FRIENDLY_BULLET);
    mark(this.enemyBullets, row, observations, at + ENEMY_BULLET);
    mark(this.fish, row, observations, at + FISH, at + TRAIL);
    mark(this.submarines, row, observations, at + SUBMARINE, at + TRAIL);
    mark(this.swimming, row, observations, at + DIVER, at + TRAIL);
  }

  protected begin(row: number): void {
    this.x[row] = 5;
    this.y[row] = 0;
    this.facing[row] = -1;
    this.oxygen[row] = MAX_OXYGEN;
    this.divers[row] = 0;
    this.fish.clear(row);
    this.submarines.clear(row);
    this.enemyBullets.clear(row);
    this.bullets.clear(row);
    this.swimming.clear(row);
    this.atSurface[row] = 1;
    this.spawnInterval[row] = this.spawnTimer[row] = FIRST_SPAWN_INTERVAL;
    this.diverTimer[row] = DIVER_SPAWN_INTERVAL;
    this.moveInterval[row] = FIRST_MOVE_INTERVAL;
    this.reloadTimer[row] = 0;
    this.level[row] = 0;
  }

  protected act(row: number, action: number, random: Generator): number {
    const { spawnTimer, diverTimer, reloadTimer } = this;
    if (spawnTimer[row] === 0) {
      this.spawnEnemy(row, random);
      spawnTimer[row] = this.spawnInterval[row] as number;
    }
    if (diverTimer[row] === 0) {
      const heading = random.random() < 1 / 2 ? 1 : -1;
      this.swimming.add(row, heading === 1 ? 0 : LAST, random.integers(1, LANES + 1), heading, DIVER_MOVE_INTERVAL);
      diverTimer[row] = DIVER_SPAWN_INTERVAL;
    }
    this.steer(row, action);

    let reward = this.moveBullets(row);
    this.moveDivers(row);
    reward += this.moveEnemies(row, this.submarines);
    this.moveEnemyBullets(row);
    reward += this.moveEnemies(row, this.fish);

    spawnTimer[row] = (spawnTimer[row] as number) - 1;
    diverTimer[row] = (diverTimer[row] as number) - 1;
    reloadTimer[row] = Math.max(0, (reloadTimer[row] as number) - 1);
    return reward + this.breathe(row);
  }

  /** No enemy comes into a lane where another one comes towards it. */
  private spawnEnemy(row: number, random: Generator): void {
    const heading = random.random() < 1 / 2 ? 1 : -1;
    const isSubmarine = random.random() < 1 / 3;
    const y = random.integers(1, LANES + 1);
    if (this.submarines.isOncoming(row, y, heading) || this.fish.isOncoming(row, y, heading)) return;
    const enemies = isSubmarine ? this.submarines : this.fish;
    enemies.add(row, heading === 1 ? 0 : LAST, y, heading, this.moveInterval[row] as number, ENEMY_RELOAD);
  }

  private steer(row: number, action: number): void {
    const { x, y, facing, reloadTimer } = this;
    if (action === FIRE && reloadTimer[row] === 0) {
      this.bullets.add(row, x[row] as number, y[row] as number, facing[row] as number);
      reloadTimer[row] = RELOAD;
    } else if (action === LEFT) {
      x[row] = Math.max(0, (x[row] as number) - 1);
      facing[row] = -1;
    } else if (action === RIGHT) {
      x[row] = Math.min(LAST, (x[row] as number) + 1);
      facing[row] = 1;
    } else if (action === UP) y[row] = Math.max(0, (y[row] as number) - 1);
    else if (action === DOWN) y[row] = Math.min(LANES, (y[row] as number) + 1);
  }

  /** Returns how many enemies they hit. */
  private moveBullets(row: number): number {
    const { bullets, fish, submarines } = this;
    let shot = 0;
    for (let k = bullets.last(row); k >= bullets.first(row); k--) {
      if (!bullets.advance(row, k)) continue;
      const x = bullets.x[k] as number;
      const y = bullets.y[k] as number;
      const prey = fish.find(row, x, y) >= 0 ? fish : submarines;
      const hit = prey.find(row, x, y);
      if (hit < 0) continue;
      prey.remove(row, hit);
      bullets.remove(row, k);
      shot++;
    }
    return shot;
  }

  private moveDivers(row: number): void {
    const { swimming } = this;
    for (let k = swimming.last(row); k >= swimming.first(row); k--) {
      if (this.takeAboard(row, k)) continue;
      const waits = swimming.timer[k] as number;
      if (waits > 0) {
        swimming.timer[k] = waits - 1;
        continue;
      }
      swimming.timer[k] = DIVER_MOVE_INTERVAL;
      if (swimming.advance(row, k)) this.takeAboard(row, k);
    }
  }

  /** Whether the diver is where the submarine is, which has room. */
  private takeAboard(row: number, k: number): boolean {
    const aboard = this.divers[row] as number;
    if (aboard >= CREW || !this.meets(row, this.swimming, k)) return false;
    this.swimming.remove(row, k);
    this.divers[row] = aboard + 1;
    return true;
  }

  /** Returns how many swam into a bullet. */
  private moveEnemies(row: number, enemies: Swimmers): number {
    const { bullets, submarines, over } = this;
    let shot = 0;
    for (let k = enemies.last(row); k >= enemies.first(row); k--) {
      if (this.meets(row, enemies, k)) over[row] = 1;
      const waits = enemies.timer[k] as number;
      if (enemies === submarines) this.shootBack(row, k, waits === 0);
      if (waits > 0) {
        enemies.timer[k] = waits - 1;
        continue;
      }
      enemies.timer[k] = this.moveInterval[row] as number;
      if (!enemies.advance(row, k)) continue;
      if (this.meets(row, enemies, k)) {
        over[row] = 1;
        continue;
      }
      const bullet = bullets.find(row, enemies.x[k] as number, enemies.y[k] as number);
      if (bullet < 0) continue;
      enemies.remove(row, k);
      bullets.remove(row, bullet);
      shot++;
    }
    return shot;
  }

  /** An enemy submarine shoots from where it is after its move, even where that move is its last. */
  private shootBack(row: number, k: number, isMoving: boolean): void {
    const { submarines } = this;
    const waits = submarines.reload[k] as number;
    submarines.reload[k] = waits > 0 ? waits - 1 : ENEMY_RELOAD;
    const heading = submarines.heading[k] as number;
    const x = (submarines.x[k] as number) + (isMoving ? heading : 0);
    if (waits === 0 && x >= 0 && x <= LAST) this.enemyBullets.add(row, x, submarines.y[k] as number, heading);
  }

  private moveEnemyBullets(row: number): void {
    const { enemyBullets, over } = this;
    for (let k = enemyBullets.last(row); k >= enemyBullets.first(row); k--) {
      if (this.meets(row, enemyBullets, k)) over[row] = 1;
      if (enemyBullets.advance(row, k) && this.meets(row, enemyBullets, k)) over[row] = 1;
    }
  }

  /** Uses up oxygen, or surfaces, which may give a reward. */
  private breathe(row: number): number {
    const { oxygen, atSurface, divers } = this;
    if (oxygen[row] === 0) this.over[row] = 1;
    if ((this.y[row] as number) > 0) {
      oxygen[row] = Math.max(0, (oxygen[row] as number) - 1);
      atSurface[row] = 0;
      return 0;
    }
    if (atSurface[row] === 1) return 0;
    if (divers[row] === 0) {
      this.over[row] = 1;
      return 0;
    }
    atSurface[row] = 1;
    const isCrew = divers[row] === CREW;
    const reward = isCrew ? gaugeOf(oxygen[row] as number) : 0;
    divers[row] = isCrew ? -1 : (divers[row] as number) - 1;
    oxygen[row] = MAX_OXYGEN;
    if (this.ramping) this.ramp(row);
    return reward;
  }

  private ramp(row: number): void {
    const { spawnInterval, moveInterval, level } = this;
    const spawn = spawnInterval[row] as number;
    const move = moveInterval[row] as number;
    if (spawn === 1 && move === SHORTEST_MOVE_INTERVAL) return;
    const grown = level[row] as number;
    if (move > SHORTEST_MOVE_INTERVAL && grown % 2 === 1) moveInterval[row] = move - 1;
    if (spawn > 1) spawnInterval[row] = spawn - 1;
    level[row] = grown + 1;
  }

  /** Whether number `k` is where the submarine's front is. */
  private meets(row: number, others: Swimmers, k: number): boolean {
    return others.x[k] === this.x[row] && others.y[k] === this.y[row];
  }
}

/** Cells of the gauge. */
function gaugeOf(oxygen: number): number {
  return Math.floor((oxygen * SIDE) / MAX_OXYGEN);
}

/** Sets a channel where they are, and another one behind them. */
function mark(swimmers: Swimmers, row: number, observations: Float32Array, channel: number, trail?: number): void {
  const { x, y, heading } = swimmers;
  for (let k = swimmers.last(row); k >= swimmers.first(row); k--) {
    const column = x[k] as number;
    const left = (y[k] as number) * SIDE;
    observations[channel + (left + column) * CHANNELS] = 1;
    const behind = column - (heading[k] as number);
    if (trail !== undefined && behind >= 0 && behind <= LAST) observations[trail + (left + behind) * CHANNELS] = 1;
  }
}
