import type { Facts } from '../device/names.ts';
import { type Command, type CommonArguments } from './command.ts';
import { colours, printJson, printTable } from './output.ts';

/** `gymformer devices`: where tensors could live on this machine. */
export const devicesCommand: Command<CommonArguments> = {
  usage: 'devices',
  summary: 'list the devices, with what was found of each',
  async run({ json }) {
    const { listDevices } = await import('../device/device.ts');
    const devices = await listDevices();
    if (json) return devices.forEach(printJson);
    const { green, dim } = colours(process.stdout);
    printTable(
      ['device', 'what was found'],
      devices.flatMap(({ name, available, detail, facts }) => [
        [name, available ? `${green('✓')} ${detail}` : dim(`✗ ${detail}`)],
        ...(available ? [['', dim(`  ${describe(facts)}`)]] : []),
      ]),
    );
  },
};

/** `{ software: true, maxBufferSize: 1073741824 }` -> `software yes, maxBufferSize 1 GiB` */
function describe(facts: Facts): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${describeValue(name, value)}`)
    .join(', ');
}

function describeValue(name: string, value: Facts[string]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' || !/Size$|Memory$/.test(name) || value < 2 ** 10) return String(value);
  const [size, unit] = ([3, 2, 1] as const)
    .map((power) => [value / 2 ** (10 * power), ['KiB', 'MiB', 'GiB'][power - 1]] as const)
    .find(([size]) => size >= 1) as readonly [number, string];
  return `${Number(size.toFixed(1))} ${unit}`;
}
