import {
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  QUALITY_HIGH,
  WebMOutputFormat,
} from 'mediabunny';
import type { VideoCodec } from 'mediabunny';
import type { Film, Progress } from './film.ts';

/** A kind of video file. */
export type Container = 'mp4' | 'webm';

/** The codecs of each, the one that most players know first. */
const CODECS: Readonly<Record<Container, readonly VideoCodec[]>> = {
  mp4: ['avc', 'hevc', 'av1', 'vp9'],
  webm: ['vp9', 'vp8', 'av1'],
};

const NAMES: Partial<Record<VideoCodec, string>> = { avc: 'H.264', hevc: 'HEVC', av1: 'AV1', vp9: 'VP9', vp8: 'VP8' };

/** What this browser can do about a kind of file. */
export interface VideoSupport {
  /** Null when it can encode none of the codecs. */
  codec: VideoCodec | null;
  /** For a person: the codec, and what is missing. */
  note: string;
}

/** @param size of the frames, pixels */
export async function videoSupport(
  container: Container,
  size: { width: number; height: number },
): Promise<VideoSupport> {
  const wanted = CODECS[container];
  if (!('VideoEncoder' in globalThis)) return { codec: null, note: 'This browser cannot encode video.' };
  const codec = await getFirstEncodableVideoCodec([...wanted], { ...size, quality: QUALITY_HIGH });
  const [best] = wanted as [VideoCodec];
  if (codec === null)
    return { codec, note: `This browser can encode none of ${wanted.map(nameOf).join(', ')} in this size.` };
  if (codec === best) return { codec, note: nameOf(codec) };
  return {
    codec,
    note: `${nameOf(codec)}: this browser cannot encode ${nameOf(best)}, and some players know only that.`,
  };
}

/** @throws Error when the browser's encoder fails */
export async function encodeVideo(
  film: Film,
  { container, codec }: { container: Container; codec: VideoCodec },
  { signal, show }: Progress,
): Promise<Blob> {
  const format = container === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat();
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const canvas = film.paint(0);
  const source = new CanvasSource(canvas, { codec, quality: QUALITY_HIGH });
  output.addVideoTrack(source, { frameRate: film.framesPerSecond });
  try {
    await output.start();
    for (let frame = 0; frame < film.frames; frame++) {
      signal.throwIfAborted();
      film.paint(frame);
      await source.add(frame / film.framesPerSecond, 1 / film.framesPerSecond);
      show(frame + 1);
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  if (!target.buffer) throw new Error('the browser made no video');
  return new Blob([target.buffer], { type: format.mimeType });
}

function nameOf(codec: VideoCodec): string {
  return NAMES[codec] ?? codec;
}
