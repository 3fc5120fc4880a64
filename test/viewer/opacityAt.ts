import type { Locator } from 'playwright-core';

/** How opaque a 2D canvas is at a point, 0 to 255; the point in shares of its width and height. */
export async function opacityAt(canvas: Locator, x: number, y: number): Promise<number> {
  return canvas.evaluate(
    (element, [x, y]) => {
      const { width, height } = element as HTMLCanvasElement;
      const pen = (element as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
      return pen.getImageData(x * width, y * height, 1, 1).data[3] as number;
    },
    [x, y] as const,
  );
}
