import type { Space } from '../../envs/spaces.ts';

/** A cell of a board. */
export interface Cell {
  x: number;
  y: number;
}

/** A board as its observation shows it, by channels. */
export class View {
  private readonly side: number;
  private readonly channels: number;

  constructor(
    private readonly observation: readonly number[],
    space: Space | { shape: readonly number[] },
  ) {
    const { shape } = space as { shape: readonly number[] }; // of a Box
    this.side = shape[0] as number;
    this.channels = shape[2] as number;
  }

  has(channel: number, x: number, y: number): boolean {
    const inside = x >= 0 && y >= 0 && x < this.side && y < this.side;
    return inside && (this.observation[(y * this.side + x) * this.channels + channel] as number) > 0;
  }

  /** All cells with this channel, row by row. */
  cells(channel: number): Cell[] {
    const { observation, channels, side } = this;
    const found: Cell[] = [];
    for (let i = 0; i < side * side; i++)
      if ((observation[i * channels + channel] as number) > 0) found.push({ x: i % side, y: Math.floor(i / side) });
    return found;
  }

  cell(channel: number): Cell {
    return this.cells(channel)[0] as Cell;
  }
}

const distance = (one: Cell, other: Cell): number => Math.abs(one.x - other.x) + Math.abs(one.y - other.y);

/** The first of what is least. */
function least<T>(items: readonly T[], cost: (item: T) => number): T {
  return items.reduce((best, item) => (cost(item) < cost(best) ? item : best));
}

/** The moves of a player who goes in four directions: what an action does to its cell. */
const MOVES = [
  { x: 0, y: 0 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
];

/** Goes to where the ball comes down, as if there were no bricks. */
function playBreakout(observation: number[]): number {
  const view = new View(observation, { shape: [10, 10, 4] });
  const paddle = view.cell(0).x;
  const [ball, trail] = [view.cell(1), view.cell(2)];
  let { x } = ball;
  let dx = Math.sign(ball.x - trail.x) || (x === 0 ? 1 : -1);
  if (ball.y < trail.y) return x === paddle ? 0 : x < paddle ? 1 : 2;
  for (let y = ball.y; y < 8; y++) {
    if (x + dx < 0 || x + dx > 9) dx = -dx;
    else x += dx;
  }
  return x === paddle ? 0 : x < paddle ? 1 : 2;
}

/** Goes to the nearest gold through cells where no enemy is or comes to. */
function playAsterix(observation: number[]): number {
  const view = new View(observation, { shape: [10, 10, 4] });
  const player = view.cell(0);
  const gold = view.cells(3);
  const isDangerous = ({ x, y }: Cell): boolean =>
    view.has(1, x, y) ||
    [-1, 1].some((side) => view.has(1, x + side, y) && !view.has(2, x, y)) ||
    ((x === 0 || x === 9) && y !== player.y);
  const goal = gold.length > 0 ? least(gold, (cell) => distance(cell, player)) : { x: 5, y: player.y };
  return [0, 1, 2, 3, 4].reduce(
    (best, action) => {
      const { x, y } = MOVES[action] as Cell;
      const to = { x: Math.min(9, Math.max(0, player.x + x)), y: Math.min(8, Math.max(1, player.y + y)) };
      const cost = (isDangerous(to) ? 100 : 0) + distance(to, goal);
      return cost < best.cost ? { action, cost } : best;
    },
    { action: 0, cost: Infinity },
  ).action;
}

/** Up, and up again. */
function playFreeway(): number {
  return 1;
}

/** Shoots what is in its lane, looks for divers, and goes up for air when it has some and the oxygen is low. */
function playSeaquest(observation: number[]): number {
  const view = new View(observation, { shape: [10, 10, 10] });
  const front = view.cell(0);
  const facing = front.x > view.cell(1).x ? 1 : -1;
  const oxygen = view.cells(7).length;
  const aboard = view.cells(8).length;
  const enemies = [...view.cells(5), ...view.cells(6)];
  const threats = [...enemies, ...view.cells(4)];
  const isDangerous = ({ x, y }: Cell): boolean =>
    threats.some((threat) => threat.y === y && Math.abs(threat.x - x) <= (view.has(4, threat.x, threat.y) ? 2 : 1)) ||
    (y === 0 && aboard === 0);
  const inLane = enemies.filter(({ y }) => y === front.y);
  const ahead = inLane.some(({ x }) => (x - front.x) * facing > 0);
  if (ahead && !isDangerous(front)) return 5;
  const behind = inLane.find(({ x }) => (x - front.x) * facing < 0);
  if (behind && Math.abs(behind.x - front.x) > 2) return facing > 0 ? 1 : 3;
  const needsAir = aboard === 6 || (aboard > 0 && oxygen <= 4);
  const divers = view.cells(9);
  const goal = needsAir
    ? { x: front.x, y: 0 }
    : aboard < 6 && divers.length > 0
      ? least(divers, (cell) => distance(cell, front))
      : { x: 5, y: 4 };
  return [0, 1, 2, 3, 4].reduce(
    (best, action) => {
      const { x, y } = MOVES[action] as Cell;
      const to = { x: Math.min(9, Math.max(0, front.x + x)), y: Math.min(8, Math.max(0, front.y + y)) };
      const cost = (isDangerous(to) ? 100 : 0) + distance(to, goal);
      return cost < best.cost ? { action, cost } : best;
    },
    { action: 0, cost: Infinity },
  ).action;
}

/** Keeps out from under bullets, and shoots from below the nearest column of aliens. */
function playSpaceInvaders(observation: number[]): number {
  const view = new View(observation, { shape: [10, 10, 6] });
  const { x } = view.cell(0);
  const isDangerous = (column: number): boolean => [6, 7, 8].some((y) => view.has(5, column, y));
  const aliens = view.cells(1);
  const way = view.cells(2).length > 0 ? -1 : 1;
  const goal = least(aliens, (alien) => Math.abs(alien.x + way - x)).x + way;
  const safe = [0, -1, 1].filter((step) => x + step >= 0 && x + step <= 9 && !isDangerous(x + step));
  if (safe.length === 0) return 3;
  const step = least(safe, (one) => Math.abs(goal - (x + one)));
  return step === 0 ? 3 : step < 0 ? 1 : 2;
}

/** Goes towards the food wherever that is no wall and no body. */
function playSnake(observation: number[]): number {
  const view = new View(observation, { shape: [10, 10, 3] });
  const head = view.cell(0);
  const food = view.cell(2);
  const moves = [
    { x: 0, y: -1 },
    { x: 1, y: 0 },
    { x: 0, y: 1 },
    { x: -1, y: 0 },
  ];
  const cost = (action: number): number => {
    const { x, y } = moves[action] as Cell;
    const to = { x: head.x + x, y: head.y + y };
    const isBlocked = to.x < 0 || to.y < 0 || to.x > 9 || to.y > 9 || view.has(1, to.x, to.y);
    return (isBlocked ? 100 : 0) + distance(to, food);
  };
  return least([0, 1, 2, 3], cost);
}

/** A simple rule for each game, which sees what an agent sees. */
export const PLAYERS: Readonly<Record<string, (observation: number[]) => number>> = {
  'MinAtar/Breakout-v1': playBreakout,
  'MinAtar/Asterix-v1': playAsterix,
  'MinAtar/Freeway-v1': playFreeway,
  'MinAtar/Seaquest-v1': playSeaquest,
  'MinAtar/SpaceInvaders-v1': playSpaceInvaders,
  'Snake-v0': playSnake,
};
