import { stderr, stdout } from 'node:process';

/** A result: one JSON object on a line of its own. */
export function printJson(value: unknown): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}

/** A result, for a person. */
export function print(line = ''): void {
  stdout.write(`${line}\n`);
}

/** Progress or advice: not a result, so it stays out of what a script reads. */
export function say(line: string): void {
  stderr.write(`${line}\n`);
}

/** Rows under a heading, in columns as wide as their widest cell. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const [first = '', ...rest] = columns([heading, ...rows]);
  print(colours(stdout).dim(first));
  rest.forEach(print);
}

/**
 * Rows as lines, in columns as wide as their widest cell. The last column goes on in further lines where the terminal
 * ends; elsewhere each row is one line.
 */
export function columns(rows: readonly (readonly string[])[], indent = 0): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count - 1 }, (_, i) => Math.max(...rows.map((row) => visible(row[i] ?? ''))));
  const from = indent + widths.reduce((sum, width) => sum + width + 2, 0);
  const room = stdout.isTTY ? Math.max(stdout.columns - from, LEAST_ROOM) : Infinity;
  return rows.flatMap((row) => {
    const cells = widths.map((width, i) => (row[i] ?? '') + ' '.repeat(width - visible(row[i] ?? '') + 2));
    const [line = '', ...more] = wrapped(row[count - 1] ?? '', room);
    return [' '.repeat(indent) + cells.join('') + line, ...more.map((next) => ' '.repeat(from) + next)];
  });
}

/** Of the last column, in characters: in a terminal that has less, lines are cut by it. */
const LEAST_ROOM = 20;

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && visible(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Characters of it that are seen. */
function visible(text: string): number {
  // oxlint-disable-next-line no-control-regex -- colours take no room
  return text.replace(/\u001b\[\d+m/g, '').length;
}

/** How to run the program from where this one was run: through npm, it is on nobody's PATH. */
export const PROGRAM = process.env['npm_command'] ? 'npx gymformer' : 'gymformer';

type Stream = { isTTY?: boolean };
type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>;

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Paints text for a terminal, and leaves it plain elsewhere and where NO_COLOR asks for that (https://no-color.org). */
export function colours(stream: Stream): Paint {
  const painted = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const paint =
    ([on, off]: readonly [number, number]) =>
    (text: string): string =>
      painted ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return Object.fromEntries(Object.entries(CODES).map(([name, codes]) => [name, paint(codes)])) as Paint;
}
