import { LINE_HEIGHT } from '../../envs/scene.ts';

/** A scene's texts are in the system's own sans-serif, which no page has to load. */
export const FONT_FAMILY = 'sans-serif';

const FONT_SIZE = 100; // px: large enough that hinting does not tell

/** How wide a text of a scene is, in units of the height of its line. */
export function widthOfText(text: string, pen: CanvasRenderingContext2D): number {
  pen.font = `${FONT_SIZE}px ${FONT_FAMILY}`;
  return pen.measureText(text).width / (FONT_SIZE * LINE_HEIGHT);
}
