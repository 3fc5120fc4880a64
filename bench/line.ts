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
  /** How many seeds are trained at once, each on one thread. */
  jobs?: number;
  /** Train again what is done. */
  again?: boolean;
  /** Train nothing, and report of what is done. */
  report?: boolean;
  /** Folder of the results and the report. */
  out?: string;
  /** Ends it before its time. */
  signal?: AbortSignal;
  /** Called before each measurement, and while one takes long: with what is going on, and how long it will. */
  onProgress?: (done: number, total: number, now?: { what: string; secondsLeft: number | null }) => void;
}

/** A benchmark: yields each line when it is measured. */
export type Bench = (options: BenchOptions) => AsyncGenerator<BenchLine>;

/** A benchmark as the command line offers it. */
export interface BenchEntry {
  bench: Bench;
  summary: string;
  /** Options that it has beside those of all. */
  takes?: readonly (keyof BenchOptions)[];
}
