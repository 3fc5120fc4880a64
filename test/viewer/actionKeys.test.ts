import { expect, test } from 'vitest';
import { actionKeys, keyOf } from '../../viewer/play/actionKeys.ts';

test('arrows are for names that say a direction, digits for all of the first ten', () => {
  const keys = actionKeys(3, ['push left', 'push right', 'wait']);
  expect(Object.fromEntries(keys)).toEqual({ ArrowLeft: 0, ArrowRight: 1, 1: 0, 2: 1, 3: 2 });
  expect([0, 1, 2].map((action) => keyOf(keys, action))).toEqual(['\u2190', '\u2192', '3']);
});

test('a direction that several names say is no arrow', () => {
  const keys = actionKeys(3, ['top left', 'top right', 'bottom left']);
  expect(Object.fromEntries(keys)).toEqual({ ArrowRight: 1, 1: 0, 2: 1, 3: 2 });
});

test('a word within another is no direction', () => {
  expect(actionKeys(1, ['pickup']).has('ArrowUp')).toBe(false);
});

test('actions without names have digits, those beyond ten no key', () => {
  const keys = actionKeys(12, undefined);
  expect(keyOf(keys, 9)).toBe('0');
  expect(keyOf(keys, 10)).toBeNull();
});
