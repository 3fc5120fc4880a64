import type { Page } from 'playwright-core';

export type Colour = readonly [number, number, number];

/** Whether a colour is another but for what compression does to it. */
export function near(colour: Colour | undefined, wanted: Colour, tolerance = 8): boolean {
  return colour !== undefined && wanted.every((value, i) => Math.abs(value - (colour[i] as number)) <= tolerance);
}

export interface DecodedGif {
  size: [width: number, height: number];
  durationMs: number;
  /** Of each frame, at each of the places. */
  colours: Colour[][];
}

/** What the browser's own decoder makes of an animation; `places` are shares of its width and height. */
export async function decodeGif(
  page: Page,
  bytes: Uint8Array,
  places: readonly (readonly [number, number])[],
): Promise<DecodedGif> {
  return page.evaluate(
    async ([content, wanted]) => {
      const decoder = new ImageDecoder({ data: Uint8Array.from(content), type: 'image/gif' });
      await Promise.all([decoder.tracks.ready, decoder.completed]);
      const decoded: DecodedGif = { size: [0, 0], durationMs: 0, colours: [] };
      for (let frameIndex = 0; frameIndex < (decoder.tracks.selectedTrack?.frameCount ?? 0); frameIndex++) {
        const { image } = await decoder.decode({ frameIndex });
        const { displayWidth: width, displayHeight: height } = image;
        const pen = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
        pen.drawImage(image, 0, 0);
        decoded.size = [width, height];
        decoded.durationMs += (image.duration ?? 0) / 1000;
        decoded.colours.push(
          wanted.map(([x, y]) => {
            const { data } = pen.getImageData(Math.round(x * width), Math.round(y * height), 1, 1);
            return [data[0] ?? 0, data[1] ?? 0, data[2] ?? 0];
          }),
        );
      }
      return decoded;
    },
    [[...bytes], places] as const,
  );
}

export interface PlayedVideo {
  width: number;
  height: number;
  seconds: number;
  /** Colours at one place of the first frame, and at another of the last. */
  first: Colour;
  last: Colour;
}

/** What the browser's own player shows of a video. The viewer's page may show none, so it is a page of its own. */
export async function playVideo(
  page: Page,
  bytes: Uint8Array,
  places: readonly [readonly [number, number], readonly [number, number]],
): Promise<PlayedVideo> {
  const blank = await page.context().newPage();
  const played = await blank.evaluate(
    async ([content, [atFirst, atLast]]) => {
      const video = document.createElement('video');
      video.src = URL.createObjectURL(new Blob([Uint8Array.from(content)]));
      const event = (name: string): Promise<unknown> =>
        new Promise((resolve, reject) => {
          video.addEventListener(name, resolve, { once: true });
          video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        });
      await event('loadeddata');
      const { videoWidth: width, videoHeight: height, duration: seconds } = video;
      const colourAt = async (time: number, [x, y]: readonly [number, number]): Promise<[number, number, number]> => {
        const sought = event('seeked');
        video.currentTime = time;
        await sought;
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); // the frame found may be put up a little later
        const canvas = new OffscreenCanvas(width, height);
        const pen = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        pen.drawImage(video, 0, 0);
        const [red = 0, green = 0, blue = 0] = pen.getImageData(
          Math.round(x * width),
          Math.round(y * height),
          1,
          1,
        ).data;
        return [red, green, blue];
      };
      const first = await colourAt(0.001, atFirst);
      return { width, height, seconds, first, last: await colourAt(seconds - 0.005, atLast) };
    },
    [[...bytes], places] as const,
  );
  await blank.close();
  return played;
}
