import { pageColours } from '../page/colours.ts';
import type { PageColours } from '../page/colours.ts';
import { byId, element, pen } from '../page/dom.ts';
import { seriesDash } from '../page/series.ts';
import type { Changes } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import { Extremes } from '../time/extremes.ts';
import type { Player } from '../time/player.ts';
import { drawLabel, stepAt, xOf } from '../time/tracks.ts';
import type { Pen, Plot } from '../time/tracks.ts';
import type { Comparison } from './comparison.ts';
import { drawLines, rangeOf } from './lines.ts';
import type { Line } from './lines.ts';
import { RunningReturn } from './runningReturn.ts';

const BAND_HEIGHT = 36;
const GAP = 7;
const MARK = 4; // half the width of the mark of a first difference, px

/** Lines that share a band, the main episode's first. */
interface Track {
  name: string;
  lines: Line[];
}

/** Under the timeline, on its steps: value and return so far of all that is compared, and where each first differs. */
export class ComparedTracks {
  readonly #player: Player;
  readonly #comparison: Comparison;
  readonly #plot: () => Plot;
  readonly #root = byId('compared-tracks', HTMLElement);
  readonly #canvas = element('canvas', { class: 'tracks', 'aria-hidden': 'true' });
  readonly #cursor = element('div', { class: 'compared-cursor' });
  readonly #returns = new RunningReturn();
  #tracks: Track[] = [];

  /** @param plot where the timeline's steps lie, which these share */
  constructor(player: Player, comparison: Comparison, { controls, plot }: { controls: Controls; plot: () => Plot }) {
    this.#player = player;
    this.#comparison = comparison;
    this.#plot = plot;
    this.#root.append(this.#canvas, this.#cursor);
    this.#listen(controls);
    new ResizeObserver(() => this.redraw()).observe(this.#root);
  }

  update(changes: Changes): void {
    if (changes.has('zoom')) this.redraw();
    if (changes.has('position')) this.#moveCursor();
  }

  /** The compared recordings, or their episodes, are others. */
  refresh(): void {
    this.#root.hidden = this.#comparison.members.every(({ summary }) => summary === null);
    this.#tracks = this.#root.hidden ? [] : this.#read();
    if (!this.#root.hidden) this.redraw();
  }

  redraw(): void {
    this.#root.style.height = `${this.#tracks.length * (BAND_HEIGHT + GAP) + MARK}px`;
    const { context, height } = pen(this.#canvas);
    const [plot, colours] = [this.#plot(), pageColours()];
    this.#tracks.forEach(({ name, lines }, i) => {
      const band = { top: MARK + i * (BAND_HEIGHT + GAP), height: BAND_HEIGHT };
      const range = rangeOf(lines);
      drawLabel(context, name, new Extremes(Float32Array.of(range.low, range.high)), band, plot, colours);
      drawLines(context, lines, { band, plot, range, colours });
    });
    this.#drawMarks(context, height, plot, colours);
    this.#moveCursor();
  }

  #read(): Track[] {
    const [values, returns]: [Line[], Line[]] = [[], []];
    const add = (series: number, valued: Float32Array | null, sums: Float32Array): void => {
      if (valued) values.push({ series, values: new Extremes(valued) });
      returns.push({ series, values: new Extremes(sums) });
    };
    const { recording, episode, summary } = this.#player;
    if (recording && summary) add(1, recording.values(episode), this.#returns.of(recording, episode));
    for (const member of this.#comparison.members)
      if (member.recording && member.episode !== null)
        add(member.series, member.recording.values(member.episode), member.returns);
    return [...(values.length > 0 ? [{ name: 'value', lines: values }] : []), { name: 'return', lines: returns }];
  }

  #drawMarks(context: Pen, height: number, plot: Plot, colours: PageColours): void {
    for (const { series, comparing } of this.#comparison.members) {
      if (comparing.state !== 'found') continue;
      const { step } = comparing.divergence;
      if (step < plot.first || step > plot.last) continue;
      const x = xOf(step, plot);
      context.strokeStyle = context.fillStyle = colours.curves[series - 1] ?? colours.dim;
      context.lineWidth = 1.5;
      context.setLineDash(seriesDash(series));
      context.stroke(new Path2D(`M${x} 0V${height}`));
      context.setLineDash([]);
      context.fill(new Path2D(`M${x - MARK} 0H${x + MARK}L${x} ${1.6 * MARK}z`));
    }
  }

  #moveCursor(): void {
    const [{ position }, plot] = [this.#player, this.#plot()];
    this.#cursor.hidden = position < plot.first || position > plot.last;
    this.#cursor.style.transform = `translateX(${xOf(position, plot)}px)`;
  }

  #listen(controls: Controls): void {
    const seek = (event: PointerEvent): void =>
      controls.seek(stepAt(event.clientX - this.#root.getBoundingClientRect().left, this.#plot()));
    this.#root.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#root.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.#root.addEventListener('pointermove', (event) => {
      if (this.#root.hasPointerCapture(event.pointerId)) seek(event);
    });
  }
}
