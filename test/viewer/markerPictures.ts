import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { decodePng } from './png.ts';
import type { Picture } from './png.ts';
import { BACKDROP, MARKER, MARKER_Y, WORLD } from './recordings.ts';

/** What a canvas shows. */
export async function photograph(canvas: Locator): Promise<Picture> {
  return decodePng(await canvas.screenshot());
}

/** The colour at a point of the marker's world. */
export function colourAt(picture: Picture, x: number, y: number): [number, number, number] {
  return picture.at(Math.round((x / WORLD.width) * picture.width), Math.round((y / WORLD.height) * picture.height));
}

/** The marker's colour fills its square, and ends where the square ends. */
export function expectMarkerAt(picture: Picture, left: number): void {
  for (const [x, y] of [
    [left + 1, MARKER_Y + 1],
    [left + 0.2, MARKER_Y + 0.2],
    [left + 1.8, MARKER_Y + 1.8],
  ] as const)
    expect(colourAt(picture, x, y)).toEqual([...MARKER]);
  for (const [x, y] of [
    [left - 0.2, MARKER_Y + 1],
    [left + 2.2, MARKER_Y + 1],
    [left + 1, MARKER_Y - 0.2],
    [left + 1, MARKER_Y + 2.2],
  ] as const)
    expect(colourAt(picture, x, y)).toEqual([...BACKDROP]);
}
