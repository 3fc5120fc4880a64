import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

// A script without a build step, and so without types.
const { findChromium } = (await import(new URL('../../scripts/chromium.mjs', import.meta.url).href)) as {
  findChromium(): Promise<string | null>;
};

/** glibc and musl: the library stays, though Node finds no addon in it. */
const RTLD_NODELETE = 0x1000;

/** Environment variables that make a program find SwiftShader, the software GPU inside Chromium; null without one. */
export async function softwareGpu(): Promise<{ VK_ICD_FILENAMES: string; LD_LIBRARY_PATH: string } | null> {
  if (process.platform !== 'linux') return null;
  const chromium = await findChromium();
  // Debian's program is a script that starts one elsewhere.
  const folders = [...(chromium ? [dirname(realpathSync(chromium))] : []), '/usr/lib/chromium'];
  const folder = folders.find((path) =>
    ['vk_swiftshader_icd.json', 'libvulkan.so.1'].every((file) => existsSync(join(path, file))),
  );
  return folder ? { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder } : null;
}

/** Makes this process find a software GPU, where there is one and no real one. */
export async function useSoftwareGpu(): Promise<void> {
  const found = await softwareGpu();
  if (!found || ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path))) return;
  process.env['VK_ICD_FILENAMES'] = found.VK_ICD_FILENAMES;
  // The path of libraries counts when a process starts. One that is loaded already is found by its name.
  try {
    process.dlopen(
      { exports: {} },
      join(found.LD_LIBRARY_PATH, 'libvulkan.so.1'),
      constants.dlopen.RTLD_NOW | RTLD_NODELETE,
    );
  } catch (error) {
    if (!(error as Error).message.startsWith('Module did not self-register')) throw error;
  }
}
