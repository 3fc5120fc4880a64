import type { Info } from '../../envs/env.ts';
import { element } from '../page/dom.ts';
import { formatCount, formatNumber } from '../page/numbers.ts';

const INLINE_ITEMS = 8; // a list of so many plain values is read in a line
const LISTED = 100; // entries of one level

/**
 * What the environment tells besides, as a list; what holds more is folded, and stays open from step to step once a person
 * has opened it.
 */
export class InfoList {
  readonly #section: HTMLElement;
  readonly #list: HTMLElement;
  readonly #open = new Set<string>();
  #shown = '';

  /** @param section is hidden where there is nothing to tell */
  constructor(section: HTMLElement, list: HTMLElement) {
    this.#section = section;
    this.#list = list;
  }

  show(info: Info): void {
    const json = JSON.stringify(info);
    if (json === this.#shown) return;
    this.#shown = json;
    this.#section.hidden = Object.keys(info).length === 0;
    this.#list.replaceChildren(...this.#rows(info, ''));
  }

  #rows(values: object, path: string): HTMLElement[] {
    const entries = Object.entries(values);
    const rows = entries.slice(0, LISTED).map(([key, value]) => this.#row(key, value, `${path}/${key}`));
    const more = entries.length - rows.length;
    return more > 0 ? [...rows, element('li', { class: 'note' }, `and ${formatCount(more, 'more', 'more')}`)] : rows;
  }

  #row(key: string, value: unknown, path: string): HTMLElement {
    const inline = inWords(value);
    if (inline === null) return this.#fold(key, value as object, path);
    const [name, text] = [element('span', { class: 'name' }, key), element('span', { class: 'number' }, inline)];
    return element('li', { class: 'meter word' }, name, text);
  }

  /** Its rows are made when it is opened. */
  #fold(key: string, value: object, path: string): HTMLElement {
    const count = Object.keys(value).length;
    const rows = element('ul');
    const summary = element('summary', {}, key, element('span', { class: 'note' }, ` ${formatCount(count, 'value')}`));
    const details = element('details', { open: this.#open.has(path) }, summary, rows);
    const fill = (): void => {
      if (details.open && rows.children.length === 0) rows.append(...this.#rows(value, path));
    };
    details.addEventListener('toggle', () => {
      if (details.open) this.#open.add(path);
      else this.#open.delete(path);
      fill();
    });
    fill();
    return element('li', {}, details);
  }
}

/** A value that needs no fold; null for one that does. */
function inWords(value: unknown): string | null {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  if (value === null) return '\u2014';
  const items = Object.values(value);
  if (items.length === 0) return 'nothing';
  const plain = Array.isArray(value) && items.length <= INLINE_ITEMS && items.every((item) => typeof item !== 'object');
  return plain ? items.map(inWords).join(', ') : null;
}
