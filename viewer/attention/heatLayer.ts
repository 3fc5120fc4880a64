import type { Colour, Scene } from '../../envs/scene.ts';
import { luminance, translucent } from '../page/colours.ts';
import { widthOfText } from '../scene/textMetrics.ts';
import type { Heat } from './heat.ts';
import { placesOf } from './places.ts';
import type { Corners, TokenPlace } from './places.ts';

const BLACK: Colour = '#000000';
const STRONGEST = 0.7; // opacity: what is under the heaviest place can still be seen
const OUTLINED = 0.5; // places from this strength on have an edge

/** What lies over the scene of a step, of the episode that is open; null for nothing. */
export type HeatLayer = (step: number) => Heat | null;

/** Heat, and where a scene shows what it weighs. */
export interface PlacedHeat {
  heat: Heat;
  places: readonly TokenPlace[];
  /** The scene's. */
  background: Colour;
}

/** Null where the scene does not say where anything is. */
export function placeHeat(scene: Scene, heat: Heat, context: CanvasRenderingContext2D): PlacedHeat | null {
  const places = placesOf(scene, heat.groups, (text) => widthOfText(text, context));
  return places.length > 0 ? { heat, places, background: scene.background ?? BLACK } : null;
}

/**
 * Paints heat over a scene whose corner is at 0, 0.
 *
 * @param scale  pixels for a world unit
 * @param edge   width of the edge of heavy places, pixels
 */
export function paintHeat(
  context: CanvasRenderingContext2D,
  { heat, places, background }: PlacedHeat,
  scale: number,
  edge: number,
): void {
  const colour = heatColour(background);
  for (const { token, corners } of places) {
    const strength = heat.strength(heat.weights[token] ?? 0);
    if (!(strength > 0)) continue;
    trace(context, corners, scale);
    context.fillStyle = translucent(colour, STRONGEST * strength);
    context.fill();
    if (strength < OUTLINED) continue;
    context.strokeStyle = colour;
    context.lineWidth = edge;
    context.stroke();
  }
}

/** The accent, as it is legible on the scene's own background. */
function heatColour(background: Colour): string {
  const name = luminance(background) < 0.5 ? '--heat-on-dark' : '--heat-on-light';
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function trace(context: CanvasRenderingContext2D, corners: Corners, scale: number): void {
  context.beginPath();
  for (let i = 0; i < corners.length; i += 2)
    context.lineTo((corners[i] as number) * scale, (corners[i + 1] as number) * scale);
  context.closePath();
}
