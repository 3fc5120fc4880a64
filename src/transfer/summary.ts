import { plot } from '../plot.ts';
import { bootstrapInterval, mean } from '../statistics.ts';

/** How one seed learned: mean returns of evaluations, the first of them before anything was learned. */
export interface Curve {
  arm: string;
  seed: number;
  points: readonly { step: number; mean: number }[];
}

/** A mean over seeds, and its 95 % bootstrap interval. */
export interface Estimate {
  mean: number;
  ci: [number, number];
}

export interface ArmSummary {
  arm: string;
  seeds: number;
  /** Score before anything was learned. */
  first: Estimate;
  /** Score at the end. */
  final: Estimate;
  /** Steps of the first evaluation that reaches the threshold, of each seed; null where none does. */
  stepsToThreshold: (number | null)[];
  /** The median of them, where more than half of the seeds reach it. */
  medianSteps: number | null;
}

/**
 * What earlier learning was worth.
 *
 * @see Taylor and Stone 2009, "Transfer Learning for Reinforcement Learning Domains: A Survey", section 2.2
 */
export interface TransferSummary {
  /** Score that counts as having learned it; null where nothing was learned, and none was given. */
  threshold: number | null;
  arms: ArmSummary[];
  /** First score with what was learned before, minus that from scratch, seed by seed. */
  jumpStart: Estimate;
  /** Median steps to the threshold, as a part of those from scratch; null where one of both does not get there. */
  stepsRatio: number | null;
}

/**
 * @param curves    of as many seeds for each arm, the arm from scratch first
 * @param given     threshold; left out: nine tenths of the way from the first score from scratch to the best final one of any arm
 */
export function summarizeTransfer(curves: readonly Curve[], given?: number): TransferSummary {
  const threshold = given ?? usualThreshold(curves);
  const arms = byArm(curves).map(([arm, seeds]) => summarizeArm(arm, seeds, threshold));
  const [[, scratch], ...others] = byArm(curves) as [[string, Curve[]], ...[string, Curve[]][]];
  const transferred = others[0]?.[1] ?? scratch;
  const differences = transferred.map((curve, i) => firstOf(curve) - firstOf(scratch[i] as Curve));
  const [from, to] = [arms[0]?.medianSteps ?? null, arms[1]?.medianSteps ?? null];
  const stepsRatio = from === null || to === null || from === 0 ? null : to / from;
  return { threshold, arms, jumpStart: estimate(differences), stepsRatio };
}

/** Mean returns over steps, with a band from the lowest to the highest seed. */
export function transferPlot(curves: readonly Curve[], title: string, threshold?: number): string {
  const series = byArm(curves).map(([name, seeds]) => {
    const length = Math.min(...seeds.map(({ points }) => points.length));
    const points = Array.from({ length }, (_, i) => {
      const means = seeds.map((curve) => curve.points[i]?.mean as number);
      return {
        x: seeds[0]?.points[i]?.step as number,
        y: mean(means),
        low: Math.min(...means),
        high: Math.max(...means),
      };
    });
    return { name, points };
  });
  return plot({ title, xLabel: 'environment steps', yLabel: 'mean return', series, threshold });
}

function summarizeArm(arm: string, curves: readonly Curve[], threshold: number | null): ArmSummary {
  const reaches = (point: { mean: number }): boolean => threshold !== null && point.mean >= threshold;
  const stepsToThreshold = curves.map(({ points }) => points.find(reaches)?.step ?? null);
  return {
    arm,
    seeds: curves.length,
    first: estimate(curves.map(firstOf)),
    final: estimate(curves.map(lastOf)),
    stepsToThreshold,
    medianSteps: medianOf(stepsToThreshold),
  };
}

function byArm(curves: readonly Curve[]): [arm: string, curves: Curve[]][] {
  const arms = [...new Set(curves.map(({ arm }) => arm))];
  return arms.map((arm) => [arm, curves.filter((curve) => curve.arm === arm)]);
}

function usualThreshold(curves: readonly Curve[]): number | null {
  const finals = byArm(curves).map(([, seeds]) => mean(seeds.map(lastOf)));
  const [[, scratch]] = byArm(curves) as [[string, Curve[]]];
  const first = mean(scratch.map(firstOf));
  const best = Math.max(...finals);
  return best > first ? first + 0.9 * (best - first) : null;
}

function firstOf({ points }: Curve): number {
  return points[0]?.mean as number;
}

function lastOf({ points }: Curve): number {
  return points.at(-1)?.mean as number;
}

function estimate(values: readonly number[]): Estimate {
  return { mean: mean(values), ci: bootstrapInterval(values) };
}

/** Those that never got there count as later than all others. */
function medianOf(steps: readonly (number | null)[]): number | null {
  const sorted = steps.map((step) => step ?? Infinity).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = mean([sorted[Math.ceil(middle) - 1] as number, sorted[Math.floor(middle)] as number]);
  return Number.isFinite(median) ? median : null;
}
