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
      devices.map(({ name, available, detail }) => [name, available ? `${green('✓')} ${detail}` : dim(`✗ ${detail}`)]),
    );
  },
};
