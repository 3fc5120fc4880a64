import type { Scene } from '../../envs/scene.ts';
import { STEPS_PER_SECOND } from '../time/player.ts';

/** What GIF's clock, in hundredths of a second, has without rounding, and people see as motion. */
export const GIF_FRAMES_PER_SECOND = 25;
export const VIDEO_FRAMES_PER_SECOND = 60;

/** Part of an episode, as it would be played. */
export interface Clip {
  /** Counted from 0. */
  episode: number;
  /** Steps, both included. */
  first: number;
  last: number;
  /** 1: as many steps a second as the player at speed 1. */
  speed: number;
}

/** Where in the episode each frame of a clip is, in steps: whole at the first and at the last. */
export function framePositions({ first, last, speed }: Clip, framesPerSecond: number): number[] {
  const stepsPerFrame = (STEPS_PER_SECOND * speed) / framesPerSecond;
  const count = Math.ceil((last - first) / stepsPerFrame - 1e-9) + 1; // a quotient that is whole but for its rounding
  return Array.from({ length: count }, (_, frame) => Math.min(first + frame * stepsPerFrame, last));
}

/**
 * The size of a picture of a world: as high as asked for, and as wide as it is then; even, as videos want it.
 *
 * @param height pixels
 */
export function pictureSize({ width, height }: Pick<Scene, 'width' | 'height'>, pixels: number): [number, number] {
  const even = (length: number): number => Math.max(2, 2 * Math.round(length / 2));
  return [even((width / height) * pixels), even(pixels)];
}
