/**
 * Which of so many recordings may go, so that at most `most` stay: every second of the older half. Done again and again
 * as recordings come, the newest stay close together and older ones ever further apart, the first among them.
 *
 * @param names  oldest first
 */
export function superfluous(names: readonly string[], most: number): string[] {
  if (names.length <= most) return [];
  return names.slice(0, Math.ceil(names.length / 2)).filter((_, i) => i % 2 === 1);
}
