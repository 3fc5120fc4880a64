import { type EnvTable, withParameters } from '../entry.ts';
import { SoundCue } from './soundCue.ts';

/** Tasks in which something is to be heard. */
export const soundEnvs: EnvTable = {
  'SoundCue-v0': withParameters({
    parameters: {
      audio: { kind: 'boolean', default: true, meaning: 'whether there is a tone, and not the noise alone' },
      cue: {
        kind: 'choice',
        default: 'always',
        choices: ['always', 'start'],
        meaning: 'when the tone is to be heard: with every step, or at the start alone',
      },
      noise: {
        kind: 'number',
        default: 0.2,
        min: 0,
        max: 1,
        meaning: "deviation of the noise; a tone's amplitude is 0.4",
      },
    },
    make: ({ cue, ...values }) => new SoundCue({ ...values, cue: cue === 'start' ? 'start' : 'always' }),
    summary: 'go through the door that a tone tells of',
  }),
};
