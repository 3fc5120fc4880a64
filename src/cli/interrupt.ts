import { EXIT } from '../errors.ts';
import { say } from './output.ts';

/**
 * A signal that the first Ctrl-C (or SIGTERM) gives, so that work can end in good order; the second ends the process
 * at once.
 *
 * @param message  for the person who pressed it
 */
export function interruptSignal(message: string, tell: (line: string) => void = say): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    tell(message);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
