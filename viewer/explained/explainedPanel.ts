import { EXPLANATION_FORMAT, type Explanation } from '../../src/explain/explanation.ts';
import { reportOf } from '../../src/explain/report.ts';
import { byId, element } from '../page/dom.ts';
import type { Layout } from '../page/layout.ts';
import { SidePanel } from '../page/sidePanel.ts';
import type { Overlay } from '../live/overlay.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import { shortName } from '../session/library.ts';
import { sectionOf } from './sections.ts';

/** What `gymformer explain` found of the run on the screen: heads, memory and inputs that its return needs. */
export class ExplainedPanel {
  readonly #overlay: Overlay;
  readonly #panel: SidePanel;
  readonly #report = byId('explained-report', HTMLElement);
  #runs: readonly RunEntry[] = [];
  /** Of what is shown, or on its way: the run, and when it was explained. */
  #shown = '';

  constructor(layout: Layout, overlay: Overlay) {
    this.#overlay = overlay;
    this.#panel = new SidePanel('explained', layout, 'Close the explanation');
    layout.onChange(() => this.#offer());
    overlay.onChange(() => this.#offer());
  }

  /** @param runs null when there is no server of runs, and nothing is to be seen here */
  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs ?? [];
    this.#offer();
  }

  /** The run on the screen, if it was explained. */
  get #run(): RunEntry | null {
    const run = this.#runs.find(({ id }) => id === this.#overlay.current);
    return run?.explainedAt === undefined ? null : run;
  }

  #offer(): void {
    const [run, { isOpen, button }] = [this.#run, this.#panel];
    button.hidden = run === null && !isOpen;
    if (isOpen) void this.#show(run);
  }

  async #show(run: RunEntry | null): Promise<void> {
    const shown = run ? `${run.id} ${run.explainedAt}` : 'none';
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#panel.say(run ? shortName(run) : '');
    const children = run
      ? await this.#reportOf(run)
      : [hush('\u201cgymformer explain\u201d has not explained this run.')];
    if (shown === this.#shown) this.#report.replaceChildren(...children);
  }

  async #reportOf(run: RunEntry): Promise<HTMLElement[]> {
    try {
      const { sentences, blocks, notes } = reportOf(await fetchExplanation(run.id));
      return [
        ...sentences.map((sentence) => element('p', {}, sentence)),
        ...blocks.map(sectionOf),
        element('h3', {}, 'How it was measured'),
        ...notes.map(hush),
      ];
    } catch (error) {
      this.#shown = ''; // asked again when it is looked at again
      return [hush((error as Error).message)];
    }
  }
}

/** @throws Error for a person when it cannot be had, or is of a newer version */
async function fetchExplanation(run: string): Promise<Explanation> {
  const response = await fetch(`api/explanations/${run.split('/').map(encodeURIComponent).join('/')}`);
  if (!response.ok) throw new Error('The explanation cannot be read: \u201cgymformer explain\u201d makes it anew.');
  const explanation = (await response.json()) as Explanation; // our own server's answer
  if (explanation.format === EXPLANATION_FORMAT) return explanation;
  throw new Error(
    `The explanation has format ${explanation.format}, and this viewer reads ${EXPLANATION_FORMAT}: \u201cgymformer explain\u201d makes it anew.`,
  );
}

function hush(text: string): HTMLElement {
  return element('p', { class: 'hush' }, text);
}
