const MINUS = '\u2212';
const THIN_SPACE = '\u2009';

/** A number for a person: three or four telling digits, a true minus sign, thousands apart. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size === Infinity) return `${sign}\u221e`;
  if (size >= 1e9 || (size > 0 && size < 0.0005))
    return value.toExponential(2).replaceAll('-', MINUS).replace('e+', 'e');
  const rounding = Math.abs(size - Math.round(size)) < 1e-6 * size; // of sums of float32 numbers
  if (rounding || value === 0 || size >= 1000) return sign + groupThousands(Math.round(size));
  const digits = size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return sign + size.toFixed(digits);
}

/** The same with a plus before positive numbers, for what swings around zero. */
export function formatSigned(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

/** A probability or weight in [0, 1], with two decimals. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.005 ? '<0.01' : share.toFixed(2);
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${groupThousands(count)} ${count === 1 ? one : many}`;
}

/** 1234567 as 1 234 567. */
export function groupThousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** How long ago an ISO 8601 time was: "just now", "5 min ago", "3 h ago", "2 days ago". */
export function formatAge(time: string): string {
  const minutes = Math.floor((Date.now() - Date.parse(time)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  return `${formatCount(Math.floor(hours / 24), 'day')} ago`;
}
