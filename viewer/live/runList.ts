import { byId, element } from '../page/dom.ts';
import { formatAge, formatNumber } from '../page/numbers.ts';
import { saysEnvironment, shortName } from '../session/library.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import { replaceKeepingFocus, row } from '../session/rows.ts';
import { ORDERS, orderRuns } from './orderRuns.ts';
import type { Order } from './orderRuns.ts';
import type { Overlay } from './overlay.ts';
import { sparkline } from './sparkline.ts';

const WORTH_SEARCHING = 2; // fewer runs need neither filter nor order

/** All runs, found by text and put in order; a click opens one, its box lays its curves over those of others. */
export class RunList {
  readonly #overlay: Overlay;
  readonly #choose: (id: string) => void;
  readonly #list = byId('runs', HTMLElement);
  readonly #filter = byId('runs-filter', HTMLInputElement);
  readonly #order = byId('runs-order', HTMLSelectElement);
  readonly #rows = new Map<string, { look: string; item: HTMLElement }>();
  #runs: readonly RunEntry[] = [];
  #current: string | null = null;

  constructor(overlay: Overlay, choose: (id: string) => void) {
    this.#overlay = overlay;
    this.#choose = choose;
    this.#order.append(...ORDERS.map((order) => element('option', { value: order }, order)));
    this.#filter.addEventListener('input', () => this.#refresh());
    this.#order.addEventListener('change', () => this.#refresh());
    overlay.onChange(() => this.#refresh());
  }

  /** @param current id of the run on the screen */
  show(runs: readonly RunEntry[] | null, current: string | null): void {
    this.#runs = runs ?? [];
    this.#current = current;
    byId('runs-section', HTMLElement).hidden = runs === null;
    byId('runs-tools', HTMLElement).hidden = this.#runs.length < WORTH_SEARCHING;
    byId('no-runs', HTMLElement).hidden = runs?.length !== 0;
    this.#refresh();
  }

  #refresh(): void {
    const found = orderRuns(this.#runs, this.#filter.value, this.#order.value as Order);
    byId('no-such-runs', HTMLElement).hidden = found.length > 0 || this.#runs.length === 0;
    const items = found.map((run) => this.#row(run));
    const same =
      items.length === this.#list.children.length && items.every((item, i) => item === this.#list.children[i]);
    if (!same) replaceKeepingFocus(this.#list, items);
  }

  /** The row of a run: the one that there is, if it would look the same. */
  #row(run: RunEntry): HTMLElement {
    const shown = this.#overlay.shown.find((one) => one.run === run.id);
    const look = JSON.stringify([{ ...run, replays: null }, noteOf(run), this.#current === run.id, shown]);
    const known = this.#rows.get(run.id);
    if (known?.look === look) return known.item;
    const name = element('span', { class: 'name', title: run.name }, shortName(run));
    if (run.live) name.prepend(element('span', { class: 'live-dot', title: 'training now' }));
    const item = row(
      `run-${run.id}`,
      [
        name,
        element('span', { class: 'number' }, run.meanReturn === null ? '' : formatNumber(run.meanReturn)),
        element('span', { class: 'note' }, noteOf(run)),
        ...(run.returns.length > 1 ? [sparkline(run.returns)] : []),
      ],
      {
        chosen: this.#current === run.id,
        press: (event) => (event.shiftKey ? this.#overlay.toggle(run.id) : this.#choose(run.id)),
      },
    );
    item.prepend(this.#box(run, shown !== undefined));
    if (shown) {
      item.dataset['curve'] = String(shown.colour);
      item.dataset['dashed'] = String(shown.dashed);
    }
    this.#rows.set(run.id, { look, item });
    return item;
  }

  /** Chooses the run for the curves, where that of the screen is in any case. */
  #box(run: RunEntry, shown: boolean): HTMLElement {
    const label = `Lay the curves of ${shortName(run)} over those of others`;
    const key = `overlay-${run.id}`;
    const box = element('input', { type: 'checkbox', 'aria-label': label, title: label, 'data-key': key });
    box.checked = shown;
    box.disabled = shown && !this.#overlay.isChosen(run.id);
    box.addEventListener('change', () => this.#overlay.toggle(run.id));
    return box;
  }
}

/** The environment, where the name does not say it, and the age, or how far it is. */
function noteOf(run: RunEntry): string {
  const age = run.live ? `${Math.floor((run.step / run.steps) * 100)} %` : formatAge(run.updatedAt);
  return saysEnvironment(run) ? age : `${run.environment} \u00b7 ${age}`;
}
