import { describe, expect, test } from 'vitest';
import { problemOfShown } from '../../envs/problemOfShown.ts';
import { environmentIds, make } from '../../envs/registry.ts';
import type { Grid, Scene, Shape } from '../../envs/scene.ts';
import { Box, Dict, Discrete, Text } from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';
import { CellKind, colourOf, kindOf } from '../../envs/grid/cells.ts';
import { DoorKey } from '../../envs/grid/doorKey.ts';
import { GridEnv } from '../../envs/grid/gridEnv.ts';
import { placeAt, placesOf } from '../../viewer/attention/places.ts';

const space = new Dict({
  board: new Box({ low: 0, high: 1, shape: [2, 3, 1], tokens: 'cell' }),
  order: new Text(12, { words: ['go', 'left'] }),
  kind: new Discrete(2),
});
const groups = tokensOf(space);
/** Each character half as wide as its line is high. */
const measure = (text: string): number => text.length / 2;
const scene = (...shapes: Shape[]): Scene => ({ width: 10, height: 10, shapes });
const places = (...shapes: Shape[]): (readonly [number, readonly number[]])[] =>
  placesOf(scene(...shapes), groups, measure).map(({ token, corners }) => [token, corners.map(rounded)] as const);
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

test('a board’s cells lie in its grid, row by row', () => {
  const grid: Shape = {
    ...{ kind: 'grid', x: 1, y: 2, columns: 3, rows: 2, cellSize: 2 },
    ...{ cells: [0, 0, 0, 0, 0, 0], palette: ['#000000'], shows: 'board' },
  };
  const found = places(grid);
  expect(found.map(([token]) => token)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(found[4]![1]).toEqual([3, 4, 5, 4, 5, 6, 3, 6]);
});

test('a turned view has its upper left corner where it says', () => {
  const points = [0, 0, 0, 3, -2, 3, -2, 0]; // the upper edge goes down, the left one to the left
  const [first] = places({ kind: 'polygon', points, x: 5, y: 5, shows: 'board' });
  expect(first![1]).toEqual([5, 5, 5, 6, 4, 6, 4, 5]);
});

test('a rect turns about its centre, and the cells with it', () => {
  const rotation = Math.PI / 2;
  const [first] = places({ kind: 'rect', x: 0, y: 0, width: 3, height: 2, rotation, shows: 'board' });
  expect(first![1]).toEqual([2.5, -0.5, 2.5, 0.5, 1.5, 0.5, 1.5, -0.5]);
});

test('words lie one after the other, from one line to the next', () => {
  const text = { kind: 'text', size: 2, fill: '#000000', shows: 'order' } as const;
  const found = places({ ...text, x: 5, y: 3, text: 'go left' }, { ...text, x: 0, y: 6, text: 'go', align: 'left' });
  expect(found).toEqual([
    [6, [1.5, 2, 3.5, 2, 3.5, 4, 1.5, 4]],
    [7, [4.5, 2, 8.5, 2, 8.5, 4, 4.5, 4]],
    [8, [0, 5, 2, 5, 2, 7, 0, 7]],
  ]);
});

test('words beyond those that are tokens have no place', () => {
  const text = Array.from({ length: 30 }, () => 'go').join(' ');
  const found = places({ kind: 'text', x: 0, y: 0, text, size: 1, fill: '#000000', shows: 'order' });
  expect(found.length).toBe(groups[1]!.tokens);
});

test('any other part is the shape as a whole', () => {
  expect(places({ kind: 'circle', x: 3, y: 3, radius: 1, shows: 'kind' })).toEqual([
    [6 + groups[1]!.tokens, [2, 2, 4, 2, 4, 4, 2, 4]],
  ]);
});

test('patches at the far edges are as narrow as what remains of the image', () => {
  const pixels = new Box({ low: 0, high: 255, shape: [20, 20, 3], dtype: 'uint8', tokens: 'patch' });
  const image: Shape = { kind: 'rect', x: 0, y: 0, width: 20, height: 20, shows: '' };
  const found = placesOf(scene(image), tokensOf(pixels), measure);
  expect(found.length).toBe(49);
  expect(found.at(-1)!.corners.map(rounded)).toEqual([18, 18, 20, 18, 20, 20, 18, 20]);
});

test('patches of a waveform lie side by side, as wide as they are long, over its line too', () => {
  const sound = tokensOf(new Box({ low: -1, high: 1, shape: [18], tokens: 'patch' }));
  const line: Shape = { kind: 'line', points: [2, 5, 11, 1, 20, 5], stroke: '#000000', strokeWidth: 1, shows: '' };
  const found = placesOf(scene(line), sound, measure);
  expect(found.map(({ token }) => token)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(found[1]!.corners.map(rounded)).toEqual([4, 1, 6, 1, 6, 5, 4, 5]);
  const circle: Shape = { kind: 'circle', x: 0, y: 0, radius: 1, shows: '' };
  expect(placesOf(scene(circle), sound, measure)).toEqual([]);
});

test('what shows nothing that is known has no place', () => {
  expect(places({ kind: 'circle', x: 0, y: 0, radius: 1, shows: 'gone' })).toEqual([]);
  expect(places({ kind: 'circle', x: 0, y: 0, radius: 1, shows: 'board' })).toEqual([]);
});

test('the topmost place under a point is found', () => {
  const under: Shape = { kind: 'rect', x: 0, y: 0, width: 3, height: 2, shows: 'board' };
  const over: Shape = { kind: 'circle', x: 1.5, y: 1, radius: 0.5, shows: 'kind' };
  const found = placesOf(scene(under, over), groups, measure);
  expect(placeAt(found, 1.5, 1)?.token).toBe(6 + groups[1]!.tokens);
  expect(placeAt(found, 0.5, 0.5)?.token).toBe(0);
  expect(placeAt(found, 9, 9)).toBe(undefined);
});

test('a shape that shows what is not there is named, with what there is', () => {
  const circle: Shape = { kind: 'circle', x: 0, y: 0, radius: 1, shows: 'gone' };
  expect(problemOfShown(scene(circle), space)).toBe(
    'shapes[0] (circle) shows "gone", which is no part of the observation; there are "board", "order", "kind"',
  );
  expect(problemOfShown(scene({ ...circle, shows: 'board' }), space)).toMatch(/which is cells: they lie in a grid/);
  expect(problemOfShown(scene({ ...circle, shows: 'kind' }), space)).toBe(undefined);
});

describe('in our environments', () => {
  test('what a grid world’s agent sees lies where it is in the world, however it is turned', () => {
    const env = new GridEnv(() => new DoorKey(8));
    env.reset({ seed: 3 });
    const turns = new Set<number>();
    for (const action of [2, 1, 2, 1, 2, 0, 0, 2, 1, 1, 2, 1, 2, 2]) {
      const { observation } = env.step(action);
      const { world } = env;
      turns.add(world.direction);
      const ground = env.draw().shapes.find(({ id }) => id === 'ground') as Grid;
      const agent = world.agentY * world.width + world.agentX;
      for (const { token, corners } of placesOf(env.draw(), tokensOf(env.observationSpace), measure).slice(0, 49)) {
        const [kind, colour] = observation.image.slice(3 * token);
        const [x, y] = [centre(corners, 0) - ground.x, centre(corners, 1) - ground.y].map(Math.floor) as [
          number,
          number,
        ];
        if (kind === CellKind.unseen || y * world.width + x === agent) continue;
        expect([kindOf(world.get(x, y)), colourOf(world.get(x, y))]).toEqual([kind, colour]);
      }
    }
    expect(turns.size).toBe(4);
  });

  test('every board and view can be looked at in the scene', () => {
    for (const id of environmentIds()) {
      const env = make(id);
      env.reset({ seed: 1 });
      const cells = tokensOf(env.observationSpace).filter(({ kind }) => kind === 'cells' || kind === 'patches');
      const shown = env.draw?.().shapes.map(({ shows }) => shows) ?? [];
      for (const { name } of cells) expect(shown, id).toContain(name);
    }
  });
});

function centre(corners: readonly number[], axis: 0 | 1): number {
  return corners.reduce((sum, value, i) => sum + (i % 2 === axis ? value / 4 : 0), 0);
}
