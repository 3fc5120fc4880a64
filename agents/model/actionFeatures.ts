import { describeSpace, type Space } from '../../envs/spaces.ts';

/**
 * How many numbers a network gets of an action: one for each choice, one for each switch or quantity.
 *
 * @throws RangeError for a space that no policy can act in
 */
export function actionWidth(space: Space): number {
  switch (space.kind) {
    case 'discrete':
      return space.n;
    case 'multiDiscrete':
      return space.n.reduce((sum, n) => sum + n, 0);
    case 'multiBinary':
      return space.n;
    case 'box':
      return space.size;
    case 'text':
    case 'tuple':
    case 'dict':
      throw noActions(space);
    default:
      return space satisfies never;
  }
}

/**
 * Writes an action as a network gets it: choices as ones among zeros, bounded quantities from -1 to 1.
 *
 * @param action flat form, as the environment gets it
 */
export function writeAction(space: Space, action: ArrayLike<number>, out: Float32Array): void {
  out.fill(0);
  switch (space.kind) {
    case 'discrete':
      out[action[0] as number] = 1;
      return;
    case 'multiDiscrete': {
      let offset = 0;
      space.n.forEach((n, part) => {
        out[offset + (action[part] as number)] = 1;
        offset += n;
      });
      return;
    }
    case 'box':
      for (let i = 0; i < space.size; i++) {
        const [low, high] = [space.low[i] as number, space.high[i] as number];
        const isBounded = Number.isFinite(low) && Number.isFinite(high);
        if (low === high) continue; // the one value that there is tells nothing
        out[i] = isBounded ? (2 * ((action[i] as number) - low)) / (high - low) - 1 : (action[i] as number);
      }
      return;
    case 'multiBinary':
      out.set(action);
      return;
    case 'text':
    case 'tuple':
    case 'dict':
      throw noActions(space);
    default:
      space satisfies never;
  }
}

function noActions(space: Space): RangeError {
  return new RangeError(`${describeSpace(space)} cannot be an action space`);
}
