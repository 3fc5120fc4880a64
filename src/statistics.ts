import { Generator } from '../envs/random.ts';

/** What a list of returns says, with how sure it is. */
export interface Summary {
  mean: number;
  /** Of the mean: sample standard deviation / sqrt(n). */
  standardError: number;
  iqm: number;
  /** 95 % percentile bootstrap interval of the mean. */
  ci: [number, number];
}

const RESAMPLES = 2000;

/** @throws RangeError when there are no values */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('summarize: there are no values');
  return {
    mean: mean(values),
    standardError: standardError(values),
    iqm: interquartileMean(values),
    ci: bootstrapInterval(values),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

/**
 * The mean of the middle half: as robust as a median, and nearly as efficient as a mean. Values that the quartiles cut
 * count by the share that lies inside.
 *
 * @see Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
 */
export function interquartileMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [first, last] = [sorted.length / 4, (sorted.length * 3) / 4];
  let sum = 0;
  sorted.forEach((value, i) => {
    sum += value * Math.max(0, Math.min(i + 1, last) - Math.max(i, first));
  });
  return sum / (last - first);
}

/**
 * 95 % percentile bootstrap interval of the mean; the same values always give the same interval.
 *
 * @see Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13
 */
export function bootstrapInterval(values: readonly number[], resamples = RESAMPLES): [number, number] {
  return stratifiedInterval([values], mean, resamples);
}

/**
 * 95 % interval of a share, of `successes` in `count` tries: not empty either where all or none succeed.
 *
 * @see Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference"
 */
export function wilsonInterval(successes: number, count: number): [number, number] {
  const z = 1.96;
  const share = successes / count;
  const centre = share + z ** 2 / (2 * count);
  const reach = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  const scale = 1 + z ** 2 / count;
  return [successes === 0 ? 0 : (centre - reach) / scale, successes === count ? 1 : (centre + reach) / scale];
}

/**
 * 95 % percentile interval of a statistic of all values, by the stratified bootstrap: every stratum is resampled on its
 * own, so that each task keeps its number of runs. The same values always give the same interval.
 *
 * @param strata  for each task the scores of its runs
 * @see Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice", section 4.2
 */
export function stratifiedInterval(
  strata: readonly (readonly number[])[],
  statistic: (values: readonly number[]) => number = interquartileMean,
  resamples = RESAMPLES,
): [number, number] {
  const random = new Generator(0);
  const draw = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random.random() * values.length)] as number);
  const drawn = Float64Array.from({ length: resamples }, () => statistic(strata.flatMap(draw))).sort();
  const at = (quantile: number): number => drawn[Math.round(quantile * (resamples - 1))] as number;
  return [at(0.025), at(0.975)];
}
