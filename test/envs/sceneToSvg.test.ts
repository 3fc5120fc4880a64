import { expect, test } from 'vitest';
import type { Shape } from '../../envs/scene.ts';
import { sceneToSvg } from '../../envs/sceneToSvg.ts';

/** What a scene of 4 by 2 with one shape is, without what is around the shape. */
function drawn(shape: Shape): string {
  return sceneToSvg({ width: 4, height: 2, shapes: [shape] })
    .split('\n')
    .slice(1, -2)
    .join('\n');
}

test('a picture has the proportions of the scene, and its ground', () => {
  const svg = sceneToSvg({ width: 4, height: 2, background: '#102030', shapes: [] }, 200);
  expect(svg).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2" width="200" height="100">\n' +
      '<rect width="4" height="2" fill="#102030"/>\n</svg>\n',
  );
});

test.each<[what: string, shape: Shape, wanted: string]>([
  [
    'a rect turns about its own centre',
    { kind: 'rect', x: 1, y: 0, width: 2, height: 1, rotation: Math.PI / 2, radius: 0.1, fill: '#ff0000' },
    '<rect x="1" y="0" width="2" height="1" rx="0.1" transform="rotate(90 2 0.5)" fill="#ff0000"/>',
  ],
  [
    'a polygon moves to its place and turns there',
    { kind: 'polygon', points: [0, 0, 1, 0, 1, 1], x: 2, y: 1, rotation: Math.PI, fill: '#00ff0080' },
    '<polygon points="0 0 1 0 1 1" transform="translate(2 1) rotate(180)" fill="#00ff0080"/>',
  ],
  [
    'a line is not filled, and round at its ends',
    { kind: 'line', points: [0, 0, 1, 1], stroke: '#ffffff', strokeWidth: 0.5 },
    '<polyline points="0 0 1 1" fill="none" stroke="#ffffff" stroke-linecap="round" stroke-linejoin="round" stroke-width="0.5"/>',
  ],
  ['a shape with nothing to paint is left out', { kind: 'circle', x: 0, y: 0, radius: 1, shows: 'image' }, ''],
])('%s', (_, shape, wanted) => {
  expect(drawn(shape)).toBe(wanted);
});

test('a text keeps what means something else in a document', () => {
  const svg = drawn({ kind: 'text', x: 1, y: 1, text: '<a> & "b"', size: 0.6, fill: '#ffffff', align: 'left' });
  expect(svg).toContain('text-anchor="start"');
  expect(svg).toContain('font-size="0.5"');
  expect(svg).toContain('>&lt;a> &amp; &quot;b&quot;</text>');
});

test('cells of one colour that lie side by side are one rect, and pixels likewise', () => {
  const palette = ['#000000', '#ffffff'] as const;
  const cells = [0, 0, 1, 1, 1, 1];
  const place = { x: 0, y: 0, columns: 3, rows: 2 };
  const [grid, image] = [
    drawn({ kind: 'grid', ...place, cellSize: 0.5, cells, palette: [...palette] }),
    drawn({
      kind: 'image',
      ...place,
      width: 1.5,
      height: 1,
      pixels: cells.flatMap((cell) => Array(3).fill(255 * cell)),
    }),
  ];
  expect(grid.match(/<rect[^>]*>/g)).toEqual([
    '<rect x="0" y="0" width="1" height="0.5" fill="#000000"/>',
    '<rect x="1" y="0" width="0.5" height="0.5" fill="#ffffff"/>',
    '<rect x="0" y="0.5" width="1.5" height="0.5" fill="#ffffff"/>',
  ]);
  expect(image).toBe(grid);
});
