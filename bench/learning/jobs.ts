import { fork } from 'node:child_process';
import type { Config } from 'gymformer';
import { caseName, type LearningCase } from './cases.ts';
import type { SeedResult } from './results.ts';
import type { SeedMessage, SeedOrder } from './seedProcess.ts';

/** One seed of a case, to be trained. */
export interface Job {
  one: LearningCase;
  seed: number;
  config: Config;
  /** File of the result. */
  path: string;
}

export type Outcome = { result: SeedResult } | { failure: string };

export interface JobOptions {
  /** How many at once. */
  atOnce: number;
  signal?: AbortSignal | undefined;
  /** Told of every update. */
  onProgress: (progress: Progress) => void;
}

/** How far all jobs are. */
export interface Progress {
  done: number;
  /** Of the job that has just told. */
  what: string;
  /** By the speeds so far; null before there are any. */
  secondsLeft: number | null;
}

/** Trains each job in a process of its own, some at once, in this order; for each there is a promise of its outcome. */
export function runJobs(jobs: readonly Job[], { atOnce, signal, onProgress }: JobOptions): Promise<Outcome>[] {
  const clock = new Clock(jobs, atOnce);
  const turn = turns(atOnce);
  return jobs.map((job) =>
    turn(async () => {
      if (signal?.aborted) return { failure: 'interrupted' };
      clock.start(job);
      const outcome = await trainInProcess(job, signal, (step, meanReturn) => {
        clock.update(job, step);
        const name = `${caseName(job.one)} seed ${job.seed}`;
        const share = `${Math.floor((100 * Math.min(step, job.config.steps)) / job.config.steps)} %`;
        const what = `${name}: ${share}${meanReturn === null ? '' : `, mean return ${meanReturn.toFixed(2)}`}`;
        onProgress({ done: clock.done, what, secondsLeft: clock.secondsLeft() });
      });
      clock.end(job);
      return outcome;
    }),
  );
}

/** Lets so many tasks run at once, the earlier first. */
function turns(atOnce: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function trainInProcess(
  { one, config, path }: Job,
  signal: AbortSignal | undefined,
  onUpdate: (step: number, meanReturn: number | null) => void,
): Promise<Outcome> {
  const child = fork(new URL('./seedProcess.js', import.meta.url), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const stop = (): void => void child.kill();
  signal?.addEventListener('abort', stop);
  try {
    return await new Promise<Outcome>((resolve) => {
      child.on('message', (message: SeedMessage) => {
        if (message.kind === 'update') onUpdate(message.step, message.meanReturn);
        else resolve(message.kind === 'done' ? { result: message.result } : { failure: message.message });
      });
      child.on('error', ({ message }) => resolve({ failure: message }));
      child.on('close', (code) => {
        const why = signal?.aborted ? 'interrupted' : `its process ended with ${code}: ${said.trim()}`;
        resolve({ failure: why });
      });
      child.send({ one, config, path } satisfies SeedOrder);
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Steps and time of all jobs. */
class Clock {
  done = 0;
  readonly #steps = new Map<Job, number>();
  readonly #startedMs = new Map<Job, number>();
  /** Steps a second, of each case that has been trained. */
  readonly #speeds = new Map<string, number>();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly atOnce: number,
  ) {}

  start(job: Job): void {
    this.#startedMs.set(job, performance.now());
  }

  update(job: Job, step: number): void {
    this.#steps.set(job, step);
    const seconds = (performance.now() - (this.#startedMs.get(job) as number)) / 1000;
    this.#speeds.set(caseName(job.one), step / seconds);
  }

  end(job: Job): void {
    this.#steps.set(job, job.config.steps);
    this.done++;
  }

  /** Cases that have not been trained yet are taken to be as fast as the others on average. */
  secondsLeft(): number | null {
    const known = [...this.#speeds.values()];
    if (known.length === 0) return null;
    const usual = known.length / known.reduce((sum, speed) => sum + 1 / speed, 0);
    const seconds = this.jobs.map((job) => {
      const left = Math.max(job.config.steps - (this.#steps.get(job) ?? 0), 0);
      return left / (this.#speeds.get(caseName(job.one)) ?? usual);
    });
    return seconds.reduce((sum, each) => sum + each, 0) / this.atOnce;
  }
}
