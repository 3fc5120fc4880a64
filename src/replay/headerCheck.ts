import { flatSize } from '../../envs/spaces.ts';
import type { Space } from '../../envs/spaces.ts';
import type { TokenGroup } from '../../envs/tokens.ts';
import type { ReplayHeader } from './moment.ts';

/** What is made for each of these, a row or a cell on a page, must not be made without end. */
const LIMITS = { layers: 256, heads: 1024, context: 2 ** 20, tokens: 2 ** 18, rows: 2 ** 14, spaces: 2 ** 12 };
/** Numbers of a space's flat form. */
const SIZE_LIMIT = 2 ** 24;

/**
 * Looks at a header as JSON gave it, in which the spaces are sound already.
 *
 * @throws RangeError that says what of it is not as it should be
 */
export function checkHeader(header: ReplayHeader): void {
  const { environment, createdAt, gymformer, run, step, observationSpace, actionSpace } = header;
  if (typeof environment !== 'string') throw new RangeError('it names no environment');
  for (const [name, text] of Object.entries({ createdAt, gymformer, run: run ?? '' }))
    if (typeof text !== 'string') throw new RangeError(`${name} is ${JSON.stringify(text)}, wanted a string`);
  if (step !== undefined) checkCount('step', step, Number.MAX_SAFE_INTEGER);
  for (const [name, space] of Object.entries({ observation: observationSpace, action: actionSpace })) {
    checkCount(`parts of the ${name} space`, countSpaces(space), LIMITS.spaces);
    checkCount(`size of the ${name} space`, flatSize(space), SIZE_LIMIT);
    checkCount(`rows of the ${name} space`, countRows(space), LIMITS.rows);
  }
  if (actionSpace.kind === 'discrete') checkCount('choices of the action space', actionSpace.n, LIMITS.rows);
  checkPolicy(header);
}

function checkPolicy({ policy, observationSpace }: ReplayHeader): void {
  if (policy === undefined) return;
  const { kind, layers = 0, heads = 0, context = 0, encoder } = policy;
  if (typeof kind !== 'string') throw new RangeError(`policy.kind is ${JSON.stringify(kind)}, wanted a string`);
  for (const [name, count] of Object.entries({ layers, heads, context }))
    checkCount(`policy.${name}`, count, LIMITS[name as 'layers' | 'heads' | 'context']);
  if (encoder === undefined) return;
  checkCount('policy.encoder.heads', encoder.heads, LIMITS.heads);
  const size = flatSize(observationSpace);
  encoder.tokens.forEach((group, i) => checkGroup(group, size, `policy.encoder.tokens[${i}]`));
  checkCount(
    'tokens of policy.encoder',
    encoder.tokens.reduce((sum, { tokens }) => sum + tokens, 0),
    LIMITS.tokens,
  );
}

/** @param observationSize  numbers in an observation's flat form */
function checkGroup(group: TokenGroup, observationSize: number, name: string): void {
  if (typeof group.name !== 'string') throw new RangeError(`${name}.name is no string`);
  checkCount(`${name}.tokens`, group.tokens, LIMITS.tokens);
  checkCount(`${name}.size`, group.size, observationSize);
  checkCount(`${name}.offset`, group.offset, observationSize - group.size);
  switch (group.kind) {
    case 'cells':
    case 'patches': {
      const [rows, columns] = group.shape;
      checkCount(`${name}.shape[0]`, rows, LIMITS.tokens);
      if (rows * columns !== group.tokens || group.tokens === 0)
        throw new RangeError(`${name}.shape is ${JSON.stringify(group.shape)}, wanted ${group.tokens} places`);
      return;
    }
    case 'waveform': {
      const { samples, channels, length, tokens, size } = group;
      checkCount(`${name}.samples`, samples, SIZE_LIMIT);
      checkCount(`${name}.channels`, channels, SIZE_LIMIT);
      checkCount(`${name}.length`, length, SIZE_LIMIT);
      if (samples * channels !== size || Math.ceil(samples / length) !== tokens)
        throw new RangeError(
          `${name}: ${samples} samples of ${channels} channels are not ${tokens} patches of ${length}`,
        );
      return;
    }
    case 'vector':
    case 'category':
    case 'words':
    case 'sentence':
      return;
    default:
      group satisfies never;
      throw new RangeError(`${name}.kind is unknown`);
  }
}

function checkCount(name: string, count: unknown, most: number): void {
  if (!Number.isSafeInteger(count) || (count as number) < 0 || (count as number) > most)
    throw new RangeError(`${name}: ${JSON.stringify(count)}, wanted an integer from 0 to ${most}`);
}

function countSpaces(space: Space): number {
  const parts = space.kind === 'tuple' || space.kind === 'dict' ? Object.values(space.spaces) : [];
  return parts.reduce((sum: number, part: Space) => sum + countSpaces(part), 1);
}

/** How many numbers have a row of their own when a value of the space is shown; a Box of many is a picture. */
function countRows(space: Space): number {
  switch (space.kind) {
    case 'multiDiscrete':
      return space.n.reduce((sum, n) => sum + n, 0);
    case 'multiBinary':
      return space.n;
    case 'tuple':
    case 'dict':
      return Object.values(space.spaces).reduce((sum: number, part: Space) => sum + countRows(part), 0);
    case 'box':
    case 'discrete':
    case 'text':
      return 1;
    default:
      return space satisfies never;
  }
}
