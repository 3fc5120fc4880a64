/** A column: its heading, and whether its cells are numbers, which stand to the right. */
export interface Column {
  heading: string;
  numbers?: boolean;
}

/** A table of Markdown with its columns aligned, as a formatter would leave it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, i) =>
    Math.max(3, heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (columns[i]?.numbers ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number))).join(' | ')} |`;
  const rule = columns.map(({ numbers }, i) =>
    numbers ? `${'-'.repeat((widths[i] as number) - 1)}:` : '-'.repeat(widths[i] as number),
  );
  return [line(columns.map(({ heading }) => heading)), line(rule), ...rows.map(line)].join('\n');
}

/** A return or a share, to about four digits; nothing for what is not known. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

/** 60416 -> 60 416 */
export function count(value: number | null): string {
  return value === null ? '' : String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** The text with what stands between two marks, each a line of its own, replaced; both are added where they are not. */
export function replaceBetween(text: string, marks: readonly [begin: string, end: string], inner: string): string {
  const [begin, end] = marks;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  const block = `${begin}\n\n${inner.trim()}\n\n${end}`;
  if (from >= 0 && to > from) return text.slice(0, from) + block + text.slice(to + end.length);
  return `${text.trimEnd()}${text.trim() ? '\n\n' : ''}${block}\n`;
}
