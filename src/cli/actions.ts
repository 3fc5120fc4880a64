import { flatSize, type Space, type Value } from '../../envs/spaces.ts';
import { UsageError } from '../errors.ts';

/**
 * Actions as people and files write them: `0,1,1`, or JSON: `[[0.1], [0.2]]`.
 *
 * Where an action is an array of one number, that number alone will do. Whether each is an action of the space is for
 * whoever takes the step to say.
 *
 * @throws UsageError when the text is neither
 */
export function parseActions(space: Space, text: string): Value[] {
  const trimmed = text.trim();
  const list = trimmed.startsWith('[') ? parseJson(trimmed) : trimmed.split(/[\s,]+/).map(parseNumber);
  const isArray = space.kind === 'box' || space.kind === 'multiDiscrete' || space.kind === 'multiBinary';
  const single = isArray && flatSize(space) === 1;
  return list.map((action) => (single && typeof action === 'number' ? [action] : flattened(space, action)));
}

/** A Box's value is one long row, however deep its shape is. */
function flattened(space: Space, action: Value): Value {
  return space.kind === 'box' && Array.isArray(action) ? (action.flat(Infinity) as number[]) : action;
}

function parseJson(text: string): Value[] {
  try {
    return JSON.parse(text) as Value[];
  } catch (cause) {
    throw new UsageError(`--actions is no JSON: ${(cause as Error).message}`, { cause });
  }
}

function parseNumber(word: string): number {
  const number = Number(word);
  if (word === '' || Number.isNaN(number))
    throw new UsageError(`--actions has "${word}" in it, wanted numbers and commas (0,1,1) or JSON`);
  return number;
}
