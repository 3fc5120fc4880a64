import { GOAL_CELL } from './cells.ts';
import { type Area, checkInteger, GridDirection, type Position } from './gridState.ts';
import { GenerationError, GridWorld } from './gridWorld.ts';
import { COLOURS_BY_NAME } from './missions.ts';

const SIZE = 25;
const MIN_ROOM_SIZE = 4;
/** How often a room tries to have another one behind it. */
const EXITS_TRIED = 8;
const MAX_PLANS = 10_000;

interface Room extends Area {
  /** The door through which one comes in. */
  entry: Position;
}

/** What is still to be built, from here on. */
interface Plan {
  rooms: Room[];
  left: number;
  /** Where the next room begins: its door, and the side of it that the door is on. */
  entry: Position;
  side: number;
}

/**
 * A row of rooms, each behind a closed door of the one before: get to the goal in the last one. Very hard to meet by
 * chance.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: anywhere in the first room.
 * - **End**: terminates at the goal, with success; truncates after 20 steps for each room.
 *
 * @see https://minigrid.farama.org/environments/minigrid/MultiRoomEnv/
 */
export class MultiRoom extends GridWorld {
  readonly #count: number;
  readonly #maxRoomSize: number;

  /** @param options.maxRoomSize  cells of a room's side, walls included; rooms have 4 at least */
  constructor({ rooms, maxRoomSize }: { rooms: number; maxRoomSize: number }) {
    checkInteger('MultiRoom: rooms', rooms, 1);
    checkInteger('MultiRoom: maxRoomSize', maxRoomSize, MIN_ROOM_SIZE, SIZE - 1);
    const missions = ['traverse the rooms to get to the goal'];
    super({ width: SIZE, height: SIZE, maxSteps: 20 * rooms, missions });
    this.#count = rooms;
    this.#maxRoomSize = maxRoomSize;
  }

  protected override generate(): void {
    const { random } = this;
    let rooms: Room[] = [];
    for (let tries = 0; rooms.length < this.#count; tries++) {
      if (tries === MAX_PLANS) throw new GenerationError(`${this.#count} rooms did not fit in ${MAX_PLANS} tries`);
      const entry = { x: random.integers(SIZE - 2), y: random.integers(SIZE - 2) };
      const plan: Plan = { rooms: [], left: this.#count, entry, side: GridDirection.left };
      this.#plan(plan);
      if (plan.rooms.length > rooms.length) ({ rooms } = plan);
    }
    let before: string | undefined;
    rooms.forEach((room, i) => {
      this.surround(room);
      if (i === 0) return;
      const colour = random.choice(COLOURS_BY_NAME.filter((name) => name !== before));
      this.set(room.entry.x, room.entry.y, this.door(this.colourNamed(colour)));
      before = colour;
    });
    this.placeAgent(rooms[0]);
    this.place(GOAL_CELL, rooms.at(-1));
  }

  /** Adds a room and then the others behind it, as far as they fit; false where not even the first one does. */
  #plan({ rooms, left, entry, side }: Plan): boolean {
    const room = this.#drawRoom(rooms.length === 0, entry, side);
    if (!this.#fits(room, rooms.slice(0, -1))) return false;
    rooms.push(room);
    if (left === 1) return true;
    for (let tries = 0; tries < EXITS_TRIED; tries++) {
      const exitSide = this.random.choice([0, 1, 2, 3].filter((other) => other !== side));
      const exit = this.#drawExit(room, exitSide);
      if (this.#plan({ rooms, left: left - 1, entry: exit, side: (exitSide + 2) % 4 })) break;
    }
    return true;
  }

  #drawRoom(isFirst: boolean, entry: Position, side: number): Room {
    const { random } = this;
    const width = random.integers(MIN_ROOM_SIZE, this.#maxRoomSize + 1);
    const height = random.integers(MIN_ROOM_SIZE, this.#maxRoomSize + 1);
    if (isFirst) return { ...entry, width, height, entry };
    const isBeside = side === GridDirection.right || side === GridDirection.left;
    const x = isBeside
      ? entry.x - (side === GridDirection.right ? width - 1 : 0)
      : random.integers(entry.x - width + 2, entry.x);
    const y = isBeside
      ? random.integers(entry.y - height + 2, entry.y)
      : entry.y - (side === GridDirection.down ? height - 1 : 0);
    return { x, y, width, height, entry };
  }

  /** Into the world, and beside these rooms; the last row of the world stays free. */
  #fits({ x, y, width, height }: Room, others: readonly Room[]): boolean {
    if (x < 0 || y < 0 || x + width > SIZE || y + height >= SIZE) return false;
    return others.every(
      (other) =>
        x + width < other.x || other.x + other.width <= x || y + height < other.y || other.y + other.height <= y,
    );
  }

  #drawExit({ x, y, width, height }: Room, side: number): Position {
    const along = this.random.integers(1, (side % 2 === 0 ? height : width) - 1);
    switch (side) {
      case GridDirection.right:
        return { x: x + width - 1, y: y + along };
      case GridDirection.down:
        return { x: x + along, y: y + height - 1 };
      case GridDirection.left:
        return { x, y: y + along };
      default:
        return { x: x + along, y };
    }
  }
}
