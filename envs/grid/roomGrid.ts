import { type Cell, CellKind, COLOUR_NAMES, DoorState, EMPTY_CELL, kindOf, lookOf, objectOf } from './cells.ts';
import { type Area, checkInteger, type Position } from './gridState.ts';
import { GenerationError, GridWorld, type GridWorldOptions } from './gridWorld.ts';

/** Sides of a room, as directions. */
export const SIDES = 4;
/** How often placing a thing in a room is tried again. */
const RETRIES = 1000;
/** In the order in which they are drawn. */
const OBJECT_KINDS = [CellKind.key, CellKind.ball, CellKind.box];
const MAX_CONNECTING = 5000;

/** A room, with its walls, which it shares with its neighbours. */
export interface Room {
  readonly area: Area;
  /** By the direction in which they lie. */
  readonly neighbours: readonly (Room | undefined)[];
  /** Where a door would be. */
  readonly doorways: (Position | undefined)[];
  /** Whether one can go through: a door, or no wall at all. */
  readonly passages: boolean[];
  /** It has a door that was made locked. */
  locked: boolean;
  readonly objects: Cell[];
}

export interface RoomGridOptions extends Omit<GridWorldOptions, 'width' | 'height'> {
  /** Cells of a room's side, walls included. */
  roomSize: number;
  rows?: number;
  columns?: number;
}

/**
 * Rooms of one size in rows and columns, to put doors between and things into.
 *
 * A subclass calls `super.generate()` first: it builds the walls, draws where doors may be, and stands the agent in
 * the middle.
 */
export abstract class RoomGrid extends GridWorld {
  readonly roomSize: number;
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  protected readonly rooms: readonly Room[];

  constructor({ roomSize, rows = 3, columns = 3, ...options }: RoomGridOptions) {
    checkInteger('RoomGrid: roomSize', roomSize, 3);
    checkInteger('RoomGrid: rows', rows, 1);
    checkInteger('RoomGrid: columns', columns, 1);
    const pitch = roomSize - 1;
    super({ ...options, width: pitch * columns + 1, height: pitch * rows + 1 });
    this.roomSize = roomSize;
    this.rows = rows;
    this.columns = columns;
    this.rooms = makeRooms(rows, columns, roomSize);
  }

  protected override generate(): void {
    const { rooms, rows, columns, roomSize } = this;
    for (const room of rooms) {
      this.surround(room.area);
      room.passages.fill(false);
      room.locked = false;
      room.objects.length = 0;
    }
    for (const { area, neighbours, doorways } of rooms) {
      const [right, below, left, above] = neighbours;
      if (right) doorways[0] = { x: area.x + roomSize - 1, y: this.#along(area.y) };
      if (below) doorways[1] = { x: this.#along(area.x), y: area.y + roomSize - 1 };
      doorways[2] = left?.doorways[0];
      doorways[3] = above?.doorways[1];
    }
    const middle = (count: number): number => Math.floor(count / 2) * (roomSize - 1) + Math.floor(roomSize / 2);
    this.standAt(middle(columns), middle(rows));
  }

  protected room(column: number, row: number): Room {
    const room = this.rooms[row * this.columns + column];
    if (!room || column >= this.columns || column < 0)
      throw new RangeError(`RoomGrid: there is no room ${column}, ${row} in ${this.columns} x ${this.rows}`);
    return room;
  }

  /** Puts a thing anywhere in a room, but not beside the agent. */
  protected placeInRoom(room: Room, object: Cell): Position {
    const position = this.place(object, room.area, {
      retries: RETRIES,
      rejects: (x, y) => Math.abs(this.agentX - x) + Math.abs(this.agentY - y) < 2,
    });
    room.objects.push(object);
    return position;
  }

  /** A new key, ball or box in a room; what is left out is drawn. */
  protected addObject(
    room: Room,
    kind: number = this.random.choice(OBJECT_KINDS),
    colour: number = this.randomColour(),
  ): Cell {
    const object = this.object(kind, colour);
    this.placeInRoom(room, object);
    return object;
  }

  /** A door in the wall to a neighbour; what is left out is drawn. */
  protected addDoor(
    room: Room,
    {
      side = this.#freeSide(room),
      colour = this.randomColour(),
      locked = this.random.integers(2) === 0,
    }: { side?: number; colour?: number; locked?: boolean } = {},
  ): { door: Cell; position: Position } {
    const position = room.doorways[side];
    if (!position || room.passages[side]) throw new Error(`RoomGrid: no door fits into side ${side} of this room`);
    room.locked = locked;
    const door = this.door(colour, locked ? DoorState.locked : DoorState.closed);
    this.set(position.x, position.y, door);
    join(room, side);
    return { door, position };
  }

  /** Makes one room of two. */
  protected removeWall(room: Room, side: number): void {
    if (!room.neighbours[side] || room.passages[side])
      throw new Error(`RoomGrid: there is no wall to remove on side ${side} of this room`);
    const { x, y, width, height } = room.area;
    if (side % 2 === 0) this.wallDown(side === 0 ? x + width - 1 : x, y + 1, height - 2, EMPTY_CELL);
    else this.wallAcross(x + 1, side === 1 ? y + height - 1 : y, width - 2, EMPTY_CELL);
    join(room, side);
  }

  /** Puts the agent into a room, by default any, with nothing but a wall straight before it. */
  protected placeAgentIn(
    room: Room = this.room(this.random.integers(this.columns), this.random.integers(this.rows)),
  ): void {
    do this.placeAgent(room.area, { retries: RETRIES });
    while (this.front !== EMPTY_CELL && kindOf(this.front) !== CellKind.wall);
  }

  /** Adds doors that are not locked until every room can be reached. */
  protected connectAll(): void {
    const { rooms, random, columns, rows } = this;
    const start = this.roomAt(this.agentX, this.agentY);
    for (let tries = 0; tries <= MAX_CONNECTING; tries++) {
      if (reachable(start).size === rooms.length) return;
      const room = this.room(random.integers(columns), random.integers(rows));
      const side = random.integers(SIDES);
      if (!room.doorways[side] || room.passages[side]) continue;
      if (room.locked || room.neighbours[side]?.locked) continue;
      this.addDoor(room, { side, colour: this.randomColour(), locked: false });
    }
    throw new GenerationError(`the rooms were not connected in ${MAX_CONNECTING} tries`);
  }

  /** Objects in any rooms, or in one, to draw attention away from others; unique ones are like no other there is. */
  protected addDistractors(count: number, { unique = true, room }: { unique?: boolean; room?: Room } = {}): Cell[] {
    const { random, columns, rows } = this;
    const known = this.rooms.flatMap(({ objects }) => objects.map(lookOf));
    const looks = OBJECT_KINDS.length * COLOUR_NAMES.length;
    if (unique && new Set(known).size + count > looks)
      throw new RangeError(`RoomGrid: ${count} more unique objects were asked for, there are ${looks} that differ`);
    const added: Cell[] = [];
    while (added.length < count) {
      const colour = this.randomColour();
      const kind = random.choice(OBJECT_KINDS);
      const look = objectOf(kind, colour, 0);
      if (unique && known.includes(look)) continue;
      const where = room ?? this.room(random.integers(columns), random.integers(rows));
      added.push(this.addObject(where, kind, colour));
      known.push(look);
    }
    return added;
  }

  protected roomAt(x: number, y: number): Room {
    return this.room(Math.floor(x / (this.roomSize - 1)), Math.floor(y / (this.roomSize - 1)));
  }

  /** A random place of a door along a wall that begins at `start`. */
  #along(start: number): number {
    return this.random.integers(start + 1, start + this.roomSize - 1);
  }

  /** @throws Error where all sides have a passage, or lie at the edge */
  #freeSide(room: Room): number {
    const isFree = (side: number): boolean => room.neighbours[side] !== undefined && !room.passages[side];
    if (![0, 1, 2, 3].some(isFree)) throw new Error('RoomGrid: no door fits into any side of this room');
    for (;;) {
      const side = this.random.integers(SIDES);
      if (isFree(side)) return side;
    }
  }
}

function makeRooms(rows: number, columns: number, size: number): Room[] {
  const neighbours = Array.from({ length: rows * columns }, (): (Room | undefined)[] => []);
  const rooms = neighbours.map((ofRoom, i): Room => {
    const area = { x: (i % columns) * (size - 1), y: Math.floor(i / columns) * (size - 1), width: size, height: size };
    const doorways = Array.from({ length: SIDES }, () => undefined);
    return { area, neighbours: ofRoom, doorways, passages: doorways.map(() => false), locked: false, objects: [] };
  });
  neighbours.forEach((ofRoom, i) => {
    const column = i % columns;
    const right = column < columns - 1 ? rooms[i + 1] : undefined;
    const left = column > 0 ? rooms[i - 1] : undefined;
    ofRoom.push(right, rooms[i + columns], left, rooms[i - columns]);
  });
  return rooms;
}

function join(room: Room, side: number): void {
  room.passages[side] = true;
  const neighbour = room.neighbours[side];
  if (neighbour) neighbour.passages[(side + 2) % SIDES] = true;
}

function reachable(start: Room): Set<Room> {
  const reached = new Set<Room>();
  const stack = [start];
  for (let room = stack.pop(); room; room = stack.pop()) {
    if (reached.has(room)) continue;
    reached.add(room);
    room.passages.forEach((open, side) => {
      const neighbour = room.neighbours[side];
      if (open && neighbour) stack.push(neighbour);
    });
  }
  return reached;
}
