import { describe, expect, test } from 'vitest';
import { type Cell, CellColour, CellKind, colourOf, kindOf, nameOf } from '../../envs/grid/cells.ts';
import { GridEnv } from '../../envs/grid/gridEnv.ts';
import { gridEnvs } from '../../envs/grid/gridEnvs.ts';
import { GridAction, type GridWorld } from '../../envs/grid/gridWorld.ts';
import { ObstructedMaze } from '../../envs/grid/obstructedMaze.ts';
import { make } from '../../envs/registry.ts';
import { isLocked, Walker } from './gridWalker.ts';

type Plan = (walker: Walker) => void;

const { ball, box, door, goal, key } = CellKind;
const isCalled = (name: string) => (cell: Cell) => nameOf(cell) === name;
const isDoor = (colour: number) => (cell: Cell) => kindOf(cell) === door && colourOf(cell) === colour;
/** The last words of a mission: `red ball`. */
const lastWords = ({ mission }: GridWorld, count = 2): string => mission.split(' ').slice(-count).join(' ');

const toGoal: Plan = (walker) => walker.walkTo(...walker.find(goal));
const unlock: Plan = (walker) => {
  walker.take(key);
  walker.toggle(isLocked);
};
const unlockAndTake =
  (kind: number): Plan =>
  (walker) => {
    unlock(walker);
    walker.drop();
    walker.take(kind);
  };
/** Onto the side of the fork where the thing of the first room lies, or onto the other one. */
const fork =
  (isGood: boolean): Plan =>
  (walker) => {
    const { world } = walker;
    const middle = (world.height - 1) / 2;
    const x = world.width - 2;
    const matches = kindOf(world.get(x, middle - 2)) === kindOf(world.get(1, middle - 1));
    walker.walkTo(x, middle + (matches === isGood ? -1 : 1));
  };
const openDoors =
  (...colours: number[]): Plan =>
  (walker) => {
    for (const colour of colours) walker.toggle(isDoor(colour));
  };
/** Puts the first thing of the mission where the second one is near. */
const put =
  (reach: (dx: number, dy: number) => boolean): Plan =>
  (walker) => {
    const [, , colour, kind] = walker.world.mission.split(' ');
    const [x, y] = walker.find(isCalled(lastWords(walker.world)));
    walker.take(isCalled(`${colour} ${kind}`));
    walker.drop((toX, toY) => reach(Math.abs(toX - x), Math.abs(toY - y)));
  };

/** How each level is solved: enough to find out what it rewards. */
const SOLUTIONS: Record<string, Plan> = {
  'MiniGrid-Empty-8x8-v0': toGoal,
  'MiniGrid-Empty-Random-6x6-v0': toGoal,
  'MiniGrid-DoorKey-5x5-v0': (walker) => [unlock, toGoal].forEach((plan) => plan(walker)),
  'MiniGrid-DoorKey-8x8-v0': (walker) => [unlock, toGoal].forEach((plan) => plan(walker)),
  'MiniGrid-MemoryS7-v0': fork(true),
  'MiniGrid-MemoryS9-v0': fork(true),
  'MiniGrid-MemoryS13-v0': fork(true),
  'MiniGrid-KeyCorridorS3R1-v0': unlockAndTake(ball),
  'MiniGrid-FourRooms-v0': toGoal,
  'MiniGrid-GoToDoor-5x5-v0': (walker) => {
    walker.face(...walker.find(isCalled(lastWords(walker.world))));
    walker.do(GridAction.done);
  },
  'MiniGrid-Fetch-5x5-N2-v0': (walker) => walker.take(isCalled(lastWords(walker.world))),
  'MiniGrid-UnlockPickup-v0': unlockAndTake(box),
  'MiniGrid-LavaCrossingS9N1-v0': toGoal,
  'MiniGrid-SimpleCrossingS9N1-v0': toGoal,
  'MiniGrid-LockedRoom-v0': (walker) => {
    unlock(walker);
    toGoal(walker);
  },
  'MiniGrid-MultiRoom-N2-S4-v0': toGoal,
  'MiniGrid-PutNear-6x6-N2-v0': put((dx, dy) => dx <= 1 && dy <= 1),
  'MiniGrid-RedBlueDoors-6x6-v0': openDoors(CellColour.red, CellColour.blue),
  'MiniGrid-ObstructedMaze-1Dl-v0': unlockAndTake(ball),
  'BabyAI-GoToRedBall-v0': (walker) => walker.face(...walker.find(isCalled('red ball'))),
  'BabyAI-GoToLocal-v0': (walker) => walker.face(...walker.find(isCalled(lastWords(walker.world)))),
  'BabyAI-PutNextLocal-v0': put((dx, dy) => dx + dy === 1),
};

const ids = Object.keys(gridEnvs);
const walkerOf = (id: string, seed: number): Walker => new Walker(make(id) as GridEnv, seed);

describe.each(ids.filter((id) => id !== 'MiniGrid-Dynamic-Obstacles-5x5-v0'))('%s', (id) => {
  test('rewards who solves it with 1 - 0.9 * steps / maxSteps, whatever the seed', () => {
    for (let seed = 0; seed < 20; seed++) {
      const walker = walkerOf(id, seed);
      (SOLUTIONS[id] as Plan)(walker);
      const { steps, result, world } = walker;
      expect(result, `seed ${seed}`).toMatchObject({ terminated: true, info: { success: true } });
      expect(result?.reward).toBeCloseTo(1 - (0.9 * steps) / world.maxSteps, 12);
    }
  });
});

test.each<[claim: string, id: string, plan: Plan]>([
  ['the other side of the fork', 'MiniGrid-MemoryS7-v0', fork(false)],
  ['opening the blue door first', 'MiniGrid-RedBlueDoors-6x6-v0', openDoors(CellColour.blue)],
  [
    'being done before another door',
    'MiniGrid-GoToDoor-5x5-v0',
    (walker) => {
      const name = lastWords(walker.world);
      walker.face(...walker.find((cell) => kindOf(cell) === door && nameOf(cell) !== name));
      walker.do(GridAction.done);
    },
  ],
  ['opening a door that is to be gone to', 'MiniGrid-GoToDoor-5x5-v0', (walker) => walker.do(GridAction.toggle)],
  [
    'taking the thing that is not to be moved',
    'MiniGrid-PutNear-6x6-N2-v0',
    (walker) => walker.take(isCalled(lastWords(walker.world))),
  ],
  ['putting the thing down far away', 'MiniGrid-PutNear-6x6-N2-v0', put((dx, dy) => dx > 1 || dy > 1)],
  [
    'going into lava',
    'MiniGrid-LavaCrossingS9N1-v0',
    (walker) => {
      walker.face(...walker.find(CellKind.lava));
      walker.do(GridAction.forward);
    },
  ],
])('%s ends the episode of %s without a reward', (_, id, plan) => {
  for (let seed = 0; seed < 10; seed++) {
    const walker = walkerOf(id, seed);
    plan(walker);
    expect(walker.result, `seed ${seed}`).toMatchObject({ reward: 0, terminated: true, info: { success: false } });
  }
});

test('Fetch ends without a reward where the wrong thing is taken', () => {
  let wrong = 0;
  for (let seed = 0; seed < 20; seed++) {
    const walker = walkerOf('MiniGrid-Fetch-5x5-N2-v0', seed);
    const name = lastWords(walker.world);
    const isOther = (cell: Cell): boolean => [key, ball].includes(kindOf(cell) as never) && nameOf(cell) !== name;
    try {
      walker.find(isOther);
    } catch {
      continue; // both things look alike
    }
    wrong++;
    walker.take(isOther);
    expect(walker.result).toMatchObject({ reward: 0, terminated: true, info: { success: false } });
  }
  expect(wrong).toBeGreaterThan(10);
});

describe('MiniGrid-Dynamic-Obstacles-5x5-v0', () => {
  const id = 'MiniGrid-Dynamic-Obstacles-5x5-v0';

  test('costs 1 for walking against a wall', () => {
    const walker = walkerOf(id, 0);
    walker.turn(3);
    walker.do(GridAction.forward);
    expect(walker.result).toMatchObject({ reward: -1, terminated: true, info: { success: false } });
  });

  test('costs 1 for walking against a ball, where it was before it rolled on', () => {
    let met = 0;
    for (let seed = 0; seed < 100; seed++) {
      const walker = walkerOf(id, seed);
      if (kindOf(walker.world.front) !== ball) continue;
      met++;
      walker.do(GridAction.forward);
      expect(walker.result).toMatchObject({ reward: -1, terminated: true });
    }
    expect(met).toBeGreaterThan(5);
  });

  test('has balls that roll by one cell at most, and reward at the goal', () => {
    let goals = 0;
    for (let seed = 0; seed < 60; seed++) {
      const walker = walkerOf(id, seed);
      for (const turn of [false, false, true, false, false]) {
        if (walker.ended) break;
        const before = ballsOf(walker.world);
        walker.do(turn ? GridAction.right : GridAction.forward);
        ballsOf(walker.world).forEach(([x, y], i) => {
          const [fromX, fromY] = before[i] as [number, number];
          expect(Math.max(Math.abs(x - fromX), Math.abs(y - fromY))).toBeLessThan(2);
        });
      }
      if ((walker.result?.reward as number) <= 0) continue;
      goals++;
      expect(walker.result).toMatchObject({ reward: 1 - 0.9 * (5 / 100), terminated: true, info: { success: true } });
    }
    expect(goals).toBeGreaterThan(3);
  });

  /** In the order of their ids. */
  function ballsOf(world: GridWorld): (readonly [number, number])[] {
    const found: [id: number, place: [number, number]][] = [];
    for (let y = 0; y < world.height; y++)
      for (let x = 0; x < world.width; x++) if (kindOf(world.get(x, y)) === ball) found.push([world.get(x, y), [x, y]]);
    return found.sort(([a], [b]) => a - b).map(([, place]) => place);
  }
});

test('who turns blindly at the fork of Memory is right half of the time', () => {
  let successes = 0;
  const episodes = 1000;
  for (let seed = 0; seed < episodes; seed++) {
    const walker = walkerOf('MiniGrid-MemoryS7-v0', seed);
    walker.walkTo(5, 2);
    if (walker.result?.info['success']) successes++;
  }
  expect(successes / episodes).toBeCloseTo(0.5, 1);
});

test('the key of a blocked maze lies in a box, behind which a ball stands before the door', () => {
  const walker = new Walker(new GridEnv(() => new ObstructedMaze({ keyInBox: true, blocked: true })), 3);
  const { world } = walker;
  const [x, y] = walker.find(isLocked);
  expect(nameOf(world.get(x - 1, y))).toBe('green ball');
  expect(() => walker.find(key)).toThrow('there is none');
  walker.toggle(box);
  const [keyX, keyY] = walker.find(key);
  expect(colourOf(world.get(keyX, keyY))).toBe(colourOf(world.get(x, y)));
  walker.take(isCalled('green ball'));
  walker.drop((toX, toY) => Math.abs(toX - x) + Math.abs(toY - y) > 2 && toX < x);
  walker.take(key);
  walker.toggle(isLocked);
  walker.drop((toX) => toX < x - 1);
  walker.take(isCalled('blue ball'));
  expect(walker.result).toMatchObject({ terminated: true, info: { success: true } });
});

describe.each(ids)('the missions of %s', (id) => {
  test('fit their space, and the longest fills it', () => {
    const { world, observationSpace } = make(id) as GridEnv;
    const text = world.missions;
    const seen = new Set<string>();
    for (let seed = 0; seed < 600; seed++) {
      world.reset(seed);
      seen.add(world.mission);
    }
    expect([...seen].filter((mission) => !text.contains(mission))).toEqual([]);
    expect(Math.max(...[...seen].map(({ length }) => length))).toBe(text.maxLength);
    expect(observationSpace.spaces['mission']).toBe(text);
    expect(Object.keys(observationSpace.spaces)).toEqual(['image', 'direction', 'mission']);
  });
});
