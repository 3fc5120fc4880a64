/**
 * Things that swim or fly along the lanes of boards, in the order in which they came: up to `capacity` on each board.
 *
 * Thing `k` of board `row` is at index `row * capacity + k` of each array.
 */
export class Swimmers {
  private readonly count: Uint8Array;
  readonly x: Int8Array;
  readonly y: Int8Array;
  /** -1 to the left, 1 to the right. */
  readonly heading: Int8Array;
  /** Steps until it moves. */
  readonly timer: Uint8Array;
  /** Steps until it shoots, where it does. */
  readonly reload: Uint8Array;

  constructor(
    boards: number,
    private readonly capacity: number,
    private readonly columns: number,
  ) {
    this.count = new Uint8Array(boards);
    this.x = new Int8Array(boards * capacity);
    this.y = new Int8Array(boards * capacity);
    this.heading = new Int8Array(boards * capacity);
    this.timer = new Uint8Array(boards * capacity);
    this.reload = new Uint8Array(boards * capacity);
  }

  /** Index of the first one of board `row`. */
  first(row: number): number {
    return row * this.capacity;
  }

  /** Index of the last one of board `row`, before `first` where there is none. */
  last(row: number): number {
    return row * this.capacity + (this.count[row] as number) - 1;
  }

  clear(row: number): void {
    this.count[row] = 0;
  }

  /** Whoever calls this knows that there is room. */
  add(row: number, x: number, y: number, heading: number, timer = 0, reload = 0): void {
    const count = this.count[row] as number;
    const at = row * this.capacity + count;
    this.x[at] = x;
    this.y[at] = y;
    this.heading[at] = heading;
    this.timer[at] = timer;
    this.reload[at] = reload;
    this.count[row] = count + 1;
  }

  /** Takes away what is at index `at` of board `row`; those behind it move up. */
  remove(row: number, at: number): void {
    const count = (this.count[row] as number) - 1;
    this.count[row] = count;
    const end = row * this.capacity + count;
    for (let k = at; k < end; k++) {
      this.x[k] = this.x[k + 1] as number;
      this.y[k] = this.y[k + 1] as number;
      this.heading[k] = this.heading[k + 1] as number;
      this.timer[k] = this.timer[k + 1] as number;
      this.reload[k] = this.reload[k + 1] as number;
    }
  }

  /** Index of the first one at a place of board `row`, or -1. */
  find(row: number, x: number, y: number): number {
    const last = this.last(row);
    for (let k = this.first(row); k <= last; k++) if (this.x[k] === x && this.y[k] === y) return k;
    return -1;
  }

  /** Moves the one at index `at` a cell on, or off the board: then it is gone, and this is false. */
  advance(row: number, at: number): boolean {
    const x = (this.x[at] as number) + (this.heading[at] as number);
    if (x < 0 || x >= this.columns) {
      this.remove(row, at);
      return false;
    }
    this.x[at] = x;
    return true;
  }

  /** Whether one of lane `y` of board `row` goes the other way than `heading`. */
  isOncoming(row: number, y: number, heading: number): boolean {
    const last = this.last(row);
    for (let k = this.first(row); k <= last; k++) if (this.y[k] === y && this.heading[k] !== heading) return true;
    return false;
  }
}
