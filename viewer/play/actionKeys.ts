/** Words in the names of actions that an arrow stands for. */
const ARROWS: readonly (readonly [key: string, words: RegExp])[] = [
  ['ArrowLeft', /\b(left|west)\b/i],
  ['ArrowRight', /\b(right|east)\b/i],
  ['ArrowUp', /\b(up|north|forward|ahead)\b/i],
  ['ArrowDown', /\b(down|south|back|backward)\b/i],
];

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const;

/** As a keyboard shows them. */
const SHOWN: Readonly<Record<string, string>> = {
  ArrowLeft: '\u2190',
  ArrowRight: '\u2192',
  ArrowUp: '\u2191',
  ArrowDown: '\u2193',
};

/**
 * Keys to play a Discrete action space with: an arrow for an action whose name alone says its direction, and a digit for
 * each of the first ten.
 *
 * @param names of the actions, where they have any
 * @returns     numbers of actions by key, as in KeyboardEvent.key; the key to show for an action comes before others of it
 */
export function actionKeys(n: number, names: readonly string[] | undefined): Map<string, number> {
  const keys = new Map<string, number>();
  for (const [key, words] of ARROWS) {
    const meant = (names ?? []).flatMap((name, action) => (words.test(name) ? [action] : []));
    const taken = new Set(keys.values());
    const [only] = meant;
    if (meant.length === 1 && only !== undefined && !taken.has(only)) keys.set(key, only);
  }
  DIGITS.slice(0, n).forEach((digit, action) => keys.set(digit, action));
  return keys;
}

/** The key to show for an action; null where it has none. */
export function keyOf(keys: ReadonlyMap<string, number>, action: number): string | null {
  for (const [key, meant] of keys) if (meant === action) return SHOWN[key] ?? key;
  return null;
}
