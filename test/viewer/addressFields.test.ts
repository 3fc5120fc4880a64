import { expect, test } from 'vitest';
import { Replay } from '../../src/replay/format.ts';
import { curvesField } from '../../viewer/live/curvesField.ts';
import { Overlay } from '../../viewer/live/overlay.ts';
import { Player } from '../../viewer/time/player.ts';
import { Zoom } from '../../viewer/time/zoom.ts';
import { zoomField } from '../../viewer/time/zoomField.ts';
import { encode } from '../replay/encode.ts';
import { markerEpisode, markerHeader } from './recordings.ts';

const PLACE = { replay: 'a', episode: 1, step: 0 };

/** The timeline of an episode of 100 steps. */
function timeline(): { player: Player; zoom: Zoom } {
  const player = new Player();
  player.open(Replay.open(encode(markerHeader, [markerEpisode(100)])));
  const zoom = new Zoom(player);
  zoom.update(new Set(['length']));
  return { player, zoom };
}

test('the steps in sight survive the address, all of them being nothing to say', () => {
  const { player, zoom } = timeline();
  const field = zoomField(zoom, player);
  expect(field.read()).toBe(null);
  zoom.zoomBy(3, 50);
  const text = field.read();
  const span = zoom.span;
  field.apply(null, PLACE);
  expect(zoom.zoomed).toBe(false);
  field.apply(text, PLACE);
  expect(field.read()).toBe(text);
  expect(zoom.span.first).toBeCloseTo(span.first, -0.5);
  expect(zoom.span.last).toBeCloseTo(span.last, -0.5);
});

test.each([
  ['20-40', '20-40'],
  ['20-21', '20-28'], // as close as it comes
  ['95-300', null], // as much as there is
  ['90-110', '80-100'],
  ['40-20', null],
  ['x', null],
])('an address that asks for the steps %s gets %s', (asked, shown) => {
  const { player, zoom } = timeline();
  const field = zoomField(zoom, player);
  field.apply(asked, PLACE);
  expect(field.read()).toBe(shown);
});

test('a timeline that moves along with what is played leaves the address alone', () => {
  const { player, zoom } = timeline();
  let changes = 0;
  zoomField(zoom, player).onChange(() => changes++);
  zoom.show({ first: 20, last: 40 });
  expect(changes).toBe(1);
  player.play();
  zoom.panBy(20);
  expect(changes).toBe(1);
});

/** Of a page that has the runs a to f, and a replay of `current` open. */
function overlayOf(current: string | null): Overlay {
  const overlay = new Overlay();
  overlay.keepOnly(new Set(['a', 'b', 'c', 'd', 'e/x,1', 'f']));
  overlay.setCurrent(current);
  return overlay;
}

test('chosen runs survive the address, each in its colour, as does that of the run on the screen', () => {
  const overlay = overlayOf('a');
  const field = curvesField(overlay);
  expect(field.read()).toBe(null);
  for (const run of ['b', 'c', 'e/x,1']) overlay.toggle(run);
  overlay.toggle('b');
  expect(field.read()).toBe('.,,c,e/x%2C1');
  const other = overlayOf('a');
  curvesField(other).apply(field.read(), PLACE);
  expect(other.shown).toEqual(overlay.shown);
  expect(other.isChosen('a')).toBe(false);
  curvesField(other).apply(null, PLACE);
  expect(other.shown.map(({ run }) => run)).toEqual(['a']);
});

test('a run on the screen that was chosen is so again, and stays when another one is opened', () => {
  const overlay = overlayOf('a');
  for (const run of ['b', 'a']) overlay.toggle(run);
  const other = overlayOf(null);
  curvesField(other).apply(curvesField(overlay).read(), PLACE);
  other.setCurrent('a');
  expect(other.shown).toEqual(overlay.shown);
  other.setCurrent('d');
  expect(other.shown.map(({ run }) => run)).toEqual(['a', 'b', 'd']);
});

test('runs that are gone, and senseless ones, are passed over', () => {
  const overlay = overlayOf('a');
  curvesField(overlay).apply('gone,b,b,,%', PLACE);
  expect(overlay.shown.map(({ run, colour }) => `${run} ${colour}`)).toEqual(['a 1', 'b 2']);
});
