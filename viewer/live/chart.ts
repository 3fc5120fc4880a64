import uPlot from 'uplot';
import { FONT, pageColours } from '../page/colours.ts';
import { element } from '../page/dom.ts';
import { formatNumber } from '../page/numbers.ts';
import { allPositive } from './curveData.ts';
import type { Column, CurveData } from './curveData.ts';
import type { LogScales } from './logScales.ts';
import type { Shown } from './overlay.ts';
import type { Term } from './runMetrics.ts';

const AXIS_WIDTH = 52;
const AXIS_HEIGHT = 22;
const LOGARITHMIC = 3; // in uPlot's numbers
const DASH = [6, 4];
const POINT_SIZE = 5;
/** Charts with this key move their cursors together. */
const SYNC = 'curves';
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

export interface ChartOptions {
  name: string;
  term: Term;
  /** Whether the steps stand under it. */
  withSteps: boolean;
  /** Where a person says which curves have a logarithmic scale. */
  scales: LogScales;
  /** Is told over which step the pointer is, as an index into the data; null: over none. */
  hovered: (index: number | null) => void;
}

/** One curve of each run over its training steps; of the return also evaluations, with their intervals. */
export class Chart {
  readonly root: HTMLElement;
  readonly #options: ChartOptions;
  readonly #values = element('span', { class: 'values' });
  readonly #note = element(
    'span',
    { class: 'hush', title: 'with their 95 % intervals', hidden: true },
    'dots: evaluations',
  );
  readonly #log = element(
    'button',
    { type: 'button', class: 'log', title: 'Logarithmic scale', 'aria-pressed': 'false', hidden: true },
    'log',
  );
  readonly #host = element('div', { class: 'plot', role: 'img' });
  #plot: uPlot | null = null;
  #shown: readonly Shown[] = [];
  #isLog = false;

  constructor(options: ChartOptions) {
    this.#options = options;
    const name = element('span', { class: 'name' }, options.name);
    const caption = element('figcaption', {}, name, this.#log, this.#note, this.#values);
    this.#log.setAttribute('aria-label', `Log scale of ${options.name}`);
    this.#log.addEventListener('click', () => options.scales.toggle(options.term));
    this.root = element('figure', { class: 'chart' }, caption, this.#host);
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#host);
  }

  /** @param words what there is to see, for those who hear the page */
  show(shown: readonly Shown[], data: CurveData, words: string): void {
    this.#host.setAttribute('aria-label', words);
    this.#note.hidden = !this.#showsEvaluations || data.evaluations.every(({ means }) => means.every(isNothing));
    const columns: uPlot.AlignedData = [data.steps, ...(this.#columns(data) as uPlot.AlignedData[number][])];
    const isLog = this.#offerLog(data);
    if (this.#plot && isLog === this.#isLog && sameLines(shown, this.#shown)) return this.#plot.setData(columns);
    this.#plot?.destroy();
    this.#shown = shown;
    this.#isLog = isLog;
    this.#plot = new uPlot(this.#describe(), columns, this.#host);
  }

  /** The values beside the chart's name. */
  showValues(values: readonly Node[]): void {
    this.#values.replaceChildren(...values);
  }

  /** Puts the cursor over a step, as the pointer would. */
  point(step: number): void {
    this.#plot?.setCursor({ left: this.#plot.valToPos(step, 'x'), top: 0 }, false);
  }

  redraw(): void {
    this.#plot?.redraw(false);
  }

  /** Whether the scale is logarithmic, which takes numbers that are all above 0: others have no place on it. */
  #offerLog(data: CurveData): boolean {
    const { scales, term } = this.#options;
    const possible = allPositive(this.#columns(data));
    const isLog = possible && scales.has(term);
    this.#log.hidden = !possible;
    this.#log.setAttribute('aria-pressed', String(isLog));
    return isLog;
  }

  get #showsEvaluations(): boolean {
    return this.#options.term === 'meanReturn';
  }

  #columns({ curves, evaluations }: CurveData): Column[] {
    const own = curves[this.#options.term];
    const others = this.#showsEvaluations ? evaluations.flatMap(({ means, lows, highs }) => [means, lows, highs]) : [];
    return [...own, ...others];
  }

  #describe(): uPlot.Options {
    const { withSteps, hovered } = this.#options;
    const rule = { stroke: () => pageColours().line, width: 1 };
    const axis = { stroke: () => pageColours().dim, font: FONT, grid: rule, ticks: { ...rule, size: 0 } };
    const sparse = this.#isLog ? { filter: roundLines, grid: { ...rule, filter: roundLines } } : {};
    const lines = this.#shown.map((line): uPlot.Series => {
      const points = { show: isAlone, size: POINT_SIZE, fill: () => colourOf(line) };
      return { stroke: () => colourOf(line), width: 1.5, points, ...(line.dashed && { dash: DASH }) };
    });
    return {
      ...this.#size(),
      padding: [6, 18, withSteps ? 0 : 6, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: SYNC, setSeries: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: (_, __, last) => [0, last || 1] },
        y: this.#isLog ? { distr: LOGARITHMIC } : {},
      },
      axes: [
        {
          ...axis,
          show: withSteps,
          size: AXIS_HEIGHT,
          gap: 6,
          values: (_, steps) => steps.map((s) => compact.format(s)),
        },
        { ...axis, ...sparse, size: AXIS_WIDTH, gap: 6, space: 26, values: (_, ticks) => ticks.map(formatTick) },
      ],
      series: [{}, ...lines, ...(this.#showsEvaluations ? this.#shown.flatMap(evaluationSeries) : [])],
      hooks: {
        setCursor: [({ cursor }) => hovered(cursor.idx ?? null)],
        draw: this.#showsEvaluations ? [(plot) => this.#drawIntervals(plot)] : [],
      },
    };
  }

  #drawIntervals(plot: uPlot): void {
    const { ctx: pen, data } = plot;
    const [x, y] = [(at: number) => plot.valToPos(at, 'x', true), (at: number) => plot.valToPos(at, 'y', true)];
    pen.save();
    pen.lineWidth = uPlot.pxRatio;
    this.#shown.forEach((line, i) => {
      const first = 1 + this.#shown.length + 3 * i;
      const [lows, highs] = [data[first + 1] ?? [], data[first + 2] ?? []];
      pen.strokeStyle = colourOf(line);
      pen.beginPath();
      data[0].forEach((step, at) => {
        const [low, high] = [lows[at], highs[at]];
        if (typeof low !== 'number' || typeof high !== 'number') return;
        pen.moveTo(x(step), y(low));
        pen.lineTo(x(step), y(high));
      });
      pen.stroke();
    });
    pen.restore();
  }

  #size(): { width: number; height: number } {
    return { width: this.#host.clientWidth, height: Math.max(40, this.#host.clientHeight) };
  }
}

/** The means as points; the ends of the intervals unseen, so that the scale has room for them. */
function evaluationSeries(line: Shown): uPlot.Series[] {
  const stroke = (): string => colourOf(line);
  const unseen: uPlot.Series = { paths: () => null, points: { show: false } };
  return [{ paths: () => null, points: { show: true, size: POINT_SIZE, stroke, fill: stroke } }, unseen, unseen];
}

function colourOf({ colour }: Shown): string {
  return pageColours().curves[colour - 1] ?? pageColours().dim;
}

function sameLines(some: readonly Shown[], others: readonly Shown[]): boolean {
  const key = ({ run, colour, dashed }: Shown): string => `${colour} ${dashed} ${run}`;
  return some.map(key).join('\n') === others.map(key).join('\n');
}

function isNothing(value: number | null | undefined): boolean {
  return value === null || value === undefined;
}

/** Whether a curve has one value only, of which no line can be seen. */
function isAlone(plot: uPlot, series: number): boolean {
  return Array.from(plot.data[series] ?? []).filter((value) => typeof value === 'number').length === 1;
}

/** The lines of a logarithmic scale that there is room for: powers of ten, or some between them where these are few. */
function roundLines(_: uPlot, lines: readonly number[]): (number | null)[] {
  const decades = Math.log10((lines.at(-1) ?? 1) / (lines[0] ?? 1));
  const leading = decades >= 1 ? [1] : decades >= 0.5 ? [1, 2, 5] : null;
  return lines.map((line) => (leading === null || leading.includes(leadingDigit(line)) ? line : null));
}

function leadingDigit(value: number): number {
  return Number(value.toExponential(0).slice(0, 1));
}

/** Few characters: there is not much room beside a small chart. */
function formatTick(value: number | null): string {
  if (value === null) return ''; // a logarithmic scale has more lines than room for numbers
  return Math.abs(value) >= 10_000 ? compact.format(value) : formatNumber(value);
}
