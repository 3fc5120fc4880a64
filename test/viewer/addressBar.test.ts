import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Replay } from '../../src/replay/format.ts';
import type { Address, AddressField } from '../../viewer/session/address.ts';
import { AddressBar } from '../../viewer/session/addressBar.ts';
import { Player } from '../../viewer/time/player.ts';
import { encode } from '../replay/encode.ts';
import { markerEpisode, markerHeader } from './recordings.ts';

/** A field that holds what it is told, and counts how often that was. */
class Head implements AddressField {
  readonly name: string = 'head';
  readonly ofEpisode: boolean = false;
  readonly told: (string | null)[] = [];
  text: string | null = null;
  changed: () => void = () => undefined;

  read(): string | null {
    return this.text;
  }

  apply(text: string | null): void {
    this.told.push(text);
    this.text = text;
  }

  onChange(changed: () => void): void {
    this.changed = changed;
  }
}

/** One that is of the episode. */
class Part extends Head {
  override readonly name = 'part';
  override readonly ofEpisode = true;
}

const REPLAY = Replay.open(encode(markerHeader, [markerEpisode(4), markerEpisode(4)]));
const NEW_REPLAY = new Set(['replay', 'episode', 'step', 'position'] as const);
const NEW_EPISODE = new Set(['episode', 'step', 'position'] as const);

let page: { hash: string; pathname: string; search: string };
let written: string[];
let hashchange: () => void;
const opener: { openId: string | null; wantedId: string | null } = { openId: null, wantedId: null };
const visited: Address[] = [];
let player: Player;
let head: Head;
let part: Part;
let bar: AddressBar;

beforeEach(() => {
  vi.useFakeTimers();
  page = { hash: '', pathname: '/', search: '' };
  written = [];
  visited.length = 0;
  opener.openId = opener.wantedId = null;
  vi.stubGlobal('location', page);
  vi.stubGlobal('window', { addEventListener: (_: string, listener: () => void) => (hashchange = listener) });
  const write =
    (how: string) =>
    (_: unknown, __: string, url: string): void => {
      page.hash = url.startsWith('#') ? url : '';
      written.push(`${how} ${url}`);
    };
  vi.stubGlobal('history', { pushState: write('push'), replaceState: write('replace') });
  player = new Player();
  head = new Head();
  part = new Part();
  const goTo = (address: Address): Promise<void> => {
    visited.push(address);
    if (address.replay === opener.openId) player.seek({ episode: address.episode - 1, step: address.step });
    return Promise.resolve();
  };
  bar = new AddressBar(player, opener, { isLive: false, goTo }, [head, part]);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A replay has come. */
function open(id: string): void {
  opener.openId = opener.wantedId = id;
  player.open(REPLAY);
  bar.update(NEW_REPLAY);
}

test('a field takes up its part of the address at once, and once more when the replay is there', () => {
  page.hash = '#replay=a&episode=1&step=0&head=2.1';
  bar.start(page.hash);
  opener.wantedId = 'a';
  expect(head.told).toEqual(['2.1']);
  head.text = null; // the old replay had no such head
  open('a');
  expect(head.told).toEqual(['2.1', '2.1']);
  expect(page.hash).toBe('#replay=a&episode=1&step=0&head=2.1');
  open('b'); // chosen by hand: the address has nothing to say of it
  expect(head.told).toHaveLength(2);
});

test('a field that changes is written, in place of the address before', () => {
  open('a');
  expect(written).toEqual(['replace #replay=a&episode=1&step=0']);
  head.text = '1.0';
  head.changed();
  vi.runAllTimers();
  expect(written.at(-1)).toBe('replace #replay=a&episode=1&step=0&head=1.0');
  head.text = null;
  head.changed();
  vi.runAllTimers();
  expect(page.hash).toBe('#replay=a&episode=1&step=0');
});

test('another episode is a step of Back, which brings its fields along', () => {
  open('a');
  head.text = '1.0';
  player.seek({ episode: 1, step: 2 });
  bar.update(NEW_EPISODE);
  expect(written.at(-1)).toBe('push #replay=a&episode=2&step=2&head=1.0');
  page.hash = '#replay=a&episode=1&step=0'; // what Back does
  hashchange();
  expect(visited).toEqual([{ replay: 'a', episode: 1, step: 0 }]);
  expect(head.text).toBe(null);
});

test('while a replay is on its way, the address that asked for it stays', () => {
  open('a');
  page.hash = '#replay=b&episode=1&step=3&head=0.1';
  hashchange();
  opener.wantedId = 'b';
  head.changed();
  vi.runAllTimers();
  expect(page.hash).toBe('#replay=b&episode=1&step=3&head=0.1');
  opener.wantedId = 'a'; // it did not open
  head.changed();
  vi.runAllTimers();
  expect(page.hash).toBe('#replay=a&episode=1&step=0&head=0.1');
});

test('a field of the episode waits until that is on the screen', () => {
  const follow = (hash: string): void => {
    page.hash = hash;
    hashchange();
  };
  open('a');
  follow('#replay=a&episode=2&step=1&part=x');
  expect(part.told).toEqual([]);
  bar.update(NEW_EPISODE);
  expect(part.told).toEqual(['x']);
  follow('#replay=a&episode=2&step=1&part=y'); // nothing to wait for
  expect(part.told).toEqual(['x', 'y']);
  follow('#replay=b&episode=2&step=1&part=z');
  opener.wantedId = 'b';
  bar.update(NEW_EPISODE); // of a, meanwhile
  expect(part.told).toEqual(['x', 'y']);
  open('b');
  expect(part.told).toEqual(['x', 'y', 'z']);
});
