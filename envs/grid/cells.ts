/**
 * What stands in a cell of a grid world, as one number.
 *
 *   bits 0-3 kind, 4-6 colour, 7-8 state, 9 whether it blocks the sight, 10 and up an id
 *
 * Things that can be told apart (doors, keys, balls, boxes) have an id from 1 on that stays with them.
 */
export type Cell = number;

/** Kinds by their numbers in an observation. */
export const CellKind = {
  unseen: 0,
  empty: 1,
  wall: 2,
  floor: 3,
  door: 4,
  key: 5,
  ball: 6,
  box: 7,
  goal: 8,
  lava: 9,
  agent: 10,
} as const;

/** Colours by their numbers in an observation. */
export const CellColour = { red: 0, green: 1, blue: 2, purple: 3, yellow: 4, grey: 5 } as const;

/** States of a door by their numbers in an observation; everything else has state 0. */
export const DoorState = { open: 0, closed: 1, locked: 2 } as const;

export const STATE_NAMES = Object.keys(DoorState) as readonly (keyof typeof DoorState)[];
export const KIND_NAMES = Object.keys(CellKind) as readonly (keyof typeof CellKind)[];
export const COLOUR_NAMES = Object.keys(CellColour) as readonly (keyof typeof CellColour)[];

const OPAQUE = 1 << 9;
const ID_SHIFT = 10;
/** The largest id that fits beside the rest. */
export const MAX_ID = 2 ** (31 - ID_SHIFT) - 1;

/** Nothing that could be carried. */
export const NOTHING: Cell = 0;
export const EMPTY_CELL: Cell = CellKind.empty;
export const WALL_CELL: Cell = CellKind.wall | (CellColour.grey << 4) | OPAQUE;
export const GOAL_CELL: Cell = CellKind.goal | (CellColour.green << 4);
export const LAVA_CELL: Cell = CellKind.lava | (CellColour.red << 4);

export function kindOf(cell: Cell): number {
  return cell & 15;
}

export function colourOf(cell: Cell): number {
  return (cell >> 4) & 7;
}

export function stateOf(cell: Cell): number {
  return (cell >> 7) & 3;
}

/** 0 for what cannot be told apart: empty cells, walls, floors, goals, lava. */
export function idOf(cell: Cell): number {
  return cell >> ID_SHIFT;
}

/** Kind and colour alone: things that look the same are equal, whatever their id and state. */
export function lookOf(cell: Cell): Cell {
  return cell & 127;
}

/** 1 where an agent cannot see what lies behind, else 0. */
export function blocksSight(cell: Cell): number {
  return (cell >> 9) & 1;
}

/** A coloured floor, to walk on. */
export function floorOf(colour: number): Cell {
  return CellKind.floor | (colour << 4);
}

/** A key, ball or box. */
export function objectOf(kind: number, colour: number, id: number): Cell {
  return kind | (colour << 4) | (id << ID_SHIFT);
}

export function doorOf(colour: number, state: number, id: number): Cell {
  const opaque = state === DoorState.open ? 0 : OPAQUE;
  return CellKind.door | (colour << 4) | (state << 7) | opaque | (id << ID_SHIFT);
}

const ENTERABLE = (1 << CellKind.empty) | (1 << CellKind.floor) | (1 << CellKind.goal) | (1 << CellKind.lava);
const PORTABLE = (1 << CellKind.key) | (1 << CellKind.ball) | (1 << CellKind.box);

/** Whether an agent can stand there: doors only where they are open. */
export function canEnter(cell: Cell): boolean {
  return kindOf(cell) === CellKind.door ? stateOf(cell) === DoorState.open : ((ENTERABLE >> kindOf(cell)) & 1) === 1;
}

export function canPickUp(cell: Cell): boolean {
  return ((PORTABLE >> kindOf(cell)) & 1) === 1;
}

/** The words of a mission: `red ball`. */
export function nameOf(cell: Cell): string {
  return `${COLOUR_NAMES[colourOf(cell)]} ${KIND_NAMES[kindOf(cell)]}`;
}
