import type { ReplayHeader } from '../../src/replay/format.ts';
import { element, setText } from '../page/dom.ts';
import { formatNumber, groupThousands } from '../page/numbers.ts';
import { seriesSwatch } from '../page/series.ts';
import { shortName } from '../session/library.ts';

/** What is known of a step; null where the policy, or the episode's end, leaves it out. */
export interface PaneNumbers {
  reward: number | null;
  value: number | null;
  /** Sum of the rewards before this step. */
  return: number;
}

const NOTHING = '\u2014';

/** The two lines over a pane: whose it is, then the numbers of its step and what else there is to say. */
export class PaneHead {
  readonly root: HTMLElement;
  readonly #title = element('p', { class: 'pane-title' });
  readonly #name = element('strong', { class: 'pane-name' });
  readonly #detail = element('span', { class: 'note' });
  readonly #numbers = new Map<keyof PaneNumbers, HTMLElement>();

  /**
   * @param series    from 1 to 4
   * @param controls  stand at the end of the first line
   * @param remark    stands at the end of the second
   */
  constructor(series: number, controls: HTMLElement[] = [], remark?: HTMLElement) {
    const numbers = element('dl', { class: 'pane-numbers' });
    for (const name of ['reward', 'value', 'return'] as const) {
      const value = element('dd', { 'data-number': name }, NOTHING);
      this.#numbers.set(name, value);
      numbers.append(element('div', {}, element('dt', {}, name), value));
    }
    this.#title.append(seriesSwatch(series), this.#name, this.#detail);
    const first = element('div', { class: 'pane-line' }, this.#title, ...controls);
    const second = element('div', { class: 'pane-line' }, numbers, ...(remark ? [remark] : []));
    this.root = element('div', { class: 'pane-head' }, first, second);
  }

  /** @param source where it is from, for whoever points at the name */
  showName({ name, detail }: PaneName, source: string): void {
    setText(this.#name, name);
    setText(this.#detail, detail);
    this.#title.title = source;
  }

  showNumbers(numbers: PaneNumbers | null): void {
    for (const [name, shown] of this.#numbers) {
      const number = numbers?.[name] ?? null;
      setText(shown, number === null ? NOTHING : formatNumber(number));
    }
  }
}

/** What a recording is called: its run and training step; without a run, its file. */
export interface PaneName {
  name: string;
  detail: string;
}

/** @param source its id on the server, or the file's name */
export function nameOf({ run, step, environment }: ReplayHeader, source: string): PaneName {
  if (run === undefined) return { name: fileOf(source) || environment, detail: '' };
  return {
    name: shortName({ name: run, environment }),
    detail: step === undefined ? fileOf(source) : `step ${groupThousands(step)}`,
  };
}

/** The last part of an id or path. */
export function fileOf(source: string): string {
  return source.split('/').at(-1) ?? source;
}
