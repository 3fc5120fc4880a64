import { byId, element, setText, svg } from './dom.ts';
import type { Layout, PanelName } from './layout.ts';

const CROSS = 'M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z';

/**
 * A panel that stands where the inspector does: its heading, its button in the header, and one that closes it. What is in
 * it is index.html's.
 */
export class SidePanel {
  /** In the header. */
  readonly button: HTMLButtonElement;
  readonly #name: PanelName;
  readonly #layout: Layout;
  readonly #root: HTMLElement;
  readonly #where: HTMLElement;

  /** @param close what the button that closes it does, in words */
  constructor(name: PanelName, layout: Layout, close: string) {
    this.#name = name;
    this.#layout = layout;
    this.#root = byId(name, HTMLElement);
    this.button = byId(`${name}-button`, HTMLButtonElement);
    this.#where = element('p', { id: `${name}-where`, class: 'note' });
    const heading = element('h2', { id: `${name}-heading` }, this.button.textContent.trim());
    this.#root.setAttribute('aria-labelledby', heading.id);
    this.#root.prepend(element('div', { class: 'side-title' }, heading, this.#where, this.#closing(close)));
    this.button.addEventListener('click', () => {
      layout.toggle(name);
      if (this.isOpen) this.#root.scrollIntoView({ block: 'nearest' }); // with less room it is below all else
    });
    layout.onChange(() => this.#showOrHide());
  }

  get isOpen(): boolean {
    return this.#layout.isOpen(this.#name);
  }

  /** Says beside the heading what the panel is of. */
  say(where: string): void {
    setText(this.#where, where);
  }

  #closing(label: string): HTMLElement {
    const cross = svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: CROSS }));
    const close = element('button', { type: 'button', class: 'icon', 'aria-label': label, title: 'Close' }, cross);
    close.addEventListener('click', () => {
      this.#layout.set(this.#name, false);
      this.button.focus();
    });
    return close;
  }

  #showOrHide(): void {
    this.#root.hidden = !this.isOpen;
    byId('viewer', HTMLElement).classList.toggle('with-panel', this.#layout.open.length > 0);
    this.button.setAttribute('aria-expanded', String(this.isOpen));
  }
}
