import { type EnvEntry, type EnvTable, withParameters } from '../entry.ts';
import { Autoencode } from './autoencode.ts';
import { Concentration, concentrationSteps } from './concentration.ts';
import { MaskedCartPole } from './maskedCartPole.ts';
import { MemoryLength } from './memoryLength.ts';
import { ProofOfMemory } from './proofOfMemory.ts';
import { RepeatPrevious } from './repeatPrevious.ts';
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
  'RepeatPreviousEasy-v0': repeatPrevious({ decks: 1, k: 4 }),
  'RepeatPreviousMedium-v0': repeatPrevious({ decks: 2, k: 32 }),
  'RepeatPreviousHard-v0': repeatPrevious({ decks: 3, k: 64 }),
  'AutoencodeEasy-v0': autoencode(1),
  'AutoencodeMedium-v0': autoencode(2),
  'AutoencodeHard-v0': autoencode(3),
  'ConcentrationEasy-v0': concentration({ decks: 1, match: 'colour' }),
  'ConcentrationMedium-v0': concentration({ decks: 2, match: 'colour' }),
  'ConcentrationHard-v0': concentration({ decks: 1, match: 'rank' }),
  'MaskedCartPole-v1': {
    make: () => new MaskedCartPole(),
    maxEpisodeSteps: 500,
    summary: 'keep a pole upright on a cart without seeing how fast they move',
  },
};

function repeatPrevious(options: { decks: number; k: number }): EnvEntry {
  const summary = `say which suit was dealt ${options.k - 1} cards ago`;
  return { make: () => new RepeatPrevious(options), summary };
}

function autoencode(decks: number): EnvEntry {
  return { make: () => new Autoencode({ decks }), summary: `watch ${52 * decks} cards, then name them in reverse` };
}

function concentration(options: { decks: number; match: 'colour' | 'rank' }): EnvEntry {
  return {
    make: () => new Concentration(options),
    maxEpisodeSteps: concentrationSteps(options.decks),
    summary: `find the pairs among ${52 * options.decks} cards, by ${options.match}`,
  };
}
