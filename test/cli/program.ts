import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/src/cli/main.js');

// A script without a build step, and so without types.
const { buildIfStale } = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as {
  buildIfStale(parts?: ('kernels' | 'program' | 'viewer')[]): Promise<void>;
};
await buildIfStale();

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output, one JSON object a line. */
  json: Record<string, unknown>[];
}

export interface ProgramOptions {
  cwd?: string;
  /** Another copy of the program. */
  main?: string;
  /** Standard input; left out, there is none. */
  input?: string;
  /** Environment variables to add. */
  env?: Record<string, string>;
  /** Called with each line of standard output; what it returns is sent to the program as a signal. */
  onLine?: (line: string) => NodeJS.Signals | void;
}

/** Starts the built program. */
export function start(
  words: readonly string[],
  cwd = ROOT,
  { main = MAIN, env, input }: Pick<ProgramOptions, 'main' | 'env' | 'input'> = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const program = spawn(process.execPath, [main, ...words], {
    cwd,
    env: { ...process.env, CI: 'true', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  program.stdin?.end(input);
  return program as ChildProcessByStdio<null, Readable, Readable>; // nobody else writes to it
}

/** Runs the built program to its end. `words` are split at spaces. */
export async function gymformer(words: string | readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const program = start(typeof words === 'string' ? words.split(' ').filter(Boolean) : words, options.cwd, options);
  let [stdout, stderr, rest] = ['', '', ''];
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const signal = options.onLine?.(line);
      if (signal) program.kill(signal);
    }
  });
  program.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => program.on('close', resolve));
  return { code, stdout, stderr, json: jsonLines(stdout) };
}

/** A folder for one test file, and what removes it. */
export function temporaryFolder(): { path: string; write(name: string, text: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gymformer-'));
  return {
    path,
    write: (name, text) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The smallest training there is: one short update, one episode of evaluation. */
export const TINY =
  '--envs 2 --rollout-steps 32 --minibatches 2 --width 16 --layers 1 --heads 2 --eval-episodes 1 --device cpu';

function jsonLines(text: string): Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
