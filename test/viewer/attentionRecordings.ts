import type { Scene } from '../../envs/scene.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import { gridEpisode, markerEpisode, markerHeader } from './recordings.ts';

/** The scene that shows the grid of `gridEpisode`, its order and its kind, each cell 2 units wide. */
export const shownScene: Scene = {
  width: 8,
  height: 8,
  background: '#101418',
  shapes: [
    { kind: 'rect', x: 1, y: 1, width: 6, height: 4, fill: '#202830', shows: 'grid' },
    { kind: 'text', x: 4, y: 6.5, text: 'go left', size: 1, fill: '#ffffff', shows: 'order' },
    { kind: 'circle', x: 7.5, y: 0.5, radius: 0.25, fill: '#ffffff', shows: 'kind' },
  ],
};

/** Like `gridEpisode`, with places in its scene for all that it looks at. */
export function shownEpisode(): Moment[] {
  return gridEpisode().map((moment) => ({ ...moment, scene: shownScene }));
}

/** A policy of so many layers and heads that look back 64 steps. */
export function manyHeadsHeader(layers: number, heads: number): ReplayHeader {
  return { ...markerHeader, policy: { kind: 'transformer', layers, heads, context: 64 } };
}

/** How a head's weights lie: at the step and a peak only, or also a little on all other steps that it can see. */
type Rest = 'none' | 'everywhere';

/** Every head looks at a step of its own, the one as many steps ago as its number. */
export function manyHeadsEpisode(layers: number, heads: number, steps: number, rest: Rest): Moment[] {
  return markerEpisode(steps).map((moment, t) => {
    if (!moment.decision) return moment;
    const past = Math.min(t, 64);
    const attention = Array.from({ length: layers * heads }, (_, row) => rowOf(Math.min(row + 1, past), past, rest));
    return { ...moment, decision: { ...moment.decision, attention: attention.flat() } };
  });
}

function rowOf(peak: number, past: number, rest: Rest): number[] {
  const least = rest === 'none' ? 0 : 0.25 / (past + 1);
  const self = rest === 'none' ? 0.25 : 0;
  return Array.from({ length: 65 }, (_, lag) => {
    if (lag > past) return 0;
    return least + (lag === peak ? 0.75 : 0) + (lag === 0 ? self : 0);
  });
}
