import type { EnvTable } from '../entry.ts';
import { ProofOfMemory } from './proofOfMemory.ts';

/** Tasks that need what was seen earlier. */
export const memoryEnvs: EnvTable = {
  'ProofofMemory-v0': {
    make: () => new ProofOfMemory(),
    maxEpisodeSteps: 16,
    summary: 'walk to the end that was shown to be good, from memory',
  },
};
