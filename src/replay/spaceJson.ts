import { Box, Dict, Discrete, MultiBinary, MultiDiscrete, Text, Tuple } from '../../envs/spaces.ts';
import type { Space } from '../../envs/spaces.ts';

/** Larger boxes are not ours: a reader must not allocate what a broken file asks for. */
const SIZE_LIMIT = 2 ** 24;
const TEXT_LIMIT = 2 ** 16;

/** A number as JSON holds it: an infinite bound is the string `Infinity` or `-Infinity`. */
type Bound = number | 'Infinity' | '-Infinity';

/** A space as plain data that survives JSON. */
export type SpaceJson =
  | {
      kind: 'box';
      shape: readonly number[];
      /** One number where all components have the same. */
      low: Bound | Bound[];
      high: Bound | Bound[];
      dtype: Box['dtype'];
      tokens?: Box['tokens'];
      patchSize?: number | undefined;
      categories?: readonly number[] | undefined;
      channels?: readonly string[] | undefined;
      categoryNames?: readonly (readonly string[])[] | undefined;
      axes?: Box['axes'] | undefined;
      names?: readonly string[] | undefined;
      units?: readonly string[] | undefined;
    }
  | { kind: 'discrete'; n: number; start: number; names?: readonly string[] | undefined }
  | { kind: 'multiDiscrete'; n: readonly number[]; names?: readonly string[] | undefined }
  | { kind: 'multiBinary'; n: number; names?: readonly string[] | undefined }
  | { kind: 'text'; maxLength: number; characters: string; words?: readonly string[] | undefined }
  | { kind: 'tuple'; spaces: SpaceJson[] }
  | { kind: 'dict'; spaces: Record<string, SpaceJson> };

export function spaceToJson(space: Space): SpaceJson {
  switch (space.kind) {
    case 'box': {
      const { kind, shape, dtype, tokens, patchSize, categories, channels, categoryNames, names, units } = space;
      const [low, high] = [boundsToJson(space.low), boundsToJson(space.high)];
      const axes = tokens && space.axes;
      const shown = { categories, channels, categoryNames, axes, names, units };
      return { kind, shape, low, high, dtype, tokens, patchSize, ...shown };
    }
    case 'discrete':
      return { kind: space.kind, n: space.n, start: space.start, names: space.names };
    case 'multiDiscrete':
      return { kind: space.kind, n: space.n, names: space.names };
    case 'multiBinary':
      return { kind: space.kind, n: space.n, names: space.names };
    case 'text':
      return { kind: space.kind, maxLength: space.maxLength, characters: space.characters, words: space.words };
    case 'tuple':
      return { kind: space.kind, spaces: space.spaces.map(spaceToJson) };
    case 'dict':
      return { kind: space.kind, spaces: mapValues(space.spaces, spaceToJson) };
    default:
      return space satisfies never;
  }
}

/**
 * The space that `spaceToJson` wrote.
 *
 * @throws Error when it is not one
 */
export function spaceFromJson(json: SpaceJson): Space {
  switch (json.kind) {
    case 'box': {
      const size = json.shape.reduce((left, right) => left * right, 1);
      if (!(size <= SIZE_LIMIT)) throw new RangeError(`Box: shape holds ${size} numbers`);
      const options = {
        shape: json.shape,
        low: boundsFromJson(json.low),
        high: boundsFromJson(json.high),
        dtype: json.dtype,
      };
      return new Box({
        ...options,
        ...(json.tokens && { tokens: json.tokens }),
        ...(json.patchSize !== undefined && { patchSize: json.patchSize }),
        ...(json.categories && { categories: json.categories }),
        ...(json.channels && { channels: json.channels }),
        ...(json.categoryNames && { categoryNames: json.categoryNames }),
        ...(json.axes && { axes: json.axes }),
        ...(json.names && { names: json.names }),
        ...(json.units && { units: json.units }),
      });
    }
    case 'discrete':
      return new Discrete(json.n, { start: json.start, ...(json.names && { names: json.names }) });
    case 'multiDiscrete':
      return new MultiDiscrete(json.n, json.names ? { names: json.names } : {});
    case 'multiBinary':
      return new MultiBinary(json.n, json.names ? { names: json.names } : {});
    case 'text':
      if (!(json.maxLength <= TEXT_LIMIT)) throw new RangeError(`Text: maxLength is ${json.maxLength}`);
      return new Text(json.maxLength, { characters: json.characters, ...(json.words && { words: json.words }) });
    case 'tuple':
      return new Tuple(json.spaces.map(spaceFromJson));
    case 'dict':
      return new Dict(mapValues(json.spaces, spaceFromJson));
    default:
      json satisfies never;
      throw new RangeError(`unknown space ${JSON.stringify((json as { kind?: unknown }).kind)}`);
  }
}

function boundsToJson(bounds: Float32Array): Bound | Bound[] {
  const json = Array.from(bounds, (bound) => (Number.isFinite(bound) ? bound : bound > 0 ? 'Infinity' : '-Infinity'));
  return json.length > 0 && json.every((bound) => bound === json[0]) ? (json[0] as Bound) : json;
}

function boundsFromJson(bounds: Bound | Bound[]): number | number[] {
  return Array.isArray(bounds) ? bounds.map(Number) : Number(bounds);
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
