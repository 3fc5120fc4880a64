/** What a RunningStatistics has gathered, as plain JSON. */
export interface RunningStatisticsState {
  count: number;
  mean: number[];
  variance: number[];
}

/**
 * Mean and variance of each component of a stream of vectors, without keeping the vectors.
 *
 * @see Chan, Golub and LeVeque 1983, "Algorithms for Computing the Sample Variance"
 */
export class RunningStatistics {
  /** Vectors seen so far. */
  count = 0;
  /** [size] */
  readonly mean: Float64Array;
  /** [size] mean squared distance from the mean; 1 before the first vector. */
  readonly variance: Float64Array;

  constructor(readonly size: number) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
  }

  /**
   * Takes in a batch: its own mean and sum of squares first, which are then merged.
   *
   * @param values  [rows, size]
   * @throws RangeError when there are fewer values than that
   */
  update(values: ArrayLike<number>, rows = 1): void {
    const { size, mean, variance, count } = this;
    if (values.length < rows * size)
      throw new RangeError(`RunningStatistics: ${values.length} values, wanted ${rows} rows of ${size}`);
    if (rows === 0) return;
    const total = count + rows;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let at = i; at < rows * size; at += size) sum += values[at] as number;
      const batchMean = sum / rows;
      let squares = 0;
      for (let at = i; at < rows * size; at += size) squares += ((values[at] as number) - batchMean) ** 2;
      const shift = batchMean - (mean[i] as number);
      mean[i] = (mean[i] as number) + (shift * rows) / total;
      variance[i] = (count * (variance[i] as number) + squares + (shift ** 2 * count * rows) / total) / total;
    }
    this.count = total;
  }

  state(): RunningStatisticsState {
    return { count: this.count, mean: [...this.mean], variance: [...this.variance] };
  }

  /** @throws RangeError when the state is of vectors of another size */
  restore({ count, mean, variance }: RunningStatisticsState): void {
    if (mean.length !== this.size || variance.length !== this.size)
      throw new RangeError(`RunningStatistics: the state has ${mean.length} components, wanted ${this.size}`);
    this.count = count;
    this.mean.set(mean);
    this.variance.set(variance);
  }
}
