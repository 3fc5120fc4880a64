import type { ResolvedConfig } from '../config.ts';
import { CHOSEN_KEYS } from '../settings.ts';
import { environmentName } from '../plugins.ts';
import type { Flags } from './command.ts';
import { colours, print, printJson } from './output.ts';

/**
 * Prints every setting and where it comes from, under the headings of the help. Those that are not the default are
 * bold, and say what the default is.
 *
 * @param flags  of the settings, with their headings and defaults
 */
export function showSettings({ config, sources }: ResolvedConfig, flags: Flags, json: boolean): void {
  if (json) {
    const settings = CHOSEN_KEYS.map((key) => [key, { value: config[key], source: sources[key] }]);
    return printJson({ event: 'config', settings: Object.fromEntries(settings) });
  }
  const { bold, dim } = colours(process.stdout);
  const rows = CHOSEN_KEYS.filter((key) => key !== 'environment').map((key) => {
    const { group = '', default: standard = null } = flags[key] ?? {};
    return { group, key, value: shown(config[key]), source: sources[key], standard: shown(standard) };
  });
  const width = (column: 'key' | 'value' | 'source'): number => Math.max(...rows.map((row) => row[column].length));
  const [keys, values, places] = [width('key'), width('value'), width('source')];
  print(bold(environmentName(config.environment)));
  for (const heading of new Set(rows.map(({ group }) => group))) {
    print(`\n${heading}`);
    for (const { key, value, source, standard } of rows.filter(({ group }) => group === heading)) {
      const line = `  ${key.padEnd(keys)}  ${value.padEnd(values)}  ${source}`;
      print(
        value === standard
          ? dim(line)
          : `${bold(line.padEnd(keys + values + places + 6))}  ${dim(`instead of ${standard}`)}`,
      );
    }
  }
}

function shown(value: string | number | boolean | null): string {
  return value === null ? 'none' : String(value);
}
