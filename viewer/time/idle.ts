const SLICE_MS = 8; // half a frame of sixty a second
const LONGEST_WAIT_MS = 200; // a page that is busy all the time gets on with it, too

/**
 * Does work in slices of a few milliseconds, whenever the page has nothing else to do.
 *
 * @param work   pauses often: a slice ends with its first pause after its time
 * @param pause  is called after each slice
 * @returns      whether it was done: false when `signal` aborted it
 */
export async function whenIdle(
  work: Iterator<void>,
  signal: AbortSignal,
  pause: () => void = () => {},
): Promise<boolean> {
  for (;;) {
    await idle();
    if (signal.aborted) return false;
    const end = performance.now() + SLICE_MS;
    let done = false;
    while (!done && performance.now() < end) done = work.next().done === true;
    if (done) return true;
    pause();
  }
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    // not every browser offers it
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT_MS });
    else setTimeout(resolve, 1);
  });
}
