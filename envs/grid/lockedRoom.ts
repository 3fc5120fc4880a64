import { DoorState, GOAL_CELL } from './cells.ts';
import type { Area, Position } from './gridState.ts';
import { GridWorld } from './gridWorld.ts';
import { COLOURS_BY_NAME } from './missions.ts';

const SIZE = 19;

interface Room extends Area {
  door: Position;
}

/**
 * Six rooms along a hallway, each with a door of another colour, one of them locked: the mission says in which room its
 * key lies.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent in the hallway; the goal in the locked room, the key in another one.
 * - **End**: terminates at the goal, with success; truncates after 190 steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/LockedRoomEnv/
 */
export class LockedRoom extends GridWorld {
  constructor() {
    const missions = COLOURS_BY_NAME.flatMap((locked) => COLOURS_BY_NAME.map((key) => missionOf(locked, key)));
    super({ width: SIZE, height: SIZE, maxSteps: 10 * SIZE, missions });
  }

  protected override generate(): void {
    const { random } = this;
    const [left, right] = [Math.floor(SIZE / 2) - 2, Math.floor(SIZE / 2) + 2];
    this.surround();
    this.wallDown(left, 0);
    this.wallDown(right, 0);
    const rooms = this.#buildRooms(left, right);
    const locked = random.choice(rooms);
    this.#setAnywhere(locked, GOAL_CELL);
    const colours = [...COLOURS_BY_NAME];
    const colourOfRoom = new Map<Room, string>();
    for (const room of rooms) {
      const [colour] = colours.splice(random.integers(colours.length), 1) as [string];
      colourOfRoom.set(room, colour);
      const state = room === locked ? DoorState.locked : DoorState.closed;
      this.set(room.door.x, room.door.y, this.door(this.colourNamed(colour), state));
    }
    let keyRoom = random.choice(rooms);
    while (keyRoom === locked) keyRoom = random.choice(rooms);
    const lockedColour = colourOfRoom.get(locked) as string;
    this.#setAnywhere(keyRoom, this.key(this.colourNamed(lockedColour)));
    this.placeAgent({ x: left, y: 0, width: right - left, height: SIZE });
    this.mission = missionOf(lockedColour, colourOfRoom.get(keyRoom) as string);
  }

  #buildRooms(left: number, right: number): Room[] {
    const third = Math.floor(SIZE / 3);
    return [0, third, 2 * third].flatMap((y) => {
      this.wallAcross(0, y, left);
      this.wallAcross(right, y);
      const size = { y, width: left + 1, height: third + 1 };
      return [
        { x: 0, ...size, door: { x: left, y: y + 3 } },
        { x: right, ...size, door: { x: right, y: y + 3 } },
      ];
    });
  }

  #setAnywhere({ x, y, width, height }: Area, cell: number): void {
    const placeX = this.random.integers(x + 1, x + width - 1);
    const placeY = this.random.integers(y + 1, y + height - 1);
    this.set(placeX, placeY, cell);
  }
}

function missionOf(locked: string, keyRoom: string): string {
  return `get the ${locked} key from the ${keyRoom} room, unlock the ${locked} door and go to the goal`;
}
