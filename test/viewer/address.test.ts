import { expect, test } from 'vitest';
import type { AddressField } from '../../viewer/session/address.ts';
import { formatAddress, parseAddress, parseFields } from '../../viewer/session/address.ts';

test('an address survives the address bar', () => {
  const address = { replay: 'my run/replays/a b&c=1.gfr', episode: 3, step: 214 };
  expect(parseAddress(formatAddress(address))).toEqual(address);
});

test('what is missing or senseless in an address is the beginning', () => {
  expect(parseAddress('#replay=a')).toEqual({ replay: 'a', episode: 1, step: 0 });
  expect(parseAddress('#replay=a&episode=0&step=-1')).toEqual({ replay: 'a', episode: 1, step: 0 });
  expect(parseAddress('#replay=a&episode=x&step=1.5')).toEqual({ replay: 'a', episode: 1, step: 0 });
});

test('an address without a replay is none', () => {
  expect(parseAddress('')).toBe(null);
  expect(parseAddress('#episode=2')).toBe(null);
});

test('fields of the page stand behind the place, where they say something', () => {
  const field = (name: string, text: string | null): AddressField => ({
    name,
    read: () => text,
    apply: () => undefined,
    onChange: () => undefined,
  });
  const address = { replay: 'a', episode: 1, step: 0 };
  const hash = formatAddress(address, [field('panels', 'training,keys'), field('head', null), field('other', 'a&b=c')]);
  expect(parseAddress(hash)).toEqual(address);
  expect(parseFields(hash).get('panels')).toBe('training,keys');
  expect(parseFields(hash).has('head')).toBe(false);
  expect(parseFields(hash).get('other')).toBe('a&b=c');
});
