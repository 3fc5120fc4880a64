import type { Scene } from '../../envs/scene.ts';
import type { Moment } from '../../src/replay/format.ts';
import { glide } from './glide.ts';

/** The scene at a position, whole or between two steps; null where there is none. */
export function sceneAt(position: number, momentAt: (step: number) => Moment | null): Scene | null {
  const before = Math.floor(position);
  const from = momentAt(before)?.scene ?? null;
  const to = from && position > before ? momentAt(before + 1)?.scene : null;
  return from && to ? glide(from, to, position - before) : from;
}
