import type { Box } from '../../envs/spaces.ts';
import { formatNumber } from '../page/numbers.ts';

/** What stands in a cell of a grid, for a person. */
export interface CellLook {
  /** All of it. */
  words: string;
  /** In short; '' where there is nothing to say. */
  name: string;
  /** Which of the grid's colours it has: a number of its own for each thing; null for the colour of a quantity. */
  thing: number | null;
  /** How full its colour is, from 0 to 1. */
  strength: number;
}

const NOTHING: CellLook = { words: 'nothing', name: '', thing: null, strength: 0 };

/** Grids are of one of three kinds: of categories, of planes that are 0 or more where something is, of a quantity. */
export function lookOf(box: Box, channels: readonly number[]): CellLook {
  if (box.categories) return lookOfCategories(box, channels);
  if (channels.length === 1) return lookOfQuantity(box, channels[0] ?? 0);
  const on = channels.flatMap((value, channel) => (value > 0 ? [{ value, channel }] : []));
  const first = on[0];
  if (!first) return NOTHING;
  const words = on.map(({ value, channel }) => {
    const name = channelName(box, channel);
    return value === 1 ? name : `${name} ${formatNumber(value)}`;
  });
  return {
    words: words.join(', '),
    name: channelName(box, first.channel),
    thing: first.channel,
    strength: Math.min(1, 0.35 + 0.65 * first.value),
  };
}

export function channelName({ channels }: Box, channel: number): string {
  return channels?.[channel] ?? `channel ${channel + 1}`;
}

function lookOfCategories(box: Box, channels: readonly number[]): CellLook {
  const named = (category: number, channel: number): string =>
    box.categoryNames?.[channel]?.[category] ?? String(category);
  const words = channels.map((category, channel) => `${channelName(box, channel)} ${named(category, channel)}`);
  const [kind = 0] = channels;
  return { words: words.join(', '), name: named(kind, 0), thing: kind, strength: 1 };
}

function lookOfQuantity({ low, high }: Box, value: number): CellLook {
  const [least, most] = [low[0] ?? 0, high[0] ?? 1];
  const strength = most > least && Number.isFinite(most - least) ? (value - least) / (most - least) : Number(value > 0);
  return { words: formatNumber(value), name: '', thing: null, strength };
}
