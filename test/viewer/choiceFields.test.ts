import { expect, test } from 'vitest';
import { Replay } from '../../src/replay/format.ts';
import { EVERYTHING, sameSelection } from '../../viewer/attention/attention.ts';
import { Choice } from '../../viewer/attention/choice.ts';
import { formatSelection, headField, lookedField, parseSelection } from '../../viewer/attention/choiceFields.ts';
import type { Glance } from '../../viewer/attention/looked.ts';
import { Player } from '../../viewer/time/player.ts';
import { encode } from '../replay/encode.ts';
import { gridEpisode, gridHeader, markerEpisode, markerHeader } from './recordings.ts';

const PLACE = { replay: 'a', episode: 1, step: 0 };

test('every selection of heads survives the address', () => {
  for (const layer of [null, 0, 11])
    for (const head of [null, 0, 3])
      for (const merge of ['mean', 'max'] as const) {
        const back = parseSelection(formatSelection({ layer, head, merge }));
        expect(back && sameSelection(back, { layer, head, merge })).toBe(true);
      }
  const rollout = { layer: null, head: null, merge: 'rollout' } as const;
  expect(parseSelection(formatSelection(rollout))).toEqual(rollout);
});

test.each(['', '2', '0.1', '1.0', 'a.b', '1.1.sum', '1.1.max.1', '-1.2', '1.5.2', '*'])(
  '%j is no selection',
  (text) => {
    expect(parseSelection(text)).toBe(null);
  },
);

test('a head that the replay does not have is passed over', () => {
  const player = new Player();
  const heads = new Choice(EVERYTHING, sameSelection);
  const field = headField(heads, player);
  field.apply('2.1', PLACE);
  expect(field.read()).toBe(null); // nothing is open
  player.open(Replay.open(encode(markerHeader, [markerEpisode(3)]))); // of two layers and two heads
  field.apply('2.1', PLACE);
  expect(heads.shown).toEqual({ layer: 1, head: 0, merge: 'mean' });
  expect(field.read()).toBe('2.1');
  field.apply('3.1', PLACE);
  expect(field.read()).toBe(null);
  field.apply('*.2.max', PLACE);
  expect(field.read()).toBe('*.2.max');
  field.apply(null, PLACE);
  expect(heads.shown).toEqual(EVERYTHING);
});

test('so it is with the heads of the encoder', () => {
  const player = new Player();
  const glances = new Choice<Glance>('mean');
  const field = lookedField(glances, player);
  player.open(Replay.open(encode(gridHeader, [gridEpisode()]))); // of two heads
  for (const text of ['1', '2', 'max']) {
    field.apply(text, PLACE);
    expect(field.read()).toBe(text);
  }
  for (const text of ['3', '0', 'both']) {
    field.apply(text, PLACE);
    expect(field.read()).toBe(null);
  }
});
