/** The panels that a person may open and close, by the names that the address bar knows them by. */
export const PANELS = ['training', 'explained'] as const;

export type PanelName = (typeof PANELS)[number];

/**
 * Which panel is open: they stand in the same place, so opening one closes another. Whatever shows one, or writes it down, listens here;
 * nothing else keeps it.
 */
export class Layout {
  #open: PanelName | null = null;
  readonly #listeners: (() => void)[] = [];

  /** Names of the open panels. */
  get open(): readonly PanelName[] {
    return this.#open ? [this.#open] : [];
  }

  isOpen(name: PanelName): boolean {
    return this.#open === name;
  }

  set(name: PanelName, open: boolean): void {
    if (this.isOpen(name) === open) return;
    this.#open = open ? name : null;
    this.#tell();
  }

  toggle(name: PanelName): void {
    this.set(name, !this.isOpen(name));
  }

  /** Opens the first panel that is named and closes all others; names of none, from an address say, are passed over. */
  restore(names: readonly string[]): void {
    const before = this.#open;
    this.#open = PANELS.find((name) => names.includes(name)) ?? null;
    if (this.#open !== before) this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
