import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Audience, PolicyCopy } from '../watch/audience.ts';
import { LiveRecorder } from '../watch/liveRecorder.ts';
import { mayOpenBrowser, openBrowser } from './browser.ts';

/**
 * The viewer of a run that is training, and the episodes in it, each from a process of its own: training leaves no time
 * to answer a browser.
 */
export class Watcher implements Audience {
  readonly #run: string;
  #server: ChildProcess | undefined;
  #recorder: LiveRecorder | undefined;

  /** @param run its directory */
  constructor(run: string) {
    this.#run = run;
  }

  get ready(): boolean {
    return this.#recorder?.ready ?? false;
  }

  show(policy: PolicyCopy): void {
    this.#recorder?.show(policy);
  }

  /** Starts to record and to serve, says where, and opens a browser where there is somebody to look. */
  async open(tell: (line: string) => void): Promise<void> {
    this.#recorder = new LiveRecorder(this.#run, (why) => tell(`there will be no episodes to watch: ${why}`));
    const main = fileURLToPath(new URL('./main.js', import.meta.url));
    const server = spawn(process.execPath, [main, 'view', this.#run, '--no-open', '--json'], {
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

  /** The training is over: no more episodes, but they can still be looked at. */
  stopRecording(): void {
    this.#recorder?.close();
    this.#recorder = undefined;
  }

  close(): void {
    this.stopRecording();
    this.#server?.kill();
  }
}
