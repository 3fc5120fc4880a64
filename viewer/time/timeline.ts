import type { Changes, Panel } from './clock.ts';
import { pageColours, translucent } from '../page/colours.ts';
import type { Controls } from './controls.ts';
import { byId, element, pen } from '../page/dom.ts';
import { Extremes } from './extremes.ts';
import { Gestures } from './gestures.ts';
import { drawEpisodes, drawEvents, drawMatches, episodeAt, MARKERS } from './markers.ts';
import { formatNumber, formatShare, formatSigned } from '../page/numbers.ts';
import { drawLosses } from './losses.ts';
import type { Player } from './player.ts';
import { Preview } from './preview.ts';
import type { Scan } from './scan.ts';
import type { Signals } from './signals.ts';
import { drawAxis, drawBars, drawLabel, drawLine, drawMemory, stepAt, xOf } from './tracks.ts';
import type { Band, Pen, Plot } from './tracks.ts';
import type { Span } from './zoom.ts';

/** The weight of each past step in the decision of a step, by how many steps before it was; null where it has none. */
export type Remembered = (step: number) => Float32Array | null;

/** Heights of the tracks and of the gap between two, CSS pixels. */
interface Heights {
  memory: number;
  value: number;
  entropy: number;
  advantage: number;
  reward: number;
  events: number;
  matches: number;
  axis: number;
  episodes: number;
}

const ROOMY: Heights = {
  ...{ memory: 32, value: 36, entropy: 28, advantage: 28, reward: 14 },
  ...{ events: 12, matches: 8, axis: 14, episodes: 8 },
};
/** For a low window, whose height is the scene's. */
const TIGHT: Heights = { ...ROOMY, memory: 26, value: 28, entropy: 18, advantage: 18, reward: 10, episodes: 6 };
const GAP = 5;
const LOW = window.matchMedia('(height < 800px)');
type Bands = Partial<Record<keyof Heights, Band>>;

/** The tracks that numbers are drawn in. */
interface Tracks {
  value: Extremes;
  entropy: Extremes;
  advantage: Extremes;
  reward: Extremes;
}

/**
 * The episode at a glance, or the part of it that a person has zoomed to, and a handle on it: tracks over its steps, what
 * happened and what was found there, a cursor, the loop, and all episodes of the replay below.
 */
export class Timeline implements Panel {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #scan: Scan;
  readonly #matchesIn: (episode: number) => readonly number[];
  #matches: readonly number[] = [];
  readonly #root = byId('timeline', HTMLElement);
  readonly #canvas = element('canvas', { class: 'tracks', 'aria-hidden': 'true' });
  readonly #memory = element('canvas', { class: 'tracks', 'aria-hidden': 'true' });
  readonly #loop = element('div', { class: 'loop', hidden: true });
  readonly #cursor = element('div', { class: 'cursor' });
  readonly #preview: Preview;
  readonly #mark = element('div', { class: 'pointed', hidden: true });
  #remembered: Remembered | null = null;
  #pointed: number | null = null;
  #tracks: Tracks | null = null;
  #brief = false;
  #drawn: Span | null = null;

  /** @param matchesIn the steps of an episode that a search has found */
  constructor(player: Player, controls: Controls, scan: Scan, matchesIn: (episode: number) => readonly number[]) {
    this.#player = player;
    this.#controls = controls;
    this.#scan = scan;
    this.#matchesIn = matchesIn;
    this.#root.append(this.#canvas, this.#loop, this.#memory, this.#mark, this.#cursor);
    this.#preview = new Preview(player, this.#root);
    const surface = {
      root: this.#root,
      plot: () => this.#plot(),
      press: (x: number, y: number) => this.#pressEpisode(x, y),
      hover: (x: number | null, picture: boolean) => this.#point(x, picture),
    };
    new Gestures(surface, player, controls);
    new ResizeObserver(() => this.redraw()).observe(this.#root);
    LOW.addEventListener('change', () => this.redraw());
  }

  /** Leaves room for what is compared, whose tracks have the value too: without value, entropy and advantage. */
  setBrief(brief: boolean): void {
    if (brief === this.#brief) return;
    this.#brief = brief;
    this.redraw();
  }

  /** What the memory track shows; null takes the track away. */
  setMemory(remembered: Remembered | null): void {
    const layoutChanged = (remembered === null) !== (this.#remembered === null);
    this.#remembered = remembered;
    if (layoutChanged) this.redraw();
    else this.#drawMemory();
  }

  /** Shows a step beside the one that is open, as a pointer does that is over it; null takes it away. */
  point(step: number | null): void {
    const plot = this.#plot();
    this.#mark.hidden = step === null || step < plot.first || step > plot.last;
    if (step !== null) this.#mark.style.transform = `translateX(${xOf(step, plot)}px)`;
    this.#showPointed(step, true);
  }

  update(changes: Changes): void {
    if (changes.has('length') || changes.has('signals')) this.#tracks = tracksOf(this.#scan.signals);
    if (changes.has('length') || changes.has('matches')) this.#matches = this.#matchesIn(this.#player.episode);
    const moved = this.#controls.zoom.span !== this.#drawn;
    if (moved || changes.has('length') || changes.has('signals') || changes.has('matches')) this.redraw();
    else if (changes.has('step')) this.#drawMemory();
    if (changes.has('position')) this.#moveCursor();
    if (changes.has('playback')) this.#showLoop();
    if (changes.has('step')) this.#describe();
  }

  /** Everything again: the size, the colours, the episode or the part in sight changed. */
  redraw(): void {
    this.#drawn = this.#controls.zoom.span;
    const bands = this.#bands();
    this.#root.style.height = `${heightOf(bands)}px`;
    this.#root.style.setProperty('--tracks', `${bands.axis?.top ?? 0}px`);
    const { context } = pen(this.#canvas);
    if (this.#player.summary) this.#draw(context, bands);
    this.#drawMemory();
    this.#showLoop();
    this.#moveCursor();
  }

  #draw(context: Pen, bands: Bands): void {
    const { recording, episode } = this.#player;
    const [plot, colours, tracks] = [this.#plot(), pageColours(), this.#tracks];
    const dim = translucent(colours.dim, 0.5);
    if (bands.axis) drawAxis(context, bands.axis, 0, plot, colours);
    if (bands.memory) drawLabel(context, 'attention', null, bands.memory, plot, colours);
    for (const name of ['value', 'entropy', 'advantage', 'reward'] as const) {
      const [band, track] = [bands[name], tracks?.[name]];
      if (!band || !track) continue;
      drawLabel(context, name, track, band, plot, colours);
      clipped(context, band, plot, () => {
        if (name === 'value') drawLine(context, track, band, plot, colours.accent);
        else if (name === 'entropy') drawLine(context, track, band, plot, colours.dim);
        else if (name === 'reward') drawBars(context, track, band, plot, { up: dim, down: dim, zero: colours.line });
        else drawBars(context, track, band, plot, { up: colours.accent, down: colours.alarm, zero: colours.line });
      });
    }
    if (bands.events) {
      drawLabel(context, 'events', null, bands.events, plot, colours);
      drawEvents(context, this.#scan.events, bands.events, plot, colours);
    }
    if (bands.matches) {
      drawLabel(context, 'found', null, bands.matches, plot, colours);
      drawMatches(context, this.#matches, bands.matches, plot, colours);
    }
    if (bands.axis) {
      const losses = recording?.losses?.(episode) ?? [];
      drawLosses(context, losses, plot, { height: bands.axis.top, colour: colours.alarm });
    }
    if (bands.episodes && recording) {
      drawLabel(context, 'episodes', null, bands.episodes, plot, colours);
      drawEpisodes(context, recording.episodes, episode, bands.episodes, plot, colours);
    }
  }

  #drawMemory(): void {
    const { context } = pen(this.#memory);
    const { memory } = this.#bands();
    const { step } = this.#player;
    const weights = memory && this.#remembered?.(step);
    if (!weights) return;
    const plot = this.#plot();
    const attended = { weights, step, pointed: this.#pointed };
    clipped(context, memory, plot, () => drawMemory(context, attended, memory, plot, pageColours()));
  }

  #moveCursor(): void {
    const [{ position, summary }, plot] = [this.#player, this.#plot()];
    this.#cursor.hidden = !summary || position < plot.first || position > plot.last;
    this.#cursor.style.transform = `translateX(${xOf(position, plot)}px)`;
  }

  #showLoop(): void {
    const [{ loop }, plot] = [this.#player, this.#plot()];
    this.#loop.hidden = !loop || loop.to < plot.first || loop.from > plot.last;
    if (!loop) return;
    const [from, to] = [Math.max(loop.from, plot.first), Math.min(loop.to, plot.last)];
    this.#loop.style.left = `${xOf(from, plot)}px`;
    this.#loop.style.width = `${xOf(to, plot) - xOf(from, plot)}px`;
  }

  #describe(): void {
    const { step, lastStep } = this.#player;
    this.#root.setAttribute('aria-valuemax', String(lastStep));
    this.#root.setAttribute('aria-valuenow', String(step));
    this.#root.setAttribute('aria-valuetext', `step ${step} of ${lastStep}`);
  }

  /** Goes to the episode at a place of the strip of episodes. */
  #pressEpisode(x: number, y: number): boolean {
    const [{ episodes: band }, { recording }] = [this.#bands(), this.#player];
    if (!band || !recording || y < band.top - GAP / 2) return false;
    this.#controls.openEpisode(episodeAt(x, recording.episodes, this.#plot()));
    return true;
  }

  /** Shows the step under the pointer. */
  #point(x: number | null, picture: boolean): void {
    this.#showPointed(x === null ? null : stepAt(x, this.#plot()), picture);
  }

  #showPointed(step: number | null, picture: boolean): void {
    if (step === null) this.#preview.hide();
    else this.#preview.show({ step, x: xOf(step, this.#plot()), text: this.#factsOf(step), picture });
    if (this.#pointed === step) return;
    this.#pointed = step;
    this.#drawMemory();
  }

  #factsOf(step: number): string {
    const { signals, events } = this.#scan;
    const { step: now } = this.#player;
    const known = (name: string, value: number | undefined, format = formatNumber): string[] =>
      value === undefined || Number.isNaN(value) ? [] : [`${name} ${format(value)}`];
    return [
      `step ${step}`,
      ...known('reward', signals?.rewards[step]),
      ...known('value', signals?.values[step]),
      ...known('advantage', signals?.advantages[step], formatSigned),
      ...known('attention', this.#remembered?.(now)?.[now - step], formatShare),
      ...events.filter((event) => event.step === step && event.kind !== 'reward').map(({ kind }) => MARKERS[kind].name),
    ].join(' \u00b7 ');
  }

  /** Where the steps are. */
  get plot(): Plot {
    return this.#plot();
  }

  #plot(): Plot {
    const width = this.#root.clientWidth;
    const { lastStep } = this.#player;
    return { left: width < 480 ? 64 : 96, right: width - 8, ...this.#controls.zoom.span, lastStep };
  }

  #bands(): Bands {
    const { recording } = this.#player;
    const there: Record<keyof Heights, boolean> = {
      memory: this.#remembered !== null,
      value: !this.#brief && hasNumbers(this.#tracks?.value),
      entropy: !this.#brief && hasNumbers(this.#tracks?.entropy),
      advantage: !this.#brief && hasNumbers(this.#tracks?.advantage),
      reward: true,
      events: this.#scan.events.length > 0,
      matches: this.#matches.length > 0,
      axis: true,
      episodes: (recording?.episodes.length ?? 0) > 1,
    };
    let top = 4;
    const bands: Bands = {};
    const heights = LOW.matches ? TIGHT : ROOMY;
    for (const name of Object.keys(heights) as (keyof Heights)[]) {
      if (!there[name]) continue;
      bands[name] = { top, height: heights[name] };
      top += heights[name] + GAP;
    }
    return bands;
  }
}

function tracksOf(signals: Signals | null): Tracks | null {
  if (!signals) return null;
  const { values, entropies, advantages, rewards, known } = signals;
  return {
    value: new Extremes(values, known),
    entropy: new Extremes(entropies, known),
    advantage: new Extremes(advantages, known),
    reward: new Extremes(rewards, known),
  };
}

function hasNumbers(track: Extremes | undefined): boolean {
  return track !== undefined && track.all !== null;
}

function heightOf(bands: Bands): number {
  return Object.values(bands).reduce((bottom, { top, height }) => Math.max(bottom, top + height + 3), 0);
}

/** Draws within a band, or rather within the steps in sight: what lies beside them does not run into the names. */
function clipped(context: Pen, band: Band, { left, right }: Plot, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(left - 1, band.top - 2, right - left + 2, band.height + 4);
  context.clip();
  draw();
  context.restore();
}
