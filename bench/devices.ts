import { DEVICE_NAMES, DeviceError, type DeviceName, listDevices } from 'gymformer';

/**
 * The devices to measure: the one asked for, or all there are.
 *
 * @throws DeviceError where the one asked for is not there
 */
export async function devicesFor(wanted: string | undefined): Promise<DeviceName[]> {
  const reports = await listDevices();
  if (wanted === undefined || wanted === 'auto')
    return DEVICE_NAMES.filter((name) => reports.find((report) => report.name === name)?.available);
  const report = reports.find(({ name }) => name === wanted);
  if (!report?.available) throw new DeviceError(`device ${wanted} is not available: ${report?.detail ?? 'unknown'}`);
  return [report.name];
}
