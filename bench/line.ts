/** One measurement, as `--json` prints it. */
export interface BenchLine {
  bench: string;
  /** `small`, `large`, an environment's id, … */
  case: string;
  device?: string;
  /** What we are measured against. */
  peer?: string;
  [figure: string]: string | number | boolean | null | undefined;
}

export interface BenchOptions {
  /** Measure this case alone. */
  only?: string;
  /** Measure this device alone. */
  device?: string;
  /** Where something is learned: how often, each time from another seed. */
  seeds?: number;
  /** Called before each measurement. */
  onProgress?: (done: number, total: number) => void;
}

/** A benchmark: yields each line when it is measured. */
export type Bench = (options: BenchOptions) => AsyncGenerator<BenchLine>;
