import { expect, test } from 'vitest';
import type { Scene, Shape } from '../../envs/scene.ts';
import { glide, mixAngles } from '../../viewer/scene/glide.ts';

const scene = (...shapes: Shape[]): Scene => ({ width: 10, height: 10, shapes });
const circle = (x: number, id?: string): Shape => ({
  kind: 'circle',
  x,
  y: 5,
  radius: 1,
  fill: '#ffffff',
  ...(id === undefined ? {} : { id }),
});
const rect = (rotation: number): Shape => ({ kind: 'rect', id: 'r', x: 0, y: 0, width: 1, height: 1, rotation });

test('a shape with an id is on its way, one without stays until the step is reached', () => {
  const between = glide(scene(circle(1, 'a'), circle(1)), scene(circle(3, 'a'), circle(3)), 0.25);
  expect(between.shapes).toEqual([circle(1.5, 'a'), circle(1)]);
});

test('the ends are the scenes themselves', () => {
  const [from, to] = [scene(circle(1, 'a')), scene(circle(3, 'a'))];
  expect(glide(from, to, 0)).toBe(from);
  expect(glide(from, to, 1)).toBe(to);
});

test('points of a line glide when there are as many of them', () => {
  const line = (...points: number[]): Shape => ({ kind: 'line', id: 'l', points, stroke: '#ffffff', strokeWidth: 1 });
  expect(glide(scene(line(0, 0, 2, 2)), scene(line(1, 1, 4, 4)), 0.5).shapes).toEqual([line(0.5, 0.5, 3, 3)]);
  expect(glide(scene(line(0, 0)), scene(line(1, 1, 4, 4)), 0.5).shapes).toEqual([line(0, 0)]);
});

test('angles turn the short way round', () => {
  expect(mixAngles(0.1, -0.1, 0.5)).toBeCloseTo(0);
  expect(mixAngles(3, -3, 0.5)).toBeCloseTo(Math.PI);
  expect(mixAngles(0, 2 * Math.PI, 0.5)).toBeCloseTo(0);
  const [turned] = glide(scene(rect(3)), scene(rect(-3)), 0.5).shapes;
  expect(turned).toMatchObject({ rotation: expect.closeTo(Math.PI) as number });
});

test('a shape that was put elsewhere, or became another kind, does not glide there', () => {
  expect(glide(scene(circle(0, 'a')), scene(circle(9, 'a')), 0.5).shapes).toEqual([circle(0, 'a')]);
  expect(glide(scene(circle(0, 'r')), scene(rect(1)), 0.5).shapes).toEqual([circle(0, 'r')]);
});
