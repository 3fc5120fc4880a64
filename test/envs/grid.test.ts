import { describe, expect, test } from 'vitest';
import { checkEnvironment } from '../../envs/check.ts';
import { blocksSight, CellColour, GOAL_CELL, KIND_NAMES } from '../../envs/grid/cells.ts';
import { Crossing } from '../../envs/grid/crossing.ts';
import { DoorKey } from '../../envs/grid/doorKey.ts';
import { DynamicObstacles } from '../../envs/grid/dynamicObstacles.ts';
import { Empty } from '../../envs/grid/empty.ts';
import { Fetch } from '../../envs/grid/fetch.ts';
import { GoToLocal } from '../../envs/grid/goToLocal.ts';
import { GridEnv } from '../../envs/grid/gridEnv.ts';
import { GridAction, GridWorld } from '../../envs/grid/gridWorld.ts';
import { KeyCorridor } from '../../envs/grid/keyCorridor.ts';
import { Memory } from '../../envs/grid/memory.ts';
import { missionSpace, phrases } from '../../envs/grid/missions.ts';
import { MultiRoom } from '../../envs/grid/multiRoom.ts';
import { PutNear } from '../../envs/grid/putNear.ts';
import { PutNextLocal } from '../../envs/grid/putNextLocal.ts';
import { RoomGrid } from '../../envs/grid/roomGrid.ts';
import { Generator } from '../../envs/random.ts';
import { VectorEnv } from '../../envs/vector.ts';
import { Sketch, sketchOfView } from './gridSketch.ts';

const { left, forward, pickup, drop, toggle, done } = GridAction;

function viewOf(rows: readonly string[], options: { seeThroughWalls?: boolean } = {}): string[] {
  return sketchOfView(new GridEnv(() => new Sketch(rows, options)).reset().observation);
}

describe('what an agent sees', () => {
  const ROOM = [
    '#########', //
    '#..k#...#',
    '#...D.b.#',
    '#...#...#',
    '#.^.#...#',
    '#########',
  ];

  test('is the 7 x 7 cells before it, itself in the middle of the last row, as far as walls and closed doors let see', () => {
    expect(viewOf(ROOM)).toEqual([
      '???????', //
      '???????',
      '?#####?',
      '?#..k#?',
      '?#...D?',
      '?#...#?',
      '?#...#?',
    ]);
  });

  test('turns with it', () => {
    const turned = ROOM.map((row) => row.replace('^', '>'));
    expect(viewOf(turned)).toEqual([
      '???????', //
      '???????',
      '???????',
      '???????',
      '#D###??',
      'k...#??',
      '....#??',
    ]);
  });

  test('goes on through an open door', () => {
    const before = ['#######', '#..b..#', '###D###', '#..^..#', '#######'];
    const open = before.map((row) => row.replace('D', 'O'));
    expect(viewOf(before).slice(3, 6)).toEqual(['???????', '???????', '###D###']);
    expect(viewOf(open).slice(3, 6)).toEqual(['#######', '#..b..#', '###O###']);
  });

  test('is everything where walls hide nothing, walls beyond the world', () => {
    const view = viewOf(ROOM, { seeThroughWalls: true });
    expect(view).toEqual([
      '#######', //
      '#######',
      '#######',
      '##..k#.',
      '##...D.',
      '##...#.',
      '##...#.',
    ]);
  });

  test("is what light reaches, told cell by cell: MiniGrid's rule, in random worlds", () => {
    const random = new Generator(0);
    for (let round = 0; round < 300; round++) {
      const marks = random.choice(['.....#', '..#D', '.........#b', '..O#']);
      const rows = Array.from({ length: 9 }, () => Array.from({ length: 9 }, () => random.choice(marks.split(''))));
      const [x, y] = [random.integers(9), random.integers(9)];
      (rows[y] as string[])[x] = random.choice('>v<^'.split(''));
      const sketch = rows.map((row) => row.join(''));
      expect(viewOf(sketch), sketch.join('\n')).toEqual(litCellByCell(viewOf(sketch, { seeThroughWalls: true })));
    }
  });
});

/** The whole view without what light does not reach, by the rule as MiniGrid states it. */
function litCellByCell(whole: readonly string[]): string[] {
  const lit = Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => false));
  const light = (i: number, j: number): void => {
    if (i >= 0 && i < 7 && j >= 0) (lit[j] as boolean[])[i] = true;
  };
  const passes = (i: number, j: number): boolean => lit[j]?.[i] === true && !'#DL'.includes(whole[j]?.[i] as string);
  light(3, 6);
  for (let j = 6; j >= 0; j--) {
    for (const [from, to, side] of [
      [0, 6, 1],
      [6, 0, -1],
    ] as const) {
      for (let i = from; i !== to; i += side) {
        if (!passes(i, j)) continue;
        light(i + side, j);
        light(i + side, j - 1);
        light(i, j - 1);
      }
    }
  }
  return whole.map((row, j) =>
    row
      .split('')
      .map((mark, i) => (lit[j]?.[i] ? mark : '?'))
      .join(''),
  );
}

interface Case {
  claim: string;
  before: string[];
  actions: number[];
  /** The world afterwards, with what is carried. */
  after: string[];
}

test.each<Case>([
  { claim: 'turning left thrice is turning right', before: ['>..'], actions: [left, left, left], after: ['v..'] },
  {
    claim: 'it walks over floor and through open doors',
    before: ['>_O.'],
    actions: [forward, forward, forward],
    after: ['._O>'],
  },
  { claim: 'walls stop it', before: ['>#.'], actions: [forward], after: ['>#.'] },
  { claim: 'closed doors stop it', before: ['>D.'], actions: [forward], after: ['>D.'] },
  { claim: 'things stop it', before: ['>b.'], actions: [forward], after: ['>b.'] },
  { claim: 'the end of the world stops it', before: ['..>'], actions: [forward], after: ['..>'] },
  { claim: 'it takes a key', before: ['>k.'], actions: [pickup], after: ['>..', 'k'] },
  { claim: 'it takes a ball', before: ['>b.'], actions: [pickup], after: ['>..', 'b'] },
  { claim: 'it takes a box', before: ['>X.'], actions: [pickup], after: ['>..', 'x'] },
  { claim: 'it takes no door', before: ['>D.'], actions: [pickup], after: ['>D.'] },
  { claim: 'it takes no second thing', before: ['>kb'], actions: [pickup, forward, pickup], after: ['.>b', 'k'] },
  { claim: 'it puts down what it carries', before: ['>k.'], actions: [pickup, forward, drop], after: ['.>k'] },
  { claim: 'it puts nothing onto floor', before: ['k<_'], actions: [pickup, left, left, drop], after: ['.>_', 'k'] },
  {
    claim: 'it puts nothing onto another thing',
    before: ['>kb'],
    actions: [pickup, forward, drop],
    after: ['.>b', 'k'],
  },
  { claim: 'with empty hands it puts nothing down', before: ['>..'], actions: [drop], after: ['>..'] },
  { claim: 'it opens a door', before: ['>D.'], actions: [toggle], after: ['>O.'] },
  { claim: 'it closes a door', before: ['>O.'], actions: [toggle], after: ['>D.'] },
  { claim: 'a locked door wants a key', before: ['>L.'], actions: [toggle], after: ['>L.'] },
  {
    claim: 'a locked door wants a key of its colour',
    before: ['r<L'],
    actions: [pickup, left, left, toggle],
    after: ['.>L', 'k'],
  },
  { claim: 'a locked door takes no key that is not carried', before: ['k>L'], actions: [toggle], after: ['k>L'] },
  { claim: 'a key unlocks and stays', before: ['k<L'], actions: [pickup, left, left, toggle], after: ['.>O', 'k'] },
  {
    claim: 'once unlocked, a door locks no more',
    before: ['k<L'],
    actions: [pickup, left, left, toggle, toggle],
    after: ['.>D', 'k'],
  },
  { claim: 'an opened box leaves what is in it', before: ['>B.'], actions: [toggle], after: ['>b.'] },
  {
    claim: 'a box that was carried has kept what is in it',
    before: ['>B.'],
    actions: [pickup, drop, toggle],
    after: ['>b.'],
  },
  { claim: 'an empty box leaves nothing', before: ['>X.'], actions: [toggle], after: ['>..'] },
  { claim: 'opening a wall does nothing', before: ['>#.'], actions: [toggle], after: ['>#.'] },
  { claim: 'being done does nothing', before: ['>k.'], actions: [done], after: ['>k.'] },
])('$claim', ({ before, actions, after }) => {
  const { length } = before[0] as string;
  const frame = '#'.repeat(length);
  const world = new Sketch([frame, ...before, frame]);
  const env = new GridEnv(() => world);
  env.reset();
  for (const action of actions)
    expect(env.step(action)).toMatchObject({ reward: 0, terminated: false, truncated: false });
  expect(world.sketch().filter((row) => row !== frame)).toEqual(after);
});

test('what is carried shows where the agent stands', () => {
  const env = new GridEnv(() => new Sketch(['###', '>k.', '###']));
  expect(sketchOfView(env.reset().observation)[6]).toBe('??#.#??');
  expect(sketchOfView(env.step(pickup).observation)[6]).toBe('??#k#??');
});

test('success gives 1 - 0.9 * steps / maxSteps, lava nothing, the time limit nothing', () => {
  const goal = new GridEnv(() => new Sketch(['...', '>.G', '...'], { maxSteps: 10 }));
  goal.reset();
  goal.step(forward);
  expect(goal.step(forward)).toMatchObject({
    reward: 1 - 0.9 * 0.2,
    terminated: true,
    truncated: false,
    info: { success: true },
  });
  expect(() => goal.step(forward)).toThrow(/call reset\(\) first/);

  const lava = new GridEnv(() => new Sketch(['...', '>~.', '...']));
  lava.reset();
  expect(lava.step(forward)).toMatchObject({ reward: 0, terminated: true, info: { success: false } });

  const slow = new GridEnv(() => new Sketch(['...', '>.G', '...'], { maxSteps: 2 }));
  slow.reset();
  expect(slow.step(left)).toMatchObject({ truncated: false, info: {} });
  expect(slow.step(left)).toMatchObject({ reward: 0, terminated: false, truncated: true, info: { success: false } });

  const last = new GridEnv(() => new Sketch(['...', '>.G', '...'], { maxSteps: 2 }));
  last.reset();
  last.step(forward);
  expect(last.step(forward)).toMatchObject({ terminated: true, truncated: true, info: { success: true } });
  expect(last.reset().info).toEqual({});
});

test('numbers and names of an observation agree', () => {
  expect(KIND_NAMES[GOAL_CELL & 15]).toBe('goal');
  const { observation } = new GridEnv(() => new Sketch(['>L.', '...', '...'])).reset();
  const ahead = 3 * (7 * 3 + 5);
  expect(observation.image.slice(ahead, ahead + 3)).toEqual([4, 4, 2]); // door, yellow, locked
  expect(observation).toMatchObject({ direction: 0, mission: 'do as you like' });
});

test('a carried thing is drawn beside the agent under the id that it had', () => {
  const env = new GridEnv(() => new Sketch(['...', '>k.', '...']));
  env.reset();
  const find = (id: string): unknown => env.draw().shapes.find((shape) => shape.id === id);
  const [agent, key] = [find('agent'), find('key1')] as { x: number; y: number }[];
  expect(key?.x).toBe((agent?.x as number) + 1);
  env.step(pickup);
  const carried = find('key1') as { x: number; y: number };
  expect(Math.hypot(carried.x - (agent?.x as number), carried.y - (agent?.y as number))).toBeLessThan(0.5);
  expect(env.draw().shapes.map(({ id }) => id)).toEqual(expect.arrayContaining(['ground', 'mission0']));
});

describe('missions', () => {
  test('are all sentences of their parts, in a space as long as the longest', () => {
    const all = phrases(['go to', 'see'], ['the'], ['key', 'red ball']);
    expect(all).toEqual(['go to the key', 'go to the red ball', 'see the key', 'see the red ball']);
    const space = missionSpace(all);
    expect(space.maxLength).toBe('go to the red ball'.length);
    expect(space.words).toEqual(['go', 'to', 'the', 'key', 'red', 'ball', 'see']);
    expect(all.every((mission) => space.contains(mission))).toBe(true);
  });
});

/** A level of one's own: go to the goal at the end of a corridor of random length, past a ball. */
class Corridor extends GridWorld {
  constructor(readonly length: number) {
    super({ width: length, height: 4, maxSteps: 4 * length, missions: ['go east', 'go east, quickly'] });
  }

  override step(action: number): void {
    super.step(action);
    if (this.terminated && this.mission.endsWith('quickly')) this.reward /= 2;
  }

  protected override generate(): void {
    const end = this.random.integers(4, this.length);
    this.surround({ x: 0, y: 0, width: end + 1, height: 4 });
    this.set(end - 1, 1, GOAL_CELL);
    this.standAt(1, 1);
    this.place(this.ball(CellColour.red), { x: 2, y: 1, width: end - 3, height: 2 });
    this.mission = this.random.choice(['go east', 'go east, quickly']);
  }
}

describe("a level of one's own", () => {
  test('keeps every claim of the contract, alone and side by side', () => {
    const broken = checkEnvironment(() => new GridEnv(() => new Corridor(9)), { name: 'Corridor' }).filter(
      ({ ok }) => !ok,
    );
    expect(broken).toEqual([]);
    const envs = new VectorEnv(() => new GridEnv(() => new Corridor(9)), { count: 8, seed: 0, name: 'Corridor' });
    envs.reset();
    for (let step = 0; step < 100; step++) envs.step(new Float32Array(8).fill(forward));
    expect(new Set(envs.lastLengths).size).toBeGreaterThan(1);
  });

  class Wrong extends Corridor {
    constructor(readonly wrong: (world: Wrong) => void) {
      super(9);
    }
    protected override generate(): void {
      super.generate();
      this.wrong(this);
    }
    override set(x: number, y: number, cell: number): void {
      super.set(x, y, cell);
    }
    override place(...args: Parameters<Corridor['place']>): ReturnType<Corridor['place']> {
      return super.place(...args);
    }
  }

  test.each<[string, (world: Wrong) => void, RegExp]>([
    ['an agent outside', (world) => (world.agentX = 20), /left the agent at 20, 1, wanted a cell of the world/],
    ['an agent in a wall', (world) => (world.agentX = 0), /left the agent at 0, 1, wanted a cell of the world/],
    [
      'a mission that is too long',
      (world) => (world.mission = 'go east, very quickly'),
      /'go east, very quickly', which is not/,
    ],
    ['no mission', (world) => (world.mission = ''), /the mission '', which is not one of those/],
    ['a thing outside', (world) => world.set(9, 0, GOAL_CELL), /9, 0 is outside a world of 9 x 4 cells/],
    [
      'no room',
      (world) => world.place(GOAL_CELL, { x: 0, y: 0, width: 1, height: 4 }),
      /no free cell was found in 10000 tries/,
    ],
  ])('is refused where it has %s', (_, wrong, message) => {
    expect(() => new GridEnv(() => new Wrong(wrong)).reset({ seed: 0 })).toThrow(message);
  });

  test('is refused where it wants another door than a room has sides for, rather than draw for ever', () => {
    class Doors extends RoomGrid {
      constructor() {
        super({ roomSize: 4, rows: 1, columns: 2, maxSteps: 1, missions: ['go'] });
      }
      override generate(): void {
        super.generate();
        this.addDoor(this.room(0, 0));
        this.addDoor(this.room(0, 0));
      }
    }
    expect(() => new Doors().reset(0)).toThrow(/RoomGrid: no door fits into any side of this room/);
  });
});

test.each<[string, () => unknown, RegExp]>([
  ['Empty', () => new Empty(3), /Empty: size is 3, wanted an integer of at least 4/],
  ['DoorKey', () => new DoorKey(4.5), /DoorKey: size is 4.5/],
  ['Memory', () => new Memory(8), /Memory: size is 8, wanted an odd one/],
  ['KeyCorridor', () => new KeyCorridor({ roomSize: 2, rows: 1 }), /RoomGrid: roomSize is 2/],
  ['Crossing', () => new Crossing(10, 1, 'lava'), /Crossing: size is 10, wanted an odd one/],
  [
    'Crossing without a river',
    () => new Crossing(9, 0, 'lava'),
    /Crossing: crossings is 0, wanted an integer from 1 to 6/,
  ],
  ['Fetch', () => new Fetch(5, 9), /Fetch: count is 9, wanted an integer from 1 to 8/],
  ['PutNear', () => new PutNear(6, 1), /PutNear: count is 1/],
  ['DynamicObstacles', () => new DynamicObstacles(5, 4), /DynamicObstacles: count is 4, wanted an integer from 0 to 3/],
  ['MultiRoom', () => new MultiRoom({ rooms: 2, maxRoomSize: 3 }), /MultiRoom: maxRoomSize is 3/],
  ['a world', () => new Sketch(['>.', '..', '..']), /GridWorld: width is 2, wanted an integer of at least 3/],
  ['a time limit', () => new Sketch(['>..', '...', '...'], { maxSteps: 0 }), /GridWorld: maxSteps is 0/],
])('%s refuses sizes that make no sense', (_, make, message) => {
  expect(make).toThrow(message);
});

test.each<[string, () => GridWorld, RegExp]>([
  ['rooms', () => new MultiRoom({ rooms: 40, maxRoomSize: 24 }), /40 rooms did not fit in 10000 tries/],
  ['things', () => new GoToLocal(5, 9), /no free cell was found in 1000 tries|cannot be reached/],
  ['unique things', () => new PutNextLocal(12, 19), /19 more unique objects were asked for, there are 18 that differ/],
])('a level with more %s than fit says so, rather than search for ever', (_, make, message) => {
  expect(() => make().reset(0)).toThrow(message);
});

test('only walls and doors that are not open block the sight', () => {
  const world = new Sketch(['#DLO.', 'kbXG~', '>....']);
  world.reset();
  const blocking = '#DLO.kbXG~'.split('').filter((_, i) => blocksSight(world.get(i % 5, Math.floor(i / 5))));
  expect(blocking).toEqual(['#', 'D', 'L']);
});
