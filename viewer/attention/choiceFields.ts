import type { AddressField } from '../session/address.ts';
import type { Player } from '../time/player.ts';
import { attentionShape } from './attention.ts';
import type { Selection } from './attention.ts';
import type { Choice } from './choice.ts';
import type { Glance } from './looked.ts';

const ALL = '*';

/**
 * `head=2.1`: which of the Transformer's heads are locked, layer and head counted from 1; `2.*` all of layer 2, with
 * `.max` behind it the largest instead of the mean; `rollout`.
 */
export function headField(heads: Choice<Selection>, player: Player): AddressField {
  const fits = ({ layer, head }: Selection): boolean => {
    const shape = player.recording && attentionShape(player.recording.header);
    return shape !== null && (layer ?? 0) < shape.layers && (head ?? 0) < shape.heads;
  };
  return choiceField('head', heads, { format: formatSelection, parse: parseSelection, fits });
}

/** `looked=2`: which of the encoder's heads is locked, counted from 1; `max` the largest of all. */
export function lookedField(glances: Choice<Glance>, player: Player): AddressField {
  return choiceField('looked', glances, {
    format: (glance) => (typeof glance === 'number' ? String(glance + 1) : glance),
    parse: (text) => (text === 'max' || text === 'mean' ? text : countedFromOne(text)),
    fits: (glance) => {
      const encoder = player.recording?.header.policy?.encoder;
      return encoder !== undefined && (typeof glance !== 'number' || glance < encoder.heads);
    },
  });
}

export function formatSelection({ layer, head, merge }: Selection): string {
  if (merge === 'rollout') return merge;
  const places = [layer, head].map((place) => (place === null ? ALL : String(place + 1)));
  const merges = merge === 'max' && (layer === null || head === null);
  return [...places, ...(merges ? [merge] : [])].join('.');
}

/** Null for what makes no sense. */
export function parseSelection(text: string): Selection | null {
  if (text === 'rollout') return { layer: null, head: null, merge: text };
  const [layerText = '', headText = '', merge = 'mean', ...more] = text.split('.');
  const [layer, head] = [layerText, headText].map((place) => (place === ALL ? null : countedFromOne(place)));
  const sound = (place: string, value: unknown): boolean => place === ALL || value !== null;
  if (more.length > 0 || layer === undefined || head === undefined || (merge !== 'mean' && merge !== 'max'))
    return null;
  return sound(layerText, layer) && sound(headText, head) ? { layer, head, merge } : null;
}

interface Kind<T> {
  format(value: T): string;
  parse(text: string): T | null;
  /** Whether the open replay has such a one. */
  fits(value: T): boolean;
}

/** What is locked of a choice; nothing, where the address has nothing of it, or nothing that the replay has. */
function choiceField<T>(name: string, choice: Choice<T>, { format, parse, fits }: Kind<T>): AddressField {
  return {
    name,
    read: () => (choice.locked ? format(choice.locked.value) : null),
    apply: (text) => {
      const value = text === null ? null : parse(text);
      if (value !== null && fits(value)) choice.lock(value);
      else choice.unlock();
    },
    onChange: (changed) => choice.onChange(changed),
  };
}

/** An index from 0; null for a text that is no count from 1. */
function countedFromOne(text: string): number | null {
  return /^[1-9]\d*$/.test(text) ? Number(text) - 1 : null;
}
