import { unzlibSync } from 'fflate';

export interface Picture {
  width: number;
  height: number;
  /** [red, green, blue] of the pixel in column x, row y. */
  at(x: number, y: number): [number, number, number];
}

/** Decodes a PNG as browsers make them for screenshots: 8 bits a channel, RGB or RGBA, not interlaced. */
export function decodePng(file: Uint8Array): Picture {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [width, height, colourType] = [view.getUint32(16), view.getUint32(20), view.getUint8(25)];
  const channels = colourType === 6 ? 4 : 3;
  const parts: Uint8Array[] = [];
  for (let offset = 8; offset < file.length;) {
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...file.subarray(offset + 4, offset + 8));
    if (type === 'IDAT') parts.push(file.subarray(offset + 8, offset + 8 + length));
    offset += length + 12;
  }
  const pixels = unfilter(unzlibSync(Buffer.concat(parts)), { stride: width * channels, height, channels });
  return {
    width,
    height,
    at: (x, y) => {
      const start = (y * width + x) * channels;
      return [pixels[start] ?? 0, pixels[start + 1] ?? 0, pixels[start + 2] ?? 0];
    },
  };
}

/** @see https://www.w3.org/TR/png-3/#9Filters */
function unfilter(
  lines: Uint8Array,
  { stride, height, channels }: { stride: number; height: number; channels: number },
): Uint8Array {
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = lines[row * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i >= channels ? (pixels[at - channels] as number) : 0;
      const up = row > 0 ? (pixels[at - stride] as number) : 0;
      const corner = row > 0 && i >= channels ? (pixels[at - stride - channels] as number) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      pixels[at] = (lines[row * (stride + 1) + 1 + i] as number) + guess;
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
