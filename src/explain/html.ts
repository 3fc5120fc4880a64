import { type Block, curvePaths, type Report } from './report.ts';

const CURVE = { width: 480, height: 120 } as const;

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --accent: light-dark(#2563c9, #6ea8ff) }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin: 2rem 0 0 }
.note { opacity: .7; margin: 0 0 .5rem }
table { border-collapse: collapse } th { font-weight: normal; text-align: left; padding: .1rem .8rem .1rem 0; white-space: nowrap }
td { padding: .1rem .5rem; font-variant-numeric: tabular-nums }
.grid td { text-align: right; min-width: 4rem; border: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
svg { overflow: visible } svg .line { fill: none; stroke: var(--accent); stroke-width: 2 }
svg .band { fill: var(--accent); opacity: .2 } svg text { font-size: 11px; fill: currentColor; opacity: .7 }
svg rect { fill: var(--accent) }
`;

/** A report as a file of its own, to be read in any browser. */
export function htmlOf({ title, sentences, blocks, notes }: Report): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
${sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n')}
${blocks.map(sectionOf).join('\n')}
<h2>How it was measured</h2>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('\n')}
</html>
`;
}

function sectionOf(block: Block): string {
  return `<h2>${escaped(block.title)}</h2>\n<p class="note">${escaped(block.note)}</p>\n${bodyOf(block)}`;
}

function bodyOf(block: Block): string {
  switch (block.kind) {
    case 'bars':
      return `<table>${block.rows
        .map(
          ({ name, share, text }) =>
            `<tr><th>${escaped(name)}</th><td><svg width="160" height="10"><rect width="${160 * share}" height="10"/></svg></td><td>${escaped(text)}</td></tr>`,
        )
        .join('')}</table>`;
    case 'grid': {
      const heading = `<tr><th></th>${block.columns.map((column) => `<th>${escaped(column)}</th>`).join('')}</tr>`;
      const rows = block.rows.map(({ name, cells }) => {
        const row = cells.map((cell) =>
          cell
            ? `<td title="${escaped(cell.title)}" style="background:color-mix(in srgb, var(--accent) ${Math.round(70 * cell.share)}%, transparent)">${escaped(cell.text)}</td>`
            : '<td></td>',
        );
        return `<tr><th>${escaped(name)}</th>${row.join('')}</tr>`;
      });
      return `<table class="grid">${heading}${rows.join('')}</table>`;
    }
    case 'curve':
      return curveOf(block);
    default:
      return block satisfies never;
  }
}

function curveOf({ points, title }: Block & { kind: 'curve' }): string {
  const { line, band, last, most } = curvePaths(points, CURVE);
  return `<svg role="img" aria-label="${escaped(title)}" viewBox="-40 -8 ${CURVE.width + 60} ${CURVE.height + 30}" width="${CURVE.width + 60}">
<path class="band" d="${band}"/><path class="line" d="${line}"/>
<text x="-8" y="4" text-anchor="end">${Math.round(100 * most)} %</text><text x="-8" y="${CURVE.height}" text-anchor="end">0</text>
<text x="0" y="${CURVE.height + 16}">0</text><text x="${CURVE.width}" y="${CURVE.height + 16}" text-anchor="end">${last} steps before</text></svg>`;
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => names[character] ?? character);
}
