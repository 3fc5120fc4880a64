import { ALL_SEEDS, type SeedRange } from '../envs/vector.ts';
import type { Config } from './settings.ts';

/**
 * The seeds of training's episodes, and of all others: evaluations and replays.
 *
 * With `levels`, training plays the seeds from 0 up to that many, over and over, and nothing else ever plays one of them,
 * so that what was learned by heart is told from what holds for levels at large. An environment whose episodes differ by
 * nothing but what it draws from its seed has so many levels.
 *
 * @see Cobbe et al. 2020, "Leveraging Procedural Generation to Benchmark Reinforcement Learning", section 3
 */
export function seedsOf({ levels }: Pick<Config, 'levels'>): { training: SeedRange; others: SeedRange } {
  if (levels === 0) return { training: ALL_SEEDS, others: ALL_SEEDS };
  return { training: { from: 0, count: levels }, others: { from: levels, count: ALL_SEEDS.count - levels } };
}
