import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mayOpenBrowser, openBrowser } from './browser.ts';

/** The viewer of a run that is training, in a process of its own: training leaves no time to answer a browser. */
export class Watcher {
  readonly run: string;
  #server: ChildProcess | undefined;

  constructor(run: string) {
    this.run = run;
  }

  /** Starts to serve, says where, and opens a browser where there is somebody to look. */
  async open(tell: (line: string) => void): Promise<void> {
    const main = fileURLToPath(new URL('./main.js', import.meta.url));
    const server = spawn(process.execPath, [main, 'view', this.run, '--no-open', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = server;
    for await (const line of createInterface({ input: server.stdout })) {
      const { url } = JSON.parse(line) as { url: string };
      tell(`watch it at ${url}`);
      if (mayOpenBrowser()) await openBrowser(url);
      return;
    }
    // It said itself why, and training goes on.
  }

  close(): void {
    this.#server?.kill();
  }
}
