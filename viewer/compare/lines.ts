import { seriesColour, seriesDash } from '../page/series.ts';
import type { Range } from '../page/meter.ts';
import { extent, pixelColumns, yIn } from '../time/tracks.ts';
import type { Band, Plot, Series } from '../time/tracks.ts';

/** A number for each step of an episode, to be drawn in a series' colour and line. */
export interface Line {
  /** From 1 to 4. */
  series: number;
  values: Series;
}

/** What all lines together span. */
export function rangeOf(lines: readonly Line[]): Range {
  return extent(Float64Array.from(lines.flatMap(({ values }) => Object.values(extent(values)))));
}

/** Lines over one another, the first, which is whole, below; what lies beyond the plot's last step is left out. */
export function drawLines(
  pen: CanvasRenderingContext2D,
  lines: readonly Line[],
  { band, plot, range: { low, high } }: { band: Band; plot: Plot; range: Range },
): void {
  pen.save();
  pen.beginPath();
  pen.rect(plot.left, 0, plot.right - plot.left + 1, band.top + band.height + 1);
  pen.clip();
  pen.lineWidth = 1.5;
  pen.lineJoin = 'round';
  for (const { series, values } of lines) {
    pen.strokeStyle = seriesColour(series);
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
