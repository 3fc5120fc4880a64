import open from 'open';

/** Whether a person sits at this terminal, with a screen that a browser could open on. */
export function mayOpenBrowser(): boolean {
  if (!process.stdout.isTTY || process.env['CI'] || process.env['SSH_CONNECTION']) return false;
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Opens the person's browser; where there is none, the printed address has to do. */
export async function openBrowser(url: string): Promise<void> {
  try {
    const browser = await open(url);
    browser.on('error', () => {});
  } catch {
    // The address was printed.
  }
}
