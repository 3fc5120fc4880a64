import { type Block, curvePaths } from '../../src/explain/report.ts';
import { element, svg } from '../page/dom.ts';

const CURVE = { width: 280, height: 90 } as const; // units of the picture, which is as wide as there is room

/** A part of an explanation: its heading, what it means, and its numbers. */
export function sectionOf(block: Block): HTMLElement {
  return element(
    'section',
    { class: 'explained-part' },
    element('h3', {}, block.title),
    element('p', { class: 'hush' }, block.note),
    bodyOf(block),
  );
}

function bodyOf(block: Block): HTMLElement {
  switch (block.kind) {
    case 'bars':
      return element('ul', {}, ...block.rows.map(barOf));
    case 'grid':
      return gridOf(block);
    case 'curve':
      return curveOf(block);
    default:
      return block satisfies never;
  }
}

function barOf({ name, share, text }: (Block & { kind: 'bars' })['rows'][number]): HTMLElement {
  const bar = element('span', { class: 'bar' });
  bar.style.width = `${100 * share}%`;
  bar.hidden = share === 0;
  const track = element('span', { class: 'track', 'aria-hidden': 'true' }, bar);
  return element(
    'li',
    { class: 'explained-bar' },
    element('span', { class: 'name', title: name }, name),
    track,
    element('span', { class: 'note' }, text),
  );
}

function gridOf({ columns, rows, title }: Block & { kind: 'grid' }): HTMLElement {
  const heading = element('tr', {}, element('td'), ...columns.map((name) => element('th', { scope: 'col' }, name)));
  const lines = rows.map(({ name, cells }) => {
    const row = element('tr', {}, element('th', { scope: 'row' }, name));
    for (const cell of cells) {
      const place = element('td', cell ? { title: cell.title } : {}, cell?.text ?? '');
      if (cell) place.style.setProperty('--share', `${Math.round(70 * cell.share)}%`);
      row.append(place);
    }
    return row;
  });
  return element('table', { class: 'explained-grid', 'aria-label': title }, heading, ...lines);
}

function curveOf({ points, title }: Block & { kind: 'curve' }): HTMLElement {
  const { line, band, last, most } = curvePaths(points, CURVE);
  const words = points.map(({ x, text }) => `${x} steps before: ${text}`);
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${CURVE.width} ${CURVE.height}`, role: 'img', 'aria-label': `${title}. ${words.join('; ')}` },
    svg('path', { class: 'band', d: band }),
    svg('path', { class: 'line', d: line }),
  );
  const ends = element(
    'figcaption',
    { class: 'note' },
    element('span', {}, '0'),
    element('span', {}, `${last} steps before`),
  );
  const top = element('p', { class: 'note' }, `${Math.round(100 * most)} %`);
  return element('figure', { class: 'explained-curve', title: words.join('\n') }, top, picture, ends);
}
