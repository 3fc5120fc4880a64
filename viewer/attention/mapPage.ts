/** Steps that the map shows at once; a longer episode has pages. */
export const PAGE_STEPS = 1024;

const MOST_ROWS = 256;

/** Part of the map of an episode's attention: rows of successive steps, columns of lags. It is filled bit by bit. */
export class MapPage {
  /** The page's first step, and how many it has. */
  readonly first: number;
  readonly steps: number;
  readonly rows: number;
  /** Lags that are shown: those that some step of the page can have. 0 before the first step with weights is known. */
  columns = 0;
  /**
   * [rows, columns]: weights from 0 to 255, where 255 is the heaviest of its step; of steps that share a row, the largest.
   * Column 0 is lag 0, the step itself.
   */
  levels = new Uint8Array(0);
  #filled = 0;

  constructor(first: number, steps: number) {
    this.first = first;
    this.steps = steps;
    this.rows = Math.min(steps, MOST_ROWS);
  }

  get done(): boolean {
    return this.#filled === this.steps;
  }

  /** The row of a step of the page. */
  rowOf(step: number): number {
    return Math.floor(((step - this.first) * this.rows) / this.steps);
  }

  /** The first step of a row. */
  stepOf(row: number): number {
    return this.first + Math.ceil((row * this.steps) / this.rows);
  }

  /**
   * Looks at the next `count` steps.
   *
   * @returns the rows that changed, [from, to)
   */
  fill(weightsOf: (step: number) => Float32Array | null, count: number): [from: number, to: number] {
    const from = this.first + this.#filled;
    this.#filled = Math.min(this.steps, this.#filled + count);
    const to = this.first + this.#filled;
    const hadColumns = this.columns > 0;
    for (let step = from; step < to; step++) {
      const weights = weightsOf(step);
      if (weights) this.#add(this.rowOf(step), weights);
    }
    return [hadColumns ? this.rowOf(from) : 0, to > from ? this.rowOf(to - 1) + 1 : this.rowOf(from)];
  }

  #add(row: number, weights: Float32Array): void {
    if (this.columns === 0) {
      this.columns = Math.min(weights.length, this.first + this.steps);
      this.levels = new Uint8Array(this.rows * this.columns);
    }
    const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
    if (heaviest === 0) return;
    const offset = row * this.columns;
    for (let lag = 0; lag < this.columns; lag++) {
      const level = Math.round((255 * (weights[lag] ?? 0)) / heaviest);
      this.levels[offset + lag] = Math.max(this.levels[offset + lag] as number, level);
    }
  }
}
