import { ACCENT, BACKGROUND, BAD, BODY, EDGE, GOOD, SURFACE } from '../palette.ts';
import type { Colour, Scene, Shape } from '../scene.ts';
import {
  type Cell,
  colourOf,
  COLOUR_NAMES,
  DoorState,
  idOf,
  CellKind,
  KIND_NAMES,
  kindOf,
  NOTHING,
  stateOf,
} from './cells.ts';
import type { GridWorld } from './gridWorld.ts';
import { AHEAD, ASIDE, VIEW, VIEW_SIZE, writeView } from './view.ts';

/** By their numbers in an observation. */
const COLOURS: Readonly<Record<(typeof COLOUR_NAMES)[number], Colour>> = {
  red: BAD,
  green: GOOD,
  blue: '#5b7cfa',
  purple: '#a98bf5',
  yellow: '#e6c34d',
  grey: '#8d99a8',
};
const FLOOR_LIT: Colour = '#2a3441';
const WALL_LIT: Colour = '#475463';
const GOAL_FILL: Colour = '#2c7a55';
const LAVA_FILL: Colour = '#9a4427';
/** Share of its colour that what is out of sight keeps. */
const UNSEEN = 0.6;
const MARGIN = 0.5;
/** Corners of what an agent that looks to the right sees, around itself: the view's upper edge is the one farthest ahead. */
const SEEN = [AHEAD + 0.5, -VIEW / 2, AHEAD + 0.5, VIEW / 2, -0.5, VIEW / 2, -0.5, -VIEW / 2];
/** World units a scene is wide at least, so that a mission has room. */
const MIN_WIDTH = 8;
/** Height of a line of text, as a share of the scene's width; and what of it a character is wide. */
const TEXT_HEIGHT = 0.042;
const CHARACTER = 0.53;

/** The whole world: what the agent sees is lighter; what it carries goes along at its shoulder. */
export function drawWorld(world: GridWorld, told = true): Scene {
  const { width, height, mission, agentX, agentY, direction, carried } = world;
  const sceneWidth = Math.max(width, MIN_WIDTH) + 2 * MARGIN;
  const left = (sceneWidth - width) / 2;
  const size = TEXT_HEIGHT * sceneWidth;
  const lines = wrapped(
    told ? mission : `not told: ${mission}`,
    Math.floor((sceneWidth - MARGIN) / (CHARACTER * size)),
  );
  const textTop = MARGIN + height + size;
  const x = left + agentX + 0.5;
  const y = MARGIN + agentY + 0.5;
  return {
    width: sceneWidth,
    height: textTop + lines.length * 1.4 * size + MARGIN / 2,
    background: BACKGROUND,
    shapes: [
      ground(world, left),
      ...rules(width, height, left),
      ...things(world, left),
      {
        kind: 'polygon',
        id: 'agent',
        x,
        y,
        rotation: (direction * Math.PI) / 2,
        points: [0.34, 0, -0.28, 0.29, -0.15, 0, -0.28, -0.29],
        fill: ACCENT,
        shows: 'direction',
      },
      { kind: 'polygon', id: 'view', x, y, rotation: (direction * Math.PI) / 2, points: SEEN, shows: 'image' },
      ...(carried === NOTHING ? [] : thing(carried, x + 0.26, y - 0.26, 0.55)),
      ...lines.map((text, i): Shape => {
        const lineY = textTop + (i + 0.5) * 1.4 * size;
        return {
          kind: 'text',
          id: `mission${i}`,
          x: sceneWidth / 2,
          y: lineY,
          text,
          size,
          fill: told ? BODY : EDGE,
          ...(told && { shows: 'mission' }),
        };
      }),
    ],
  };
}

/** Walls, floors, goals and lava, each in the light or out of it. */
function ground(world: GridWorld, left: number): Shape {
  const { width, height } = world;
  const palette: Colour[] = [];
  const cells: number[] = [];
  const lit = litCells(world);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fill = groundColour(world.get(x, y), lit.has(y * width + x));
      if (!palette.includes(fill)) palette.push(fill);
      cells.push(palette.indexOf(fill));
    }
  }
  return { kind: 'grid', id: 'ground', x: left, y: MARGIN, columns: width, rows: height, cellSize: 1, cells, palette };
}

function groundColour(cell: Cell, lit: boolean): Colour {
  switch (kindOf(cell)) {
    case CellKind.wall:
      return lit ? WALL_LIT : EDGE;
    case CellKind.goal:
      return lit ? GOAL_FILL : mixed(GOAL_FILL, BACKGROUND, UNSEEN);
    case CellKind.lava:
      return lit ? LAVA_FILL : mixed(LAVA_FILL, BACKGROUND, UNSEEN);
    case CellKind.floor:
      return mixed(colourFor(cell), SURFACE, lit ? 0.4 : 0.2);
    default:
      return lit ? FLOOR_LIT : SURFACE;
  }
}

/** The cells that the agent sees, as y * width + x. */
function litCells(world: GridWorld): Set<number> {
  const { agentX, agentY, direction, width, height } = world;
  const view = new Float32Array(VIEW_SIZE);
  writeView(world, view, 0);
  const [aheadX, aheadY] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][direction] as [number, number];
  const lit = new Set<number>();
  for (let i = 0; i < VIEW; i++) {
    for (let j = 0; j < VIEW; j++) {
      if (view[3 * (i * VIEW + j)] === CellKind.unseen) continue;
      const x = agentX + (AHEAD - j) * aheadX - (i - ASIDE) * aheadY;
      const y = agentY + (AHEAD - j) * aheadY + (i - ASIDE) * aheadX;
      if (x >= 0 && x < width && y >= 0 && y < height) lit.add(y * width + x);
    }
  }
  return lit;
}

/** Lines between the cells. */
function rules(width: number, height: number, left: number): Shape[] {
  const line = (id: string, points: number[]): Shape => ({
    kind: 'line',
    id,
    points,
    stroke: BACKGROUND,
    strokeWidth: 0.03,
  });
  const [right, bottom] = [left + width, MARGIN + height];
  return [
    ...Array.from({ length: width - 1 }, (_, i) => line(`column${i}`, [left + i + 1, MARGIN, left + i + 1, bottom])),
    ...Array.from({ length: height - 1 }, (_, i) => line(`row${i}`, [left, MARGIN + i + 1, right, MARGIN + i + 1])),
  ];
}

function things(world: GridWorld, left: number): Shape[] {
  const shapes: Shape[] = [];
  for (let y = 0; y < world.height; y++)
    for (let x = 0; x < world.width; x++) shapes.push(...thing(world.get(x, y), left + x + 0.5, MARGIN + y + 0.5, 1));
  return shapes;
}

/** A door, key, ball or box around x, y, in a cell of this size; nothing for what is ground. */
function thing(cell: Cell, x: number, y: number, size: number): Shape[] {
  const id = `${KIND_NAMES[kindOf(cell)]}${idOf(cell)}`;
  const fill = colourFor(cell);
  switch (kindOf(cell)) {
    case CellKind.door:
      return door(id, fill, stateOf(cell), x, y);
    case CellKind.key:
      return key(id, fill, x, y, size);
    case CellKind.ball:
      return [{ kind: 'circle', id, x, y, radius: 0.27 * size, fill }];
    case CellKind.box:
      return box(id, fill, x, y, size);
    default:
      return [];
  }
}

function door(id: string, fill: Colour, state: number, x: number, y: number): Shape[] {
  const isOpen = state === DoorState.open;
  const leaf: Shape = {
    kind: 'rect',
    id,
    x: isOpen ? x + 0.34 : x - 0.44,
    y: y - 0.44,
    width: isOpen ? 0.1 : 0.88,
    height: 0.88,
    radius: 0.06,
    fill: isOpen ? fill : mixed(fill, BACKGROUND, 0.35),
    stroke: fill,
    strokeWidth: 0.06,
  };
  if (isOpen) return [leaf];
  const lock: Shape =
    state === DoorState.locked
      ? { kind: 'polygon', id: `${id}lock`, x, y, points: [-0.07, 0, 0.07, 0, 0.12, 0.22, -0.12, 0.22], fill }
      : { kind: 'circle', id: `${id}handle`, x: x + 0.25, y, radius: 0.07, fill };
  const hole: Shape[] =
    state === DoorState.locked ? [{ kind: 'circle', id: `${id}hole`, x, y: y - 0.06, radius: 0.13, fill }] : [];
  return [leaf, lock, ...hole];
}

function key(id: string, fill: Colour, x: number, y: number, size: number): Shape[] {
  const points = [-0.05, -0.1, 0.05, -0.1, 0.05, 0.08, 0.17, 0.08, 0.17, 0.16, 0.05, 0.16];
  points.push(0.05, 0.24, 0.17, 0.24, 0.17, 0.32, -0.05, 0.32);
  return [
    { kind: 'polygon', id, x, y, points: points.map((point) => point * size), fill },
    {
      kind: 'circle',
      id: `${id}ring`,
      x,
      y: y - 0.18 * size,
      radius: 0.12 * size,
      stroke: fill,
      strokeWidth: 0.08 * size,
    },
  ];
}

function box(id: string, fill: Colour, x: number, y: number, size: number): Shape[] {
  const half = 0.28 * size;
  const strokeWidth = 0.07 * size;
  return [
    {
      kind: 'rect',
      id,
      x: x - half,
      y: y - half,
      width: 2 * half,
      height: 2 * half,
      radius: 0.06 * size,
      fill: mixed(fill, BACKGROUND, 0.35),
      stroke: fill,
      strokeWidth,
    },
    { kind: 'line', id: `${id}lid`, points: [x - half, y, x + half, y], stroke: fill, strokeWidth },
  ];
}

function colourFor(cell: Cell): Colour {
  return COLOURS[COLOUR_NAMES[colourOf(cell)] ?? 'grey'];
}

/** `share` of one colour, the rest of the other. */
function mixed(colour: Colour, other: Colour, share: number): Colour {
  const channel = (from: Colour, i: number): number => parseInt(from.slice(1 + 2 * i, 3 + 2 * i), 16);
  const channels = [0, 1, 2].map((i) => Math.round(share * channel(colour, i) + (1 - share) * channel(other, i)));
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function wrapped(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= length) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
