/**
 * One of several things to look at. A press locks one, another press or `unlock` lets go of it; a pointer that rests on
 * one shows it for as long as it stays there.
 */
export class Choice<T> {
  readonly #unlocked: T;
  readonly #same: (a: T, b: T) => boolean;
  readonly #listeners: (() => void)[] = [];
  #locked: { value: T } | null = null;
  #previewed: { value: T } | null = null;

  /** @param unlocked what is shown where nothing is locked */
  constructor(unlocked: T, same: (a: T, b: T) => boolean = Object.is) {
    this.#unlocked = unlocked;
    this.#same = same;
  }

  /** What is on the page now. */
  get shown(): T {
    return (this.#previewed ?? this.#locked ?? { value: this.#unlocked }).value;
  }

  isShown(value: T): boolean {
    return this.#same(value, this.shown);
  }

  /** What is locked; null for nothing. */
  get locked(): { readonly value: T } | null {
    return this.#locked;
  }

  isLocked(value: T): boolean {
    return this.#locked !== null && this.#same(value, this.#locked.value);
  }

  /** Calls the listener whenever something else is shown, or locked. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  preview(value: T): void {
    this.#set(this.#locked, { value });
  }

  endPreview(): void {
    this.#set(this.#locked, null);
  }

  /** Locks a value, or lets go of the one that is locked. */
  press(value: T): void {
    this.#set(this.isLocked(value) ? null : { value }, null);
  }

  lock(value: T): void {
    if (!this.isLocked(value)) this.#set({ value }, null);
  }

  unlock(): void {
    this.#set(null, null);
  }

  #set(locked: { value: T } | null, previewed: { value: T } | null): void {
    const [shown, before] = [this.shown, this.#locked];
    this.#locked = locked;
    this.#previewed = previewed;
    if (before === locked && this.#same(shown, this.shown)) return;
    for (const listener of this.#listeners) listener();
  }
}
