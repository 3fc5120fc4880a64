/**
 * The least and the most of any stretch of numbers, found in few looks however long it is: of 100 000 steps a track is
 * drawn pixel by pixel, again whenever a person zooms. NaN counts as nothing.
 *
 * Level k holds the extremes of blocks of 2^k numbers; a stretch is made of the largest blocks that fit into it.
 */
export class Extremes {
  readonly length: number;
  readonly #lows: Float32Array[];
  readonly #highs: Float32Array[];

  /** @param length how many of the numbers there are so far; all of them by default */
  constructor(numbers: Float32Array, length = numbers.length) {
    this.length = length;
    const own = numbers.subarray(0, length);
    this.#lows = pyramid(
      own.map((number) => (Number.isFinite(number) ? number : Infinity)),
      Math.min,
    );
    this.#highs = pyramid(
      own.map((number) => (Number.isFinite(number) ? number : -Infinity)),
      Math.max,
    );
  }

  /** Of numbers `from` up to but without `to`: [least, most]; null where there are none. */
  between(from: number, to: number): [least: number, most: number] | null {
    let [least, most] = [Infinity, -Infinity];
    const end = Math.min(to, this.length);
    for (let at = Math.max(0, from); at < end;) {
      let level = 0;
      while (level + 1 < this.#lows.length && at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level++;
      const block = at / 2 ** level;
      least = Math.min(least, this.#lows[level]?.[block] as number);
      most = Math.max(most, this.#highs[level]?.[block] as number);
      at += 2 ** level;
    }
    return least <= most ? [least, most] : null;
  }

  get all(): [least: number, most: number] | null {
    return this.between(0, this.length);
  }
}

function pyramid(base: Float32Array, pick: (a: number, b: number) => number): Float32Array[] {
  const levels = [base];
  for (let below = base; below.length > 1;) {
    const source = below;
    below = new Float32Array(Math.ceil(source.length / 2));
    for (let i = 0; i < below.length; i++) {
      const [left, right] = [source[2 * i] as number, source[2 * i + 1]];
      below[i] = right === undefined ? left : pick(left, right);
    }
    levels.push(below);
  }
  return levels;
}
