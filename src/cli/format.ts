const BARS = '▁▂▃▄▅▆▇█';

/** 51200 -> 51,200 */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A return or another measure, to about four digits: 487.2, 1.19, -0.412 */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return value === 0 ? '0' : value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

/** In the largest unit that keeps it above 1: 2.34e12 -> "2.34 T" */
export function formatLarge(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return `${formatNumber(value / 1000 ** power)} ${units[power]}`;
}

/** 72 -> 1 min 12 s */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** The course of `values` in at most `width` bars, each the mean of its share of them. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const share = values.slice(from, Math.floor(((column + 1) * values.length) / columns));
    return share.reduce((sum, value) => sum + value, 0) / share.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const height = (value: number): number =>
    high > low ? Math.round(((value - low) / (high - low)) * (BARS.length - 1)) : 0;
  return means.map((value) => BARS[height(value)]).join('');
}
