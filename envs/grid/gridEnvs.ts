import { type EnvEntry, type EnvTable, withParameters } from '../entry.ts';
import { Crossing } from './crossing.ts';
import { DoorKey } from './doorKey.ts';
import { DynamicObstacles } from './dynamicObstacles.ts';
import { Empty } from './empty.ts';
import { Fetch } from './fetch.ts';
import { FourRooms } from './fourRooms.ts';
import { GoToDoor } from './goToDoor.ts';
import { GoToLocal } from './goToLocal.ts';
import { GoToRedBall } from './goToRedBall.ts';
import { GridEnv } from './gridEnv.ts';
import type { GridWorld } from './gridWorld.ts';
import { KeyCorridor } from './keyCorridor.ts';
import { LockedRoom } from './lockedRoom.ts';
import { Memory } from './memory.ts';
import { MultiRoom } from './multiRoom.ts';
import { ObstructedMaze } from './obstructedMaze.ts';
import { PutNear } from './putNear.ts';
import { PutNextLocal } from './putNextLocal.ts';
import { RedBlueDoors } from './redBlueDoors.ts';
import { UnlockPickup } from './unlockPickup.ts';

const PIXELS = {
  kind: 'boolean',
  default: false,
  meaning: 'whether it sees a picture, and not what is in each cell',
} as const;
const MISSION = { kind: 'boolean', default: true, meaning: 'whether the agent is told its mission' } as const;
const WORDINGS = ['original', 'train', 'test'] as const;

const level = (make: () => GridWorld, summary: string): EnvEntry =>
  withParameters({ parameters: { pixels: PIXELS }, make: (shown) => new GridEnv(make, shown), summary });

/** A level with several missions, which its agent may not be told. */
const told = (make: () => GridWorld, summary: string): EnvEntry =>
  withParameters({
    parameters: { pixels: PIXELS, mission: MISSION },
    make: (shown) => new GridEnv(make, shown),
    summary,
  });

/** MiniGrid and BabyAI: rooms of cells, seen in part, with a mission. They limit their time themselves. */
export const gridEnvs: EnvTable = {
  'MiniGrid-Empty-8x8-v0': level(() => new Empty(8), 'go to the far corner of an empty room'),
  'MiniGrid-Empty-Random-6x6-v0': level(
    () => new Empty(6, { startsAnywhere: true }),
    'go to the corner of an empty room from anywhere',
  ),
  'MiniGrid-DoorKey-5x5-v0': level(() => new DoorKey(5), 'fetch the key, open the door, go to the goal'),
  'MiniGrid-DoorKey-8x8-v0': level(
    () => new DoorKey(8),
    'fetch the key, open the door, go to the goal, in larger rooms',
  ),
  'MiniGrid-MemoryS7-v0': level(() => new Memory(7), 'turn to the side with the thing that was seen before'),
  'MiniGrid-MemoryS9-v0': level(
    () => new Memory(9),
    'turn to the side with the thing that was seen before, at the end of a longer hallway',
  ),
  'MiniGrid-MemoryS13-v0': level(
    () => new Memory(13),
    'turn to the side with the thing that was seen before, at the end of a long hallway',
  ),
  'MiniGrid-KeyCorridorS3R1-v0': told(
    () => new KeyCorridor({ roomSize: 3, rows: 1 }),
    'find the key to the locked room, and take the ball in it',
  ),
  'MiniGrid-FourRooms-v0': level(() => new FourRooms(), 'find the goal in one of four rooms'),
  'MiniGrid-GoToDoor-5x5-v0': told(() => new GoToDoor(5), 'go to the door of the colour that the mission names'),
  'MiniGrid-Fetch-5x5-N2-v0': told(() => new Fetch(5, 2), 'take what the mission names, and nothing else'),
  'MiniGrid-UnlockPickup-v0': told(() => new UnlockPickup(), 'unlock a door and take the box behind it'),
  'MiniGrid-LavaCrossingS9N1-v0': level(() => new Crossing(9, 1, 'lava'), 'cross a river of lava where it is open'),
  'MiniGrid-SimpleCrossingS9N1-v0': level(() => new Crossing(9, 1, 'wall'), 'find the opening in a wall'),
  'MiniGrid-Dynamic-Obstacles-5x5-v0': level(
    () => new DynamicObstacles(5, 2),
    'go to the far corner without running into a ball',
  ),
  'MiniGrid-LockedRoom-v0': told(() => new LockedRoom(), 'fetch the key from the room that the mission names'),
  'MiniGrid-MultiRoom-N2-S4-v0': level(
    () => new MultiRoom({ rooms: 2, maxRoomSize: 4 }),
    'go through a door to the goal in the room behind it',
  ),
  'MiniGrid-PutNear-6x6-N2-v0': told(() => new PutNear(6, 2), 'put one thing near another one'),
  'MiniGrid-RedBlueDoors-6x6-v0': level(() => new RedBlueDoors(6), 'open the red door, then the blue one'),
  'MiniGrid-ObstructedMaze-1Dl-v0': told(() => new ObstructedMaze(), 'unlock a door and take the ball behind it'),
  'BabyAI-GoToRedBall-v0': told(() => new GoToRedBall(), 'go to the red ball among other things'),
  'BabyAI-GoToLocal-v0': withParameters({
    parameters: {
      pixels: PIXELS,
      mission: MISSION,
      wordings: {
        kind: 'choice',
        default: 'original',
        choices: WORDINGS,
        meaning: "in which ways the mission is said: in BabyAI's, or in several, of which test has none of train's",
      },
    },
    make: ({ wordings, ...shown }) =>
      new GridEnv(
        () =>
          new GoToLocal(
            8,
            8,
            WORDINGS.find((one) => one === wordings),
          ),
        shown,
      ),
    summary: 'go to the thing that the mission names',
  }),
  'BabyAI-PutNextLocal-v0': told(() => new PutNextLocal(), 'put one thing right beside another one'),
};
