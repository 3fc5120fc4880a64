/** Windows of W steps, N of them: each the last steps of an episode up to one of them. */
export interface Windows {
  /** [N * W, O] */
  observations: Float32Array;
  /** [N * W, F] */
  actions: Float32Array;
  /** [N * W] 1 where an episode starts; what stands before that in a window is nothing. */
  starts: Uint8Array;
}

/** Steps of episodes, one after the other, of which windows can be taken. */
export class StepLog {
  /** [rows, O], as a network takes them. */
  readonly observations: Float32Array;
  /** [rows, F], likewise. */
  readonly actions: Float32Array;
  /** [rows] steps of the same episode that stand before it. */
  readonly ages: Int32Array;

  constructor(
    rows: number,
    readonly observationSize: number,
    readonly actionSize: number,
  ) {
    this.observations = new Float32Array(rows * observationSize);
    this.actions = new Float32Array(rows * actionSize);
    this.ages = new Int32Array(rows);
  }

  /** The windows that end with these rows. */
  windows(rows: ArrayLike<number>, W: number): Windows {
    const { observationSize: O, actionSize: F } = this;
    const windows = {
      observations: new Float32Array(rows.length * W * O),
      actions: new Float32Array(rows.length * W * F),
      starts: new Uint8Array(rows.length * W),
    };
    for (let n = 0; n < rows.length; n++) {
      const row = rows[n] as number;
      const steps = Math.min(W, (this.ages[row] as number) + 1);
      const [from, to] = [row - steps + 1, (n + 1) * W - steps];
      windows.observations.set(this.observations.subarray(from * O, (row + 1) * O), to * O);
      windows.actions.set(this.actions.subarray(from * F, (row + 1) * F), to * F);
      // What a window leaves out of the past is not seen either: each begins anew.
      windows.starts[to] = 1;
    }
    return windows;
  }
}
