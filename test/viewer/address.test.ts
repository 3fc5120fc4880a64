import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../viewer/session/address.ts';

test('an address survives the address bar', () => {
  const address = { replay: 'my run/replays/a b&c=1.gfr', episode: 3, step: 214, compared: [] };
  expect(parseAddress(formatAddress(address))).toEqual(address);
});

test('what is missing or senseless in an address is the beginning', () => {
  expect(parseAddress('#replay=a')).toEqual({ replay: 'a', episode: 1, step: 0, compared: [] });
  expect(parseAddress('#replay=a&episode=0&step=-1')).toEqual({ replay: 'a', episode: 1, step: 0, compared: [] });
  expect(parseAddress('#replay=a&episode=x&step=1.5')).toEqual({ replay: 'a', episode: 1, step: 0, compared: [] });
});

test('an address without a replay is none', () => {
  expect(parseAddress('')).toBe(null);
  expect(parseAddress('#episode=2')).toBe(null);
});
