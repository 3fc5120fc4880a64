import { serveEnvironments } from '../envs/workers/serveEnvironments.ts';
import { resolveEnvironment } from './plugins.ts';

/** What a worker thread of a vector environment does: finds the environment as the program does, and steps it. */
export function serve(): Promise<void> {
  return serveEnvironments(async (reference) => (await resolveEnvironment(reference)).make);
}
