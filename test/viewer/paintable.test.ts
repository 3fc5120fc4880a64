import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environmentIds, make } from '../../envs/registry.ts';
import type { Scene, Shape } from '../../envs/scene.ts';
import { glide } from '../../viewer/scene/glide.ts';
import { paintable } from '../../viewer/scene/paintable.ts';

const shown = (...shapes: unknown[]): Scene => ({ width: 10, height: 5, shapes: shapes as Shape[] });
const circle = { kind: 'circle', x: 1, y: 1, radius: 1, fill: '#ffffff' };

describe('what can be painted', () => {
  test.each(environmentIds())('is all that %s draws', (id) => {
    const env = make(id);
    env.reset({ seed: 1 });
    const scene = env.draw?.();
    if (scene) expect(paintable(scene)).toBe(scene);
    env.close?.();
  });

  test.each<[string, unknown]>([
    ['a place that is no number', { ...circle, x: NaN }],
    ['a size without end', { ...circle, radius: Infinity }],
    ['a size of a million worlds', { ...circle, radius: 1e7 }],
    ['a negative size', { ...circle, radius: -1 }],
    ['a kind that there is not', { ...circle, kind: 'sphere' }],
    ['the name of what every object has', { ...circle, kind: 'constructor' }],
    ['a number for a colour', { ...circle, fill: 7 }],
    ['points that are a number', { kind: 'line', points: 3, stroke: '#ffffff', strokeWidth: 1 }],
    ['a book for a text', { kind: 'text', x: 0, y: 0, text: 'a'.repeat(1000), size: 1, fill: '#ffffff' }],
    [
      'a grid of a million columns',
      { kind: 'grid', x: 0, y: 0, columns: 1e6, rows: 1, cellSize: 1, cells: [], palette: [] },
    ],
    ['half a pixel', { kind: 'image', x: 0, y: 0, width: 1, height: 1, columns: 0.5, rows: 1, pixels: [] }],
  ])('is not %s, and the rest of the scene is', (_, shape) => {
    expect(paintable(shown(circle, shape)).shapes).toEqual([circle]);
  });

  test.each([{ width: 0 }, { width: NaN }, { height: 1e300 }, { height: -1 }, { background: 3 }])(
    'is nothing in the world %o',
    (world) => {
      expect(paintable({ ...shown(circle), ...world } as Scene).shapes).toEqual([]);
    },
  );

  const anything = fc.oneof(fc.double(), fc.string(), fc.array(fc.double()), fc.array(fc.string()), fc.constant(null));
  const anyShape = fc.record(
    {
      kind: fc.constantFrom('rect', 'circle', 'line', 'polygon', 'text', 'grid', 'image', '__proto__'),
      ...Object.fromEntries(
        ['x', 'y', 'width', 'radius', 'points', 'text', 'cells', 'palette', 'columns'].map((name) => [name, anything]),
      ),
    },
    { requiredKeys: ['kind'] },
  );
  const anyScene = fc.record({ width: fc.double(), height: fc.double(), shapes: fc.array(anyShape) });

  test('glides from and to anything', () => {
    fc.assert(
      fc.property(anyScene, anyScene, (from, to) => {
        glide(paintable(from as unknown as Scene), paintable(to as unknown as Scene), 0.5);
      }),
      { seed: 1 },
    );
  });
});
