/** The curves of a training, by what they are called here and in metrics.jsonl. */
export const CURVES = [
  { name: 'return', term: 'meanReturn' },
  { name: 'entropy', term: 'entropy' },
  { name: 'KL', term: 'approxKl' },
  { name: 'value loss', term: 'valueLoss' },
  { name: 'steps/s', term: 'stepsPerSecond' },
] as const;

export type Term = (typeof CURVES)[number]['term'];

/** Mean return over episodes of their own, with its 95 % interval. */
export interface Evaluation {
  step: number;
  mean: number;
  low: number;
  high: number;
}

/** What a run has reported of its training so far, by training steps. */
export class RunMetrics {
  /** Of the updates, ascending. */
  readonly steps: number[] = [];
  readonly evaluations: Evaluation[] = [];
  readonly #values: Record<Term, (number | null)[]> = {
    meanReturn: [],
    entropy: [],
    approxKl: [],
    valueLoss: [],
    stepsPerSecond: [],
  };

  /** @param lines of metrics.jsonl that follow those before; what is no update and no evaluation tells nothing here */
  take(lines: readonly string[]): void {
    for (const line of lines) this.#takeOne(parse(line));
  }

  /** At each of `steps`; null where the run does not say. */
  values(term: Term): readonly (number | null)[] {
    return this.#values[term];
  }

  /** The value of the last update up to a step; null where there is none. */
  valueAt(term: Term, step: number): number | null {
    let [from, to] = [0, this.steps.length]; // the update is before `to`, and not before `from` - 1
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.steps[middle] as number) <= step) from = middle + 1;
      else to = middle;
    }
    return this.#values[term][from - 1] ?? null;
  }

  #takeOne(event: Record<string, unknown>): void {
    const { step } = event;
    if (!isNumber(step)) return;
    if (event['event'] === 'update' && step > (this.steps.at(-1) ?? -1)) {
      this.steps.push(step);
      for (const { term } of CURVES) this.#values[term].push(numberOr(event[term], null));
    }
    const { mean, ci } = event;
    if (event['event'] === 'eval' && isNumber(mean) && step > (this.evaluations.at(-1)?.step ?? -1)) {
      const [low, high]: unknown[] = Array.isArray(ci) ? ci : [];
      this.evaluations.push({ step, mean, low: numberOr(low, mean), high: numberOr(high, mean) });
    }
  }
}

function parse(line: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {}; // not a line of ours
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function numberOr<Other>(value: unknown, other: Other): number | Other {
  return isNumber(value) ? value : other;
}
