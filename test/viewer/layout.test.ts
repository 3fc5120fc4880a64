import { expect, test } from 'vitest';
import { Layout } from '../../viewer/page/layout.ts';

test('panels open and close, and listeners hear of changes alone', () => {
  const layout = new Layout();
  const heard: string[] = [];
  layout.onChange(() => heard.push(layout.open.join()));
  layout.set('training', false);
  layout.set('training', true);
  layout.set('training', true);
  layout.toggle('training');
  expect(heard).toEqual(['training', '']);
});

test('panels stand in the same place: opening one closes another', () => {
  const layout = new Layout();
  layout.set('training', true);
  layout.set('explained', true);
  layout.set('training', false);
  expect(layout.open).toEqual(['explained']);
});

test('restoring opens what is named, closes the rest and passes over names of no panel', () => {
  const layout = new Layout();
  let changes = 0;
  layout.onChange(() => changes++);
  layout.restore(['training', 'constructor', '']);
  layout.restore(['training']);
  expect(layout.isOpen('training')).toBe(true);
  layout.restore(['nothing']);
  expect(layout.open).toEqual([]);
  expect(changes).toBe(2);
});
