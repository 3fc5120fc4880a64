import type { Estimate, Loss } from './explanation.ts';

export function lossText({ return: left, lost }: Loss): string {
  return `${number(lost.mean)} lost (${number(lost.ci[0])} to ${number(lost.ci[1])}), ${number(left.mean)} left`;
}

export function lostText({ lost, successLost }: Loss): string {
  const success = successLost ? `, and ${percent(successLost.mean)} of successes` : '';
  return `${number(lost.mean)} lost (${number(lost.ci[0])} to ${number(lost.ci[1])})${success}`;
}

export function estimateText({ mean, ci }: Estimate): string {
  return `${number(mean)} (${number(ci[0])} to ${number(ci[1])})`;
}

export function number(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) return value.toExponential(1);
  return value.toFixed(size >= 100 ? 1 : size >= 1 || size === 0 ? 2 : 3);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`;
}
