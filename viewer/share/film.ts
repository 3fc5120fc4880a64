import { openScene } from '../looks/loadScene.ts';
import { type HeatLayer, paintHeat, placeHeat } from '../attention/heatLayer.ts';
import type { Moment } from '../../src/replay/format.ts';
import type { SceneMaker } from '../looks/sceneMaker.ts';
import { sceneStateAt } from '../looks/sceneState.ts';
import { sceneAt } from '../scene/sceneAt.ts';
import { ScenePainter } from '../scene/scenePainter.ts';
import { momentOrLost } from '../time/momentOrLost.ts';
import type { Recording } from '../time/player.ts';
import { framePositions, pictureSize } from './clip.ts';
import type { Clip } from './clip.ts';

/** Frames that are evenly spaced in time, the last step among them. */
export interface Film {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  /** Paints a frame, into the same canvas every time. */
  paint(frame: number): HTMLCanvasElement;
}

/** How an export goes on, and how it is stopped. */
export interface Progress {
  /** Stops it, which rejects with the signal's reason. */
  signal: AbortSignal;
  /** Is told how many frames are done. */
  show(frames: number): void;
}

/** Pixels. */
interface Size {
  width: number;
  height: number;
}

/** What of the screen goes into pictures. */
export interface Appearance {
  /** Makes the environment's own scene, which is then shown; null for what `draw()` gave. */
  own: SceneMaker | null;
  /** What lies over what `draw()` gave, of the same episode; null for nothing. */
  heat: HeatLayer | null;
}

interface Brush {
  /** Paints a position in an episode, as large as it can within the size; null where the file has lost it. */
  paint(episode: number, position: number, size: Size): HTMLCanvasElement | null;
  destroy(): void;
}

const EDGES = 320; // so many edges of heavy places are as wide as the picture is high

/** Of an environment that has a scene of its own and no `draw()`: as wide as most screens. */
const NO_WORLD = { width: 16, height: 9 };

/** The world that a film of an episode shows, by its width and height; null where there is nothing to show. */
export function worldOf(recording: Recording, { episode, first }: Clip, own: SceneMaker | null): Size | null {
  return sceneAt(first, momentsOf(recording, episode)) ?? (own && NO_WORLD);
}

/**
 * Paints a recording's pictures off the screen, by the code that paints them on it: the same moment is the same picture,
 * whatever the window, the screen and the speed of the machine.
 */
export class PictureMaker {
  readonly #recording: Recording;
  readonly #own: SceneMaker | null;
  readonly #heat: HeatLayer | null;
  readonly #brush: Brush;

  private constructor(recording: Recording, { own, heat }: Appearance, brush: Brush) {
    this.#recording = recording;
    this.#own = own;
    this.#heat = own ? null : heat; // a scene of the environment's own may have things elsewhere
    this.#brush = brush;
  }

  /**
   * @throws Error when the browser can paint neither with WebGL nor on a canvas, or the environment's own scene fails
   */
  static async create(recording: Recording, appearance: Appearance): Promise<PictureMaker> {
    const { own } = appearance;
    return new PictureMaker(recording, appearance, own ? await ownBrush(recording, own) : await drawnBrush(recording));
  }

  /**
   * @param format height of the frames, in pixels, and how many there are a second
   * @throws Error when there is nothing to show
   */
  film(clip: Clip, format: { height: number; framesPerSecond: number }): Film {
    const world = worldOf(this.#recording, clip, this.#own);
    if (!world) throw new Error('The environment draws no picture.');
    const { framesPerSecond } = format;
    const positions = framePositions(clip, framesPerSecond);
    const [width, height] = pictureSize(world, format.height);
    const frame = document.createElement('canvas');
    Object.assign(frame, { width, height });
    const pen = frame.getContext('2d', { willReadFrequently: true });
    if (!pen) throw new Error('this browser offers no 2D canvas');
    const ground = getComputedStyle(document.body).backgroundColor; // behind a scene that has none
    const paint = (index: number): HTMLCanvasElement => {
      const position = positions[index] ?? clip.last;
      const picture = this.#brush.paint(clip.episode, position, { width, height });
      if (!picture) return frame; // the last one that is not lost
      const background = sceneAt(Math.floor(position), momentsOf(this.#recording, clip.episode))?.background;
      for (const colour of [ground, background ?? ground]) {
        pen.fillStyle = colour;
        pen.fillRect(0, 0, width, height);
      }
      const [left, top] = [Math.round((width - picture.width) / 2), Math.round((height - picture.height) / 2)];
      pen.drawImage(picture, left, top);
      pen.save();
      pen.translate(left, top);
      this.#paintHeat(pen, clip.episode, Math.floor(position), picture);
      pen.restore();
      return frame;
    };
    return { width, height, frames: positions.length, framesPerSecond, paint };
  }

  /** As on the screen: of the step, where the scene is between it and the next one. */
  #paintHeat(pen: CanvasRenderingContext2D, episode: number, step: number, { width, height }: Size): void {
    const heat = this.#heat?.(step);
    const scene = heat && sceneAt(step, momentsOf(this.#recording, episode));
    const placed = scene && placeHeat(scene, heat, pen);
    if (placed) paintHeat(pen, placed, width / scene.width, height / EDGES);
  }

  destroy(): void {
    this.#brush.destroy();
  }
}

/** Paints what `draw()` gave. */
async function drawnBrush(recording: Recording): Promise<Brush> {
  const painter = await ScenePainter.create(1);
  const paper = document.createElement('canvas');
  const world = painter.canvas(paper);
  return {
    paint: (episode, position, size) => {
      const scene = sceneAt(position, momentsOf(recording, episode));
      if (scene) world.show(scene, size);
      return scene && paper;
    },
    destroy: () => painter.destroy(),
  };
}

/** Paints with another one of the environment's own scene: the one on the screen stays as it is. */
async function ownBrush(recording: Recording, make: SceneMaker): Promise<Brush> {
  const painter = await openScene(make, 1);
  return {
    paint: (episode, position, { width, height }) => {
      const moment = sceneStateAt(position, recording.header, momentsOf(recording, episode));
      if (moment) painter.paint(moment, width, height);
      return moment && painter.canvas;
    },
    destroy: () => painter.destroy(),
  };
}

/** The moments of an episode; null beyond its end, and where the file has lost one. */
function momentsOf(recording: Recording, episode: number): (step: number) => Moment | null {
  const last = recording.episodes[episode]?.steps ?? 0;
  return (step) => (step > last ? null : momentOrLost(recording, episode, step, { attention: false }));
}
