/** Something decoded, and about how many bytes it takes. */
export interface Sized {
  readonly size: number;
}

/** What was looked up last, by key: the newest always, and of those before it as many as take no more than some memory. */
export class Recent<T extends Sized> {
  private readonly entries = new Map<number, T>();

  constructor(private readonly most: { entries: number; bytes: number }) {}

  get(key: number, make: () => T): T {
    const entry = this.entries.get(key) ?? make();
    this.entries.delete(key);
    this.entries.set(key, entry);
    // Sizes grow: more of a frame is decoded when more of it is asked for.
    let bytes = [...this.entries.values()].reduce((sum, { size }) => sum + size, 0);
    for (const [oldest, { size }] of this.entries) {
      if (oldest === key || (this.entries.size <= this.most.entries && bytes <= this.most.bytes)) break;
      this.entries.delete(oldest);
      bytes -= size;
    }
    return entry;
  }
}
