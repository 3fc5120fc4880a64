import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The first Python that can import `module`; null where there is none. $PYTHON comes first. */
export function pythonWith(module: string): string | null {
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3', 'python'];
  const found = candidates.find((path) => path && spawnSync(path, ['-c', `import ${module}`]).status === 0);
  return found ?? null;
}

/**
 * What a program in `peers/` prints: a JSON object a line.
 *
 * @throws Error with what it said instead
 */
export function runPeer(python: string, program: string, args: string[], env: Record<string, string> = {}): unknown[] {
  const path = fileURLToPath(new URL(`./peers/${program}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [path, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${python} ${path} failed:\n${stderr}`);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
