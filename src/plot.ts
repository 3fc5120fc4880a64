/** A line with a band round it. */
export interface Series {
  name: string;
  points: readonly Point[];
}

export interface Point {
  x: number;
  y: number;
  low: number;
  high: number;
}

export interface Plot {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
  /** Where the x axis begins; 0 where it says nothing. */
  xFrom?: number;
  /** A height to reach, as a dashed line. */
  threshold?: number | undefined;
}

const [WIDTH, HEIGHT] = [720, 340];
const MARGIN = { top: 46, right: 132, bottom: 46, left: 64 };
const [INNER_WIDTH, INNER_HEIGHT] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
/** Between two names at the lines' ends. */
const LINE_HEIGHT = 17;

/** Told apart by all kinds of eyes, on white and on dark: variations of the colours of Okabe and Ito (2008). */
const COLOURS = [
  { light: '#0b6fb8', dark: '#5db4f2' },
  { light: '#d55e00', dark: '#ff9d57' },
  { light: '#00805e', dark: '#3fcfa4' },
  { light: '#b0528d', dark: '#ec9acb' },
  { light: '#8a6d00', dark: '#e0c341' },
  { light: '#5b5b66', dark: '#b9b9c6' },
];

/** A chart of lines with bands, as an SVG that follows the reader's light or dark colours. */
export function plot({ title, xLabel, yLabel, series, xFrom = 0, threshold }: Plot): string {
  const points = series.flatMap((line) => line.points);
  const heights = [...points.flatMap(({ low, high }) => [low, high]), ...(threshold === undefined ? [] : [threshold])];
  const xTo = Math.max(...points.map(({ x }) => x));
  const xTicks = ticks(xFrom, xTo).filter((tick) => Number.isInteger(tick) && tick >= xFrom && tick <= xTo);
  const yTicks = ticks(Math.min(...heights), Math.max(...heights));
  const x = scale([xFrom, xTo], MARGIN.left, MARGIN.left + INNER_WIDTH);
  const y = scale(yTicks, MARGIN.top + INNER_HEIGHT, MARGIN.top);
  const right = MARGIN.left + INNER_WIDTH;
  const bottom = MARGIN.top + INNER_HEIGHT;
  const grid = yTicks.map(
    (tick) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text x="${MARGIN.left - 10}" y="${y(tick)}" dy="0.35em" text-anchor="end">${short(tick)}</text>`,
  );
  const columns = xTicks.map(
    (tick) =>
      `<line class="axis" x1="${x(tick)}" x2="${x(tick)}" y1="${bottom}" y2="${bottom + 5}"/>` +
      `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${short(tick)}</text>`,
  );
  const goal =
    threshold === undefined
      ? []
      : [
          `<line class="goal" x1="${MARGIN.left}" x2="${right}" y1="${y(threshold)}" y2="${y(threshold)}"/>`,
          `<text class="goalName" x="${MARGIN.left + 6}" y="${round(y(threshold) - 5)}">goal ${short(threshold)}</text>`,
        ];
  const bands = series.map(({ points }, i) => `<path class="band c${i}" d="${band(points, x, y)}"/>`);
  const lines = series.map(({ points }, i) => `<path class="line c${i}" d="${path(points, x, y)}"/>`);
  const last = series.map(({ points }) => y((points.at(-1) as Point).y));
  const names = apart(last, MARGIN.top, bottom).map(
    (height, i) =>
      `<text class="name c${i}" x="${right + 8}" y="${round(height)}" dy="0.35em">${escape(series[i]?.name ?? '')}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escape(title)}</title>`,
    style(series.length),
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    `<text class="title" x="${MARGIN.left}" y="26">${escape(title)}</text>`,
    ...grid,
    ...columns,
    `<line class="axis" x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    `<text x="${MARGIN.left + INNER_WIDTH / 2}" y="${HEIGHT - 9}" text-anchor="middle">${escape(xLabel)}</text>`,
    `<text transform="translate(17 ${MARGIN.top + INNER_HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escape(yLabel)}</text>`,
    ...bands,
    ...goal,
    ...lines,
    ...names,
    '</svg>\n',
  ].join('\n');
}

function style(series: number): string {
  const used = Array.from({ length: series }, (_, i) => COLOURS[i % COLOURS.length] as (typeof COLOURS)[number]);
  const colours = (theme: 'light' | 'dark'): string =>
    used
      .map((colour, i) => `.line.c${i}{stroke:${colour[theme]}}.band.c${i},.name.c${i}{fill:${colour[theme]}}`)
      .join('');
  return [
    '<style>',
    'text{font:12px system-ui,sans-serif;fill:#5f6470}.title{font-size:14px;font-weight:600;fill:#1d2027}.name{font-weight:600}',
    '.paper{fill:#fff}.grid{stroke:#e8eaee}.axis{stroke:#9aa0ab}.goal{stroke:#1d2027;stroke-dasharray:5 4;opacity:.55}',
    '.line{fill:none;stroke-width:2;stroke-linejoin:round}.band{opacity:.16}',
    colours('light'),
    '@media(prefers-color-scheme:dark){text{fill:#a2a8b4}.title{fill:#eceef2}.paper{fill:#15171c}.grid{stroke:#262a32}',
    `.axis{stroke:#6b7280}.goal{stroke:#eceef2}.band{opacity:.22}${colours('dark')}}`,
    '</style>',
  ].join('\n');
}

type Scale = (value: number) => number;

/** From the first to the last of `values` goes from `from` to `to`, in pixels. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = [values[0] as number, values.at(-1) as number];
  return (value) => round(from + ((value - low) / (high - low || 1)) * (to - from));
}

/** Round numbers, about five, from the last one below `low` to the first one above `high`. */
function ticks(low: number, high: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const magnitude = 10 ** Math.floor(Math.log10(span / 4));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => span / (factor * magnitude) <= 5) as number) * magnitude;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const count = Math.max(last - first, 1);
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function path(points: readonly Point[], x: Scale, y: Scale): string {
  return `M${points.map((point) => `${x(point.x)} ${y(point.y)}`).join('L')}`;
}

function band(points: readonly Point[], x: Scale, y: Scale): string {
  const above = points.map((point) => `${x(point.x)} ${y(point.high)}`);
  const below = points.toReversed().map((point) => `${x(point.x)} ${y(point.low)}`);
  return `M${[...above, ...below].join('L')}Z`;
}

/** Heights as near as may be to the wanted ones, with room for a line of text each. */
function apart(wanted: readonly number[], top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).toSorted((a, b) => (wanted[a] as number) - (wanted[b] as number));
  const heights = [...wanted];
  let least = top;
  for (const i of order) {
    heights[i] = Math.max(heights[i] as number, least);
    least = (heights[i] as number) + LINE_HEIGHT;
  }
  let most = bottom;
  for (const i of order.toReversed()) {
    heights[i] = Math.min(heights[i] as number, most);
    most = (heights[i] as number) - LINE_HEIGHT;
  }
  return heights;
}

/** 60000 -> 60k */
function short(value: number): string {
  const size = Math.abs(value);
  const [divisor, unit] = size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / divisor).toPrecision(4))}${unit}`.replace('-', '−');
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
