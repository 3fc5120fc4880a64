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
  const widths = heading.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] as number)))
      .join('  ');
  const paint = colours(stdout);
  print(paint.dim(line(heading)));
  for (const row of rows) print(line(row));
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
