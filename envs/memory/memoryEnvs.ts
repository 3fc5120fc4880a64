import { type EnvTable, withParameters } from '../entry.ts';
import { MemoryLength } from './memoryLength.ts';
import { ProofOfMemory } from './proofOfMemory.ts';
import { TMaze } from './tMaze.ts';

const length = (meaning: string) => ({ kind: 'integer', default: 10, min: 1, max: 1000, meaning }) as const;

/** Tasks that need what was seen earlier. */
export const memoryEnvs: EnvTable = {
  'ProofofMemory-v0': {
    make: () => new ProofOfMemory(),
    maxEpisodeSteps: 16,
    summary: 'walk to the end that was shown to be good, from memory',
  },
  'TMaze-v0': withParameters({
    parameters: { length: length('steps from the start, where the cue is seen, to the junction') },
    make: (values) => new TMaze(values),
    summary: 'turn at the end of a corridor to the side that was shown at its start',
  }),
  'MemoryLength-v0': withParameters({
    parameters: {
      length: length('steps between the reset, where the bits are seen, and the question'),
      bits: { kind: 'integer', default: 1, min: 1, max: 40, meaning: 'how many bits are shown, one of which is asked' },
    },
    make: (values) => new MemoryLength(values),
    summary: 'say at the end which bit was shown at the start',
  }),
};
