import { EXIT } from '../errors.ts';
import { say } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface Interrupt {
  signal: AbortSignal;
  /** From now on Ctrl-C means what it did before. */
  release(): void;
}

/**
 * Lets the first Ctrl-C (or SIGTERM) end work in good order; the second ends the process at once.
 *
 * @param message  for the person who pressed it
 */
export function onInterrupt(message: string, tell: (line: string) => void = say): Interrupt {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    tell(message);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}

/** Waits for the first Ctrl-C (or SIGTERM). */
export async function untilInterrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const name of SIGNALS) process.once(name, () => resolve());
  });
}
