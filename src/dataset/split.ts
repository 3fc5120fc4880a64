import { Generator } from '../../envs/random.ts';

/**
 * Draws the episodes that are kept for validation. Of episodes that are the same to the bit all are, or none: what is
 * learned from must say nothing of what it is measured on. Where so many are the same that they were more than the share,
 * they are learned from.
 *
 * @param checksums  for each episode what its contents are known by
 * @param share      of the episodes, rounded, that are for validation; at least one where it is not 0 and there are two
 * @returns          for each episode whether it is
 */
export function drawValidation(checksums: readonly number[], share: number, seed: number): boolean[] {
  const same = new Map<number, number>();
  for (const checksum of checksums) same.set(checksum, (same.get(checksum) ?? 0) + 1);
  const groups = [...same];
  const least = share > 0 ? 1 : 0;
  let left = Math.min(Math.max(Math.round(share * checksums.length), least), checksums.length - 1);
  const drawn = new Set<number>();
  for (const number of new Generator(seed).permutation(groups.length)) {
    const [checksum, count] = groups[number] as [number, number];
    if (count > left) continue;
    drawn.add(checksum);
    left -= count;
  }
  return checksums.map((checksum) => drawn.has(checksum));
}
