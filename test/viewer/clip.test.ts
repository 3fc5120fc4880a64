import { expect, test } from 'vitest';
import { framePositions, pictureSize } from '../../viewer/share/clip.ts';

test('frames are evenly spaced in time, with the first step and the last', () => {
  const positions = (first: number, last: number, speed: number, rate: number): number[] =>
    framePositions({ episode: 0, first, last, speed }, rate);
  expect(positions(2, 4, 0.5, 30)).toEqual([2, 2.5, 3, 3.5, 4]);
  expect(positions(0, 5, 1, 60).length).toBe(11);
  expect(positions(0, 5, 1, 60).at(-1)).toBe(5);
  expect(positions(0, 5, 2, 30)).toEqual([0, 2, 4, 5]); // the last is not left out
  expect(positions(3, 3, 1, 25)).toEqual([3]);
});

test('a picture is as high as asked for, as wide as its world, and of even size', () => {
  expect(pictureSize({ width: 20, height: 10 }, 240)).toEqual([480, 240]);
  expect(pictureSize({ width: 16, height: 9 }, 480)).toEqual([854, 480]);
  expect(pictureSize({ width: 1, height: 1000 }, 241)).toEqual([2, 242]);
});
