import type { PageColours } from '../page/colours.ts';
import { translucent } from '../page/colours.ts';
import type { EpisodeSummary } from '../../src/replay/format.ts';
import { EVENT_KINDS } from './events.ts';
import type { EventKind, StepEvent } from './events.ts';
import { xOf } from './tracks.ts';
import type { Band, Pen, Plot } from './tracks.ts';

/** Side of the square that the outlines lie in. */
export const MARKER_SIZE = 10;

/** How each kind of event looks: an outline of its own, and a colour. */
export const MARKERS: Readonly<
  Record<EventKind, { name: string; outline: string; colour: 'text' | 'accent' | 'alarm' }>
> = {
  end: { name: 'episode end', outline: 'M3.5 0h3v10h-3z', colour: 'text' },
  drop: { name: 'value drop', outline: 'M.5 1.5h9L5 9.5z', colour: 'alarm' },
  unlikely: { name: 'unlikely action', outline: 'M5 0l4.5 5L5 10 .5 5z', colour: 'alarm' },
  attention: { name: 'attention', outline: 'M5 0l1.4 3.6L10 5 6.4 6.4 5 10 3.6 6.4 0 5l3.6-1.4z', colour: 'accent' },
  advantage: { name: 'large advantage', outline: 'M5 .5l4.5 8h-9z', colour: 'accent' },
  reward: { name: 'reward', outline: 'M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8z', colour: 'accent' },
};

/** A marker for each event; where several would lie on one another, for the most telling. */
export function drawEvents(pen: Pen, events: readonly StepEvent[], band: Band, plot: Plot, colours: PageColours): void {
  const places = new Map<number, StepEvent>();
  for (const event of events) {
    if (event.step < plot.first || event.step > plot.last) continue;
    const place = Math.round(xOf(event.step, plot) / MARKER_SIZE);
    const there = places.get(place);
    if (!there || EVENT_KINDS.indexOf(event.kind) < EVENT_KINDS.indexOf(there.kind)) places.set(place, event);
  }
  for (const { kind, step } of places.values()) {
    pen.save();
    pen.translate(xOf(step, plot) - MARKER_SIZE / 2, band.top + (band.height - MARKER_SIZE) / 2);
    pen.fillStyle = colours[MARKERS[kind].colour];
    pen.fill(new Path2D(MARKERS[kind].outline));
    pen.restore();
  }
}

/** A stroke for each step that a search has found. */
export function drawMatches(pen: Pen, steps: readonly number[], band: Band, plot: Plot, colours: PageColours): void {
  pen.fillStyle = colours.accent;
  let drawn = -Infinity;
  for (const step of steps) {
    const x = Math.round(xOf(step, plot));
    if (x <= drawn || x < plot.left || x > plot.right) continue;
    pen.fillRect(x - 1, band.top, 2, band.height);
    drawn = x;
  }
}

/** All episodes of the replay one after the other, as long as they are; the one on the screen stands out. */
export function drawEpisodes(
  pen: Pen,
  episodes: readonly EpisodeSummary[],
  current: number,
  band: Band,
  plot: Plot,
  colours: PageColours,
): void {
  const bounds = episodeBounds(episodes, plot);
  const gap = bounds.length < (plot.right - plot.left) / 4 ? 1 : 0;
  bounds.forEach(({ from, to }, i) => {
    pen.fillStyle = i === current ? colours.accent : translucent(colours.dim, 0.35);
    pen.fillRect(from, band.top, Math.max(1, to - from - gap), band.height);
  });
}

/** The episode at a place of the strip of episodes. */
export function episodeAt(x: number, episodes: readonly EpisodeSummary[], plot: Plot): number {
  const at = episodeBounds(episodes, plot).findIndex(({ to }) => x < to);
  return at < 0 ? episodes.length - 1 : at;
}

/** From where to where each episode goes, px; an episode without an action has a length as well. */
function episodeBounds(episodes: readonly EpisodeSummary[], { left, right }: Plot): { from: number; to: number }[] {
  const all = episodes.reduce((sum, { steps }) => sum + steps + 1, 0);
  let to = left;
  return episodes.map(({ steps }) => {
    const from = to;
    to = from + ((steps + 1) / all) * (right - left);
    return { from, to };
  });
}
