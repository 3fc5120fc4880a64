/** The panels that a person may open and close, by the names that the address bar knows them by. */
export const PANELS = ['training'] as const;

export type PanelName = (typeof PANELS)[number];

/** Which panels are open. Whatever shows one, or writes it down, listens here; nothing else keeps it. */
export class Layout {
  readonly #open = new Set<PanelName>();
  readonly #listeners: (() => void)[] = [];

  /** The open panels, in the order of `PANELS`. */
  get open(): readonly PanelName[] {
    return PANELS.filter((name) => this.#open.has(name));
  }

  isOpen(name: PanelName): boolean {
    return this.#open.has(name);
  }

  set(name: PanelName, open: boolean): void {
    if (this.isOpen(name) === open) return;
    if (open) this.#open.add(name);
    else this.#open.delete(name);
    this.#tell();
  }

  toggle(name: PanelName): void {
    this.set(name, !this.isOpen(name));
  }

  /** Opens these panels and closes all others; names of none, from an address say, are passed over. */
  restore(names: readonly string[]): void {
    const before = this.open.join();
    this.#open.clear();
    for (const name of PANELS) if (names.includes(name)) this.#open.add(name);
    if (this.open.join() !== before) this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
