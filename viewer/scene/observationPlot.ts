import uPlot from 'uplot';
import { FONT, pageColours, TELLING_COLOURS } from '../page/colours.ts';
import type { Moment } from '../../src/replay/format.ts';

const LAST_STEPS = 200;
const MOST_LINES = 8;

/** Whose observations are plotted, and up to which step. */
export interface Plotted {
  readonly step: number;
  /** Null where the episode has no such step. */
  momentAt(step: number): Moment | null;
}

/** In place of a picture, where the environment draws none: the observation's components over the last steps. */
export class ObservationPlot {
  readonly #plotted: Plotted;
  readonly #host: HTMLElement;
  #chart: uPlot | null = null;

  constructor(plotted: Plotted, host: HTMLElement) {
    this.#plotted = plotted;
    this.#host = host;
  }

  /** @param names of the components; only the first eight are plotted */
  build(names: readonly string[]): void {
    this.#chart?.destroy();
    const { line, dim } = pageColours();
    const rule = { stroke: line, width: 1 };
    const axis = { stroke: dim, font: FONT, grid: rule, ticks: rule };
    this.#chart = new uPlot(
      {
        ...this.#size(),
        scales: { x: { time: false } },
        axes: [axis, axis],
        cursor: { show: false },
        legend: { live: false },
        series: [
          { label: 'step' },
          ...names
            .slice(0, MOST_LINES)
            .map((label, i) => ({ label, stroke: TELLING_COLOURS[i] ?? dim, width: 2, points: { show: false } })),
        ],
      },
      [[]],
      this.#host,
    );
    this.show();
  }

  /** The steps up to the present one. */
  show(): void {
    if (!this.#chart) return;
    const first = Math.max(0, this.#plotted.step - LAST_STEPS);
    const steps = Array.from({ length: this.#plotted.step - first + 1 }, (_, i) => first + i);
    const observations = steps.map((step) => this.#plotted.momentAt(step)?.observation ?? []);
    const lines = this.#chart.series.length - 1;
    const components = Array.from({ length: lines }, (_, i) =>
      observations.map((observation) => observation[i] ?? null),
    );
    this.#chart.setData([steps, ...components]);
    this.#chart.setScale('x', { min: first, max: Math.max(first + 10, this.#plotted.step) });
  }

  resize(): void {
    this.#chart?.setSize(this.#size());
  }

  #size(): { width: number; height: number } {
    const legend = this.#host.querySelector('.u-legend')?.clientHeight ?? 28;
    return { width: this.#host.clientWidth, height: Math.max(120, this.#host.clientHeight - legend) };
  }
}
