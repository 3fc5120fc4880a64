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
}
