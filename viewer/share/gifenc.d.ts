/** What the viewer uses of gifenc, which has no types of its own. */
declare module 'gifenc' {
  export type Palette = [red: number, green: number, blue: number][];

  export interface Encoder {
    writeFrame(
      pixels: Uint8Array,
      width: number,
      height: number,
      /** `delay`: how long the frame is shown, ms. */
      options: { palette: Palette; delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  }

  export function GIFEncoder(): Encoder;

  /** The colours that stand for those of `rgba` best, at most so many. */
  export function quantize(rgba: Uint8ClampedArray, colours: number): Palette;

  /** The index of the nearest colour for each pixel. */
  export function applyPalette(rgba: Uint8ClampedArray, palette: Palette): Uint8Array;
}
