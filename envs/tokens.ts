import type { Box, Space, Text } from './spaces.ts';

/**
 * What an agent can look at in an observation: the tokens that an encoder attends over, in groups of a kind.
 *
 * | part of the space                                            | its tokens                                    |
 * |--------------------------------------------------------------|-----------------------------------------------|
 * | Box of a shape [rows, columns, channels], `tokens: 'cell'`   | `cells`: one for each place                   |
 * | the same with `tokens: 'patch'`                              | `patches`: about 8 x 8 squares of pixels      |
 * | Box [samples] or [samples, channels], `tokens: 'patch'`      | `waveform`: about 16 stretches of samples     |
 * | any other Box, MultiBinary                                   | `vector`: one, all numbers at once            |
 * | Discrete                                                     | `category`: one                               |
 * | MultiDiscrete                                                | `category`: one for each part                 |
 * | Text                                                         | `words`: one for each, up to 16               |
 * | Text, where an encoder reads texts as a whole                | `sentence`: one                               |
 * | Tuple, Dict                                                  | those of its parts, under their names         |
 *
 * A Box of three axes that declares nothing is patches where it is an image (bytes, 1, 3 or 4 channels, sides of at
 * least 16), cells otherwise.
 *
 * Groups are plain data: a replay's header holds them.
 */
export type TokenGroup =
  VectorTokens | CategoryTokens | CellTokens | PatchTokens | WaveformTokens | WordTokens | SentenceTokens;

interface Group {
  /** The path of the part in the space: `image`, `left.position`; '' where the space is the part. */
  name: string;
  /** Where the part stands in the flat form of an observation, and how many numbers it has there. */
  offset: number;
  size: number;
  /** How many tokens there are. */
  tokens: number;
}

export interface VectorTokens extends Group {
  kind: 'vector';
  tokens: 1;
  scale: Scale;
}

export interface CategoryTokens extends Group {
  kind: 'category';
  tokens: 1;
  categories: number;
}

/** Row-major: token `i` is at [floor(i / shape[1]), i % shape[1]] of the Box. */
export interface CellTokens extends Group {
  kind: 'cells';
  /** Places along the Box's first axis and along its second one. */
  shape: [number, number];
  axes: Box['axes'];
  channels: number;
  /** Of each channel; null where channels are quantities. */
  categories: number[] | null;
  scale: Scale;
}

/** Row-major, as cells. What remains at the far edges is a patch too, of fewer pixels. */
export interface PatchTokens extends Group {
  kind: 'patches';
  /** Patches along the Box's first axis and along its second one. */
  shape: [number, number];
  axes: Box['axes'];
  /** Pixels along the Box's first axis and along its second one. */
  pixels: [number, number];
  /** Pixels of a patch's side. */
  side: number;
  channels: number;
  scale: Scale;
}

/** One after the other in time; what remains at the end is a patch too, of fewer samples. */
export interface WaveformTokens extends Group {
  kind: 'waveform';
  /** In time, each of all channels. */
  samples: number;
  channels: number;
  /** Samples of a patch. */
  length: number;
  scale: Scale;
}

/** The first words of a text; `numberWords` says what their numbers mean. */
export interface WordTokens extends Group {
  kind: 'words';
  /** Null where the space does not say which there are: words then share `WORD_BUCKETS` numbers. */
  words: string[] | null;
}

/** A text as a whole; its number is the first of its part, which says where its embedding is. */
export interface SentenceTokens extends Group {
  kind: 'sentence';
  tokens: 1;
}

/**
 * What numbers are multiplied by so that the part's bounds lie in -1 … 1; null where that says nothing of them, and only
 * what was seen so far tells how large they are.
 */
export type Scale = number | null;

/** Most words of a text that are tokens; what follows is not looked at. */
export const MOST_WORDS = 16;
/** Numbers that the words of a Text without `words` are dealt into, by a hash. */
export const WORD_BUCKETS = 256;

const PATCHES_A_SIDE = 8;
const PATCHES_OF_A_WAVEFORM = 16;
const LEAST_SIDE = 16;

/**
 * The tokens of observations of a space, in the order of the flat form.
 *
 * @param sentences whether a text is one token as a whole, rather than one for each word
 */
export function tokensOf(space: Space, { sentences = false } = {}): TokenGroup[] {
  const groups = groupsOf(space, '', 0);
  return sentences ? groups.map((group) => (group.kind === 'words' ? asSentence(group) : group)) : groups;
}

function asSentence({ name, offset, size }: WordTokens): SentenceTokens {
  return { kind: 'sentence', name, offset, size, tokens: 1 };
}

/** How many tokens there are in all. */
export function countTokens(groups: readonly TokenGroup[]): number {
  return groups.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** How many numbers a word can have, 0 aside. */
export function wordCount({ words }: WordTokens): number {
  return words?.length ?? WORD_BUCKETS;
}

/** What a person calls token `i` of a group, counted from 1: `image row 4, column 5`, `mission word 2`, `audio patch 3`. */
export function tokenName(group: TokenGroup, i: number): string {
  const named = (what: string): string => (group.name ? `${group.name} ${what}` : what);
  switch (group.kind) {
    case 'vector':
      return group.name || 'all numbers';
    case 'category':
      return group.name || 'category';
    case 'sentence':
      return group.name || 'sentence';
    case 'cells':
    case 'patches': {
      const [row, column] = placeOf(group, i);
      return named(`${group.kind === 'patches' ? 'patch ' : ''}row ${row + 1}, column ${column + 1}`);
    }
    case 'waveform':
      return named(`patch ${i + 1}`);
    case 'words':
      return named(`word ${i + 1}`);
    default:
      return group satisfies never;
  }
}

/**
 * Where the numbers of token `i` stand in an observation as a policy takes it, in which words are numbers
 * (envs/words.ts): the token's own and nobody else's.
 */
export function numbersOf(group: TokenGroup, i: number): number[] {
  const { offset } = group;
  const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n);
  switch (group.kind) {
    case 'vector':
      return from(offset, group.size);
    case 'category':
    case 'words':
    case 'sentence':
      return [offset + i];
    case 'cells':
      return from(offset + i * group.channels, group.channels);
    case 'patches': {
      const { shape, pixels, side, channels } = group;
      const [top, left] = [Math.floor(i / shape[1]) * side, (i % shape[1]) * side];
      const width = Math.min(side, pixels[1] - left);
      return from(top, Math.min(side, pixels[0] - top)).flatMap((row) =>
        from(offset + (row * pixels[1] + left) * channels, width * channels),
      );
    }
    case 'waveform': {
      const [first, end] = stretchOf(group, i);
      return from(offset + first * group.channels, (end - first) * group.channels);
    }
    default:
      return group satisfies never;
  }
}

/** Whether a group's numbers are quantities, of which there can be a little more or less. */
export function isSmooth(group: TokenGroup): boolean {
  if (group.kind === 'cells') return group.categories === null;
  return group.kind === 'vector' || group.kind === 'patches' || group.kind === 'waveform';
}

/** From which sample on token `i` goes, and up to which one, that one excluded. */
export function stretchOf({ length, samples }: WaveformTokens, i: number): [from: number, to: number] {
  return [i * length, Math.min((i + 1) * length, samples)];
}

/** Row and column of token `i`, as a person sees them. */
export function placeOf({ shape, axes }: CellTokens | PatchTokens, i: number): [row: number, column: number] {
  const [first, second] = [Math.floor(i / shape[1]), i % shape[1]];
  return axes === 'yx' ? [first, second] : [second, first];
}

function groupsOf(space: Space, name: string, offset: number): TokenGroup[] {
  switch (space.kind) {
    case 'box':
      return [boxTokens(space, name, offset)];
    case 'multiBinary':
      return [{ kind: 'vector', name, offset, size: space.n, tokens: 1, scale: 1 }];
    case 'discrete':
      return [{ kind: 'category', name, offset, size: 1, tokens: 1, categories: space.n }];
    case 'multiDiscrete':
      return space.n.map((categories, i) => ({
        kind: 'category',
        name: join(name, space.names?.[i] ?? String(i)),
        offset: offset + i,
        size: 1,
        tokens: 1,
        categories,
      }));
    case 'text':
      return [textTokens(space, name, offset)];
    case 'tuple':
    case 'dict': {
      let at = offset;
      return Object.entries(space.spaces).flatMap(([key, part]) => {
        const groups = groupsOf(part, join(name, key), at);
        at = groups.reduce((end, group) => Math.max(end, group.offset + group.size), at);
        return groups;
      });
    }
    default:
      return space satisfies never;
  }
}

function join(name: string, key: string): string {
  return name ? `${name}.${key}` : key;
}

function boxTokens(box: Box, name: string, offset: number): TokenGroup {
  const [first = 1, second = 1, channels = 1] = box.shape;
  const part = { name, offset, size: box.size };
  const tokens = box.tokens ?? (box.shape.length === 3 ? (isImage(box) ? 'patch' : 'cell') : undefined);
  if (!tokens) return { kind: 'vector', ...part, tokens: 1, scale: box.dtype === 'uint8' ? 1 / 255 : null };
  const scale = scaleOf(box);
  if (box.shape.length < 3) {
    const [samples = 1, channels = 1] = box.shape;
    const length = box.patchSize ?? Math.ceil(samples / PATCHES_OF_A_WAVEFORM);
    return { kind: 'waveform', ...part, tokens: Math.ceil(samples / length), samples, channels, length, scale };
  }
  if (tokens === 'cell') {
    const categories = box.categories ? [...box.categories] : null;
    const shape: [number, number] = [first, second];
    return { kind: 'cells', ...part, tokens: first * second, shape, axes: box.axes, channels, categories, scale };
  }
  const side = box.patchSize ?? Math.max(1, Math.round(Math.max(first, second) / PATCHES_A_SIDE));
  const shape: [number, number] = [Math.ceil(first / side), Math.ceil(second / side)];
  const pixels: [number, number] = [first, second];
  return {
    kind: 'patches',
    ...part,
    tokens: shape[0] * shape[1],
    shape,
    axes: box.axes,
    pixels,
    side,
    channels,
    scale,
  };
}

function isImage({ shape, dtype }: Box): boolean {
  const [first = 0, second = 0, channels = 0] = shape;
  return dtype === 'uint8' && [1, 3, 4].includes(channels) && first >= LEAST_SIDE && second >= LEAST_SIDE;
}

function scaleOf({ low, high }: Box): Scale {
  let bound = 0;
  for (let i = 0; i < low.length; i++) bound = Math.max(bound, Math.abs(low[i] as number), Math.abs(high[i] as number));
  return Number.isFinite(bound) && bound > 0 ? 1 / bound : null;
}

function textTokens({ maxLength, words }: Text, name: string, offset: number): WordTokens {
  const shortest = words ? Math.max(1, Math.min(...words.map(({ length }) => length))) : 1;
  // A word and the space after it, which the last one does not have.
  const most = Math.max(1, Math.floor((maxLength + 1) / (shortest + 1)));
  const part = { name, offset, size: maxLength };
  return { kind: 'words', ...part, tokens: Math.min(MOST_WORDS, most), words: words ? [...words] : null };
}
