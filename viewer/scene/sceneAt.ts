import type { Scene } from '../../envs/scene.ts';
import type { Moment } from '../../src/replay/format.ts';
import { glide } from './glide.ts';
import { paintable } from './paintable.ts';

/** What can be painted of the scene at a position, whole or between two steps; null where there is none. */
export function sceneAt(position: number, momentAt: (step: number) => Moment | null): Scene | null {
  const before = Math.floor(position);
  const paintableAt = (step: number): Scene | null => {
    const scene = momentAt(step)?.scene;
    return scene ? paintable(scene) : null;
  };
  const from = paintableAt(before);
  const to = from && position > before ? paintableAt(before + 1) : null;
  return from && to ? glide(from, to, position - before) : from;
}
