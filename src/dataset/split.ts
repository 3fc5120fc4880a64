import { Generator } from '../../envs/random.ts';

/**
 * Draws the episodes that are kept for validation. Of episodes that are the same to the bit all are, or none: what is
 * learned from must say nothing of what it is measured on.
 *
 * @param checksums  for each episode what its contents are known by
 * @param share      of the different episodes, rounded, that are for validation; at least one where it is not 0 and there
 *                   are two, and never all
 * @returns          for each episode whether it is
 */
export function drawValidation(checksums: readonly number[], share: number, seed: number): boolean[] {
  const different = [...new Set(checksums)];
  const order = new Generator(seed).permutation(different.length);
  const least = share > 0 ? 1 : 0;
  const count = Math.min(Math.max(Math.round(share * different.length), least), different.length - 1);
  const drawn = new Set(Array.from({ length: count }, (_, i) => different[order[i] as number] as number));
  return checksums.map((checksum) => drawn.has(checksum));
}
