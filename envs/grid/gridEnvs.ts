import type { EnvEntry, EnvTable } from '../entry.ts';
import { DoorKey } from './doorKey.ts';
import { Empty } from './empty.ts';
import { GridEnv } from './gridEnv.ts';
import type { GridWorld } from './gridWorld.ts';
import { KeyCorridor } from './keyCorridor.ts';
import { Memory } from './memory.ts';

const level = (make: () => GridWorld, summary: string): EnvEntry => ({ make: () => new GridEnv(make), summary });

/** MiniGrid and BabyAI: rooms of cells, seen in part, with a mission. They limit their time themselves. */
export const gridEnvs: EnvTable = {
  'MiniGrid-Empty-8x8-v0': level(() => new Empty(8), 'go to the far corner of an empty room'),
  'MiniGrid-Empty-Random-6x6-v0': level(
    () => new Empty(6, { startsAnywhere: true }),
    'go to the corner of an empty room from anywhere',
  ),
  'MiniGrid-DoorKey-5x5-v0': level(() => new DoorKey(5), 'fetch the key, open the door, go to the goal'),
  'MiniGrid-DoorKey-8x8-v0': level(() => new DoorKey(8), 'the same in larger rooms'),
  'MiniGrid-MemoryS7-v0': level(() => new Memory(7), 'turn to the side with the thing that was seen before'),
  'MiniGrid-MemoryS9-v0': level(() => new Memory(9), 'the same with a longer hallway'),
  'MiniGrid-MemoryS13-v0': level(() => new Memory(13), 'the same with a hallway so long that memory is needed'),
  'MiniGrid-KeyCorridorS3R1-v0': level(
    () => new KeyCorridor({ roomSize: 3, rows: 1 }),
    'find the key to the locked room, and take the ball in it',
  ),
};
