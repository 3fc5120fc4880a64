/** How long work will still take, by how long it took so far. */
export class Eta {
  readonly #startedMs = performance.now();

  /** Seconds; null before anything is done. */
  left(done: number, total: number): number | null {
    if (done === 0) return null;
    return (((performance.now() - this.#startedMs) / 1000) * (total - done)) / done;
  }
}
