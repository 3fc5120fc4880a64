import { byId, element, setText } from '../page/dom.ts';
import type { Layout } from '../page/layout.ts';
import { SidePanel } from '../page/sidePanel.ts';
import { formatNumber, groupThousands } from '../page/numbers.ts';
import { shortName } from '../session/library.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import { Chart } from './chart.ts';
import { joinCurves } from './curveData.ts';
import type { CurveData } from './curveData.ts';
import { MetricsFeed } from './metricsFeed.ts';
import type { LogScales } from './logScales.ts';
import type { Overlay, Shown } from './overlay.ts';
import { CURVES } from './runMetrics.ts';
import type { RunMetrics, Term } from './runMetrics.ts';
import { swatch } from './swatch.ts';
import { describeCurve } from './words.ts';

const CALM_MS = 200; // curves that grow faster are drawn no more often
const ROOMY = '(width >= 1080px)'; // as in lessRoom.css

/** A run that is shown, with what there is of it. */
interface Line {
  shown: Shown;
  entry: RunEntry;
  metrics: RunMetrics;
}

/** How training goes: return, entropy, KL, value loss and speed of the runs that are shown, as they are written. */
export class TrainingPanel {
  readonly #overlay: Overlay;
  readonly #feed = new MetricsFeed(() => this.#drawSoon());
  readonly #layout: Layout;
  readonly #panel: SidePanel;
  readonly #legend = byId('training-runs', HTMLElement);
  readonly #charts: { term: Term; name: string; chart: Chart }[];
  #runs: readonly RunEntry[] = [];
  #data: CurveData = joinCurves([]);
  #step: number | null = null; // under the pointer
  #timer: ReturnType<typeof setTimeout> | undefined;
  #offered = false;

  constructor(layout: Layout, overlay: Overlay, scales: LogScales) {
    this.#layout = layout;
    this.#overlay = overlay;
    this.#panel = new SidePanel('training', layout, 'Close the curves');
    this.#charts = CURVES.map(({ name, term }, i) => {
      const hovered = (index: number | null): void => this.#point(index);
      return { name, term, chart: new Chart({ name, term, withSteps: i === CURVES.length - 1, scales, hovered }) };
    });
    const charts = byId('training-charts', HTMLElement);
    charts.append(...this.#charts.map(({ chart }) => chart.root));
    charts.addEventListener('keydown', (event) => this.#pressed(event));
    layout.onChange(() => this.#followShown());
    overlay.onChange(() => this.#followShown());
    scales.onChange(() => {
      if (this.#panel.isOpen) this.#draw();
    });
  }

  /** @param runs null when there is no server of runs, and nothing is to be seen here */
  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs ?? [];
    this.#panel.button.hidden = this.#runs.length === 0;
    this.#offer();
    this.#followShown();
  }

  /** The colours changed. */
  redraw(): void {
    for (const { chart } of this.#charts) chart.redraw();
  }

  /** Whoever comes to a run that is training, and to nothing in particular, finds its curves beside the picture. */
  #offer(): void {
    if (this.#offered || this.#runs.length === 0) return;
    this.#offered = true;
    const training = this.#runs.some(({ live }) => live);
    if (training && location.hash === '' && matchMedia(ROOMY).matches) this.#layout.set('training', true);
  }

  /** Asks for the metrics of what is shown; of nothing while the panel is closed. */
  #followShown(): void {
    this.#feed.follow(
      this.#panel.isOpen ? this.#overlay.shown.map(({ run }) => run).filter((run) => this.#trains(run)) : [],
    );
    this.#drawSoon();
  }

  /** Replays that belong to no run are listed as one, but have no metrics. */
  #trains(run: string): boolean {
    return this.#runs.some(({ id, algo }) => id === run && algo !== '');
  }

  #drawSoon(): void {
    if (!this.#panel.isOpen) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#panel.isOpen) this.#draw();
    }, CALM_MS);
  }

  get #lines(): Line[] {
    return this.#overlay.shown.flatMap((shown) => {
      const entry = this.#runs.find(({ id }) => id === shown.run);
      const metrics = this.#feed.of(shown.run);
      return entry && metrics ? [{ shown, entry, metrics }] : [];
    });
  }

  #draw(): void {
    const lines = this.#lines;
    const named = lines.map(({ entry, metrics }) => ({ name: shortName(entry), metrics }));
    this.#data = joinCurves(lines.map(({ metrics }) => metrics));
    for (const { chart, term, name } of this.#charts) {
      chart.root.hidden = lines.every(({ metrics }) => metrics.values(term).every((value) => value === null));
      if (!chart.root.hidden)
        chart.show(
          lines.map(({ shown }) => shown),
          this.#data,
          describeCurve(name, term, named),
        );
    }
    byId('training-nothing', HTMLElement).hidden = this.#data.steps.length > 0;
    this.#legend.replaceChildren(...lines.map((line) => legendRow(line)));
    this.#showValues(lines);
  }

  /** The values at the step under the pointer, or the latest. */
  #showValues(lines = this.#lines): void {
    const step = this.#step ?? Infinity;
    this.#panel.say(this.#step === null ? 'latest' : `step ${groupThousands(this.#step)}`);
    for (const { chart, term } of this.#charts)
      chart.showValues(
        lines.map(({ shown, metrics }) => {
          const value = metrics.valueAt(term, step);
          const text = value === null ? '\u2014' : formatNumber(value);
          return element('span', {}, ...(lines.length > 1 ? [swatch(shown)] : []), text);
        }),
      );
  }

  /** @param index into the steps of the data */
  #point(index: number | null): void {
    const step = index === null ? null : (this.#data.steps[index] ?? null);
    if (step === this.#step) return;
    this.#step = step;
    this.#showValues();
  }

  /** Arrows go from one step to the next, as the pointer does. */
  #pressed(event: KeyboardEvent): void {
    const { steps } = this.#data;
    const last = steps.length - 1;
    const at = this.#step === null ? last : steps.indexOf(this.#step);
    const stride = event.shiftKey ? 10 : 1;
    const to = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    event.stopPropagation(); // or it would move the episode
    const index = Math.min(Math.max(to, 0), last);
    for (const { chart } of this.#charts) if (!chart.root.hidden) chart.point(steps[index] as number);
    this.#point(index);
    setText(byId('training-announcer', HTMLElement), this.#words());
  }

  /** The values at the step under the cursor, for those who hear the page. */
  #words(): string {
    const lines = this.#lines;
    const runs = lines.map(({ entry, metrics }) => {
      const values = CURVES.flatMap(({ name, term }) => {
        const value = metrics.valueAt(term, this.#step ?? Infinity);
        return value === null ? [] : [`${name} ${formatNumber(value)}`];
      });
      return `${lines.length > 1 ? `${shortName(entry)}: ` : ''}${values.join(', ')}`;
    });
    return `step ${groupThousands(this.#step ?? 0)}. ${runs.join('. ')}`;
  }
}

function legendRow({ shown, entry, metrics }: Line): HTMLElement {
  const name = element('span', { class: 'name', title: entry.name }, shortName(entry));
  if (entry.live) name.append(element('span', { class: 'live-dot', title: 'training now' }));
  const done = `${groupThousands(metrics.steps.at(-1) ?? 0)} of ${groupThousands(entry.steps)} steps`;
  return element(
    'li',
    {},
    swatch(shown),
    name,
    element('span', { class: 'note' }, `${entry.environment} \u00b7 ${done}`),
  );
}
