import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RunDirectory } from '../run.ts';
import type { Audience, PolicyCopy } from './audience.ts';

/** What it tells: that it can take a policy, or that it cannot go on. */
export type RecorderMessage = { kind: 'ready' } | { kind: 'failed'; message: string };

/** Recording comes after training: on Unix, a little less than a tenth of its weight where both want a processor. */
const BEHIND = 10;

/**
 * Records an episode of the policy now and then while it trains, in a process of its own that stands back behind the
 * training: an episode takes longer than an update.
 */
export class LiveRecorder implements Audience {
  readonly #run: RunDirectory;
  readonly #child: ChildProcess;
  readonly #ended: () => void;
  #ready = false;

  /**
   * @param run    the run's directory, which the recording process is told first
   * @param failed is told, once, why there will be no episodes
   */
  constructor(run: string, failed: (why: string) => void) {
    this.#run = new RunDirectory(run);
    const main = fileURLToPath(new URL('./recordingProcess.js', import.meta.url));
    this.#child = fork(main, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    standBack(this.#child);
    this.#child.on('message', (message: RecorderMessage) => {
      if (message.kind === 'ready') this.#ready = true;
      else {
        this.close();
        failed(message.message);
      }
    });
    this.#child.on('error', () => {}); // it could not be started or told something: it ends, and training goes on
    this.#ended = () => failed('the process that records them has ended');
    this.#child.once('exit', this.#ended);
    this.#child.send(run);
  }

  get ready(): boolean {
    return this.#ready && this.#child.connected;
  }

  show(policy: PolicyCopy): void {
    this.#ready = false;
    this.#child.send(policy);
  }

  close(): void {
    this.#child.off('exit', this.#ended);
    this.#child.kill('SIGKILL'); // in the middle of an episode it hears of nothing else
    rmSync(this.#run.unfinishedReplayPath, { force: true });
  }
}

/** Gives a process the time that others leave, where the system lets us. */
function standBack({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, BEHIND);
  } catch {
    // It has ended already, or priorities are not ours to change.
  }
}
