import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { GymformerError } from '../errors.ts';
import { mayOpenBrowser, openBrowser } from './browser.ts';

/** The viewer of a run that is training, in a process of its own: training leaves no time to answer a browser. */
export class Watcher {
  readonly run: string;
  #server: ChildProcess | undefined;

  constructor(run: string) {
    this.run = run;
  }

  /** Starts to serve, opens a browser where there is somebody to look, and gives the address. */
  async open(): Promise<string> {
    const main = fileURLToPath(new URL('./main.js', import.meta.url));
    const server = spawn(process.execPath, [main, 'view', this.run, '--no-open', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = server;
    for await (const line of createInterface({ input: server.stdout })) {
      const { url } = JSON.parse(line) as { url: string };
      if (mayOpenBrowser()) await openBrowser(url);
      return url;
    }
    throw new GymformerError('the viewer did not start');
  }

  /** Ctrl-C ends the server; until then there is still something to see. */
  async untilInterrupted(): Promise<void> {
    if (this.#server && this.#server.exitCode === null) await once(this.#server, 'exit');
  }

  close(): void {
    this.#server?.kill();
  }
}
