/**
 * Where the start is drawn from: `options.low` and `options.high`, or else the environment's own bounds.
 *
 * @throws RangeError when a bound is not a number, or low is not below high
 */
export function resetBounds(
  options: Record<string, unknown> | undefined,
  defaults: { low: number; high: number },
): { low: number; high: number } {
  if (options === undefined) return defaults;
  const { low, high } = { ...defaults, ...options };
  if (typeof low !== 'number' || typeof high !== 'number' || !(low < high))
    throw new RangeError(
      `reset options: low is ${String(low)}, high is ${String(high)}, wanted numbers, low below high`,
    );
  return { low, high };
}
