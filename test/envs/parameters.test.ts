import { expect, test } from 'vitest';
import {
  canonicalReference,
  formatReference,
  type Parameters,
  parseReference,
  resolveParameters,
} from '../../envs/parameters.ts';

const PARAMETERS: Parameters = {
  length: { kind: 'integer', default: 10, min: 1, max: 1000, meaning: 'cells' },
  slip: { kind: 'number', default: 0, min: 0, max: 1, meaning: 'probability' },
  opponent: { kind: 'choice', default: 'random', choices: ['random', 'scripted'], meaning: 'who plays against' },
  masked: { kind: 'boolean', default: true, meaning: 'hides velocities' },
};

test.each([
  ['Walk-v0', { base: 'Walk-v0', given: {} }],
  ['Walk-v0:length=100', { base: 'Walk-v0', given: { length: '100' } }],
  ['./my-walk.ts:length=100,slip=0.5', { base: './my-walk.ts', given: { length: '100', slip: '0.5' } }],
  ['C:\\games\\walk.ts', { base: 'C:\\games\\walk.ts', given: {} }],
  ['file:///games/walk.ts', { base: 'file:///games/walk.ts', given: {} }],
  ['games#walk:length=', { base: 'games#walk', given: { length: '' } }],
])('the reference %s is taken apart and put together again', (reference, parts) => {
  expect(parseReference(reference)).toEqual(parts);
  expect(formatReference(parts)).toBe(reference);
});

test('a parameter that is not given has its default, and a canonical reference leaves it out', () => {
  const values = resolveParameters('Walk-v0', PARAMETERS, { length: '20', masked: 'false', slip: '0' });
  expect(values).toEqual({ length: 20, slip: 0, opponent: 'random', masked: false });
  expect(canonicalReference('Walk-v0', PARAMETERS, values)).toBe('Walk-v0:length=20,masked=false');
});

test.each([
  [{ lenght: '3' }, 'Walk-v0 has no parameter lenght: did you mean length?'],
  [{ length: '0' }, 'Walk-v0: length is 0, wanted an integer from 1 to 1000'],
  [{ length: '1.5' }, 'Walk-v0: length is 1.5, wanted an integer from 1 to 1000'],
  [{ length: '' }, 'Walk-v0: length is empty, wanted an integer from 1 to 1000'],
  [{ slip: 'NaN' }, 'Walk-v0: slip is NaN, wanted a number from 0 to 1'],
  [{ opponent: 'script' }, 'Walk-v0: opponent is script, wanted one of random, scripted: did you mean scripted?'],
  [{ masked: 'yes' }, 'Walk-v0: masked is yes, wanted true or false'],
])('%j is refused with what would do', (given: Record<string, string>, message) => {
  expect(() => resolveParameters('Walk-v0', PARAMETERS, given)).toThrow(message);
});
