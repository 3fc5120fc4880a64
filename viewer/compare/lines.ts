import type { PageColours } from '../page/colours.ts';
import type { Range } from '../page/meter.ts';
import { seriesDash } from '../page/series.ts';
import type { Extremes } from '../time/extremes.ts';
import { pixelColumns, yIn } from '../time/tracks.ts';
import type { Band, Pen, Plot } from '../time/tracks.ts';

/** A number for each step of an episode, to be drawn in a series' colour and line. */
export interface Line {
  /** From 1 to 4. */
  series: number;
  values: Extremes;
}

/** What all lines together span. */
export function rangeOf(lines: readonly Line[]): Range {
  const ends = lines.flatMap(({ values }) => values.all ?? []);
  return ends.length === 0 ? { low: 0, high: 0 } : { low: Math.min(...ends), high: Math.max(...ends) };
}

/** Lines over one another, the first, which is whole, below; only what is in sight. */
export function drawLines(
  pen: Pen,
  lines: readonly Line[],
  { band, plot, range: { low, high }, colours }: { band: Band; plot: Plot; range: Range; colours: PageColours },
): void {
  pen.save();
  pen.beginPath();
  pen.rect(plot.left - 1, band.top - 2, plot.right - plot.left + 2, band.height + 4);
  pen.clip();
  pen.lineWidth = 1.5;
  pen.lineJoin = 'round';
  for (const { series, values } of lines) {
    pen.strokeStyle = colours.curves[series - 1] ?? colours.dim;
    pen.setLineDash(seriesDash(series));
    pen.beginPath();
    for (const [x, least, most] of pixelColumns(values, plot)) {
      pen.lineTo(x, yIn(band, most, low, high));
      if (least !== most) pen.lineTo(x, yIn(band, least, low, high));
    }
    pen.stroke();
  }
  pen.restore();
}
