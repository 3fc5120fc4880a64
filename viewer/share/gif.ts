import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import type { Film, Progress } from './film.ts';

/**
 * An animation that repeats, each frame with a palette of its own, the best 256 colours. A frame that is like the one
 * before is not written again: that one stays for longer.
 */
export async function encodeGif(film: Film, { signal, show }: Progress): Promise<Blob> {
  const { width, height, frames, framesPerSecond } = film;
  const gif = GIFEncoder();
  let shown = pixelsOf(film, 0);
  let since = 0;
  const write = (until: number): void => {
    const palette = quantize(shown, 256);
    const delay = (1000 * (until - since)) / framesPerSecond; // ms
    gif.writeFrame(applyPalette(shown, palette), width, height, { palette, delay });
  };
  for (let frame = 1; frame < frames; frame++) {
    await nextTask();
    signal.throwIfAborted();
    const pixels = pixelsOf(film, frame);
    if (!isSame(pixels, shown)) {
      write(frame);
      [shown, since] = [pixels, frame];
    }
    show(frame);
  }
  write(frames);
  gif.finish();
  show(frames);
  return new Blob([gif.bytes()], { type: 'image/gif' });
}

function pixelsOf(film: Film, frame: number): Uint8ClampedArray {
  const pen = film.paint(frame).getContext('2d');
  if (!pen) throw new Error('this browser offers no 2D canvas');
  return pen.getImageData(0, 0, film.width, film.height).data;
}

function isSame(a: Uint8ClampedArray, b: Uint8ClampedArray): boolean {
  const [left, right] = [a, b].map(({ buffer }) => new Uint32Array(buffer)) as [Uint32Array, Uint32Array];
  return left.every((pixel, i) => pixel === right[i]);
}

/** Lets the page answer in between. A timer would, in a tab that is not looked at, take a second each time. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener(
      'message',
      () => {
        port1.close();
        resolve();
      },
      { once: true },
    );
    port1.start();
    port2.postMessage(null);
  });
}
