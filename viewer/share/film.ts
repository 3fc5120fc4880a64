import type { Scene } from '../../envs/scene.ts';
import { sceneAt } from '../scene/sceneAt.ts';
import { ScenePainter } from '../scene/scenePainter.ts';
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

/**
 * Paints a recording's pictures off the screen, by the code that paints them on it: the same moment is the same picture,
 * whatever the window, the screen and the speed of the machine.
 */
export class PictureMaker {
  readonly #painter: ScenePainter;
  readonly #recording: Recording;

  private constructor(painter: ScenePainter, recording: Recording) {
    this.#painter = painter;
    this.#recording = recording;
  }

  /** @throws Error when the browser can paint neither with WebGL nor on a canvas */
  static async create(recording: Recording): Promise<PictureMaker> {
    return new PictureMaker(await ScenePainter.create(1), recording);
  }

  /**
   * @param height of the frames, pixels
   * @throws Error when the environment draws no picture there
   */
  film(clip: Clip, { height: pixels, framesPerSecond }: { height: number; framesPerSecond: number }): Film {
    const positions = framePositions(clip, framesPerSecond);
    const first = this.#scene(clip.episode, clip.first);
    const [width, height] = pictureSize(first, pixels);
    const paper = document.createElement('canvas');
    const frame = document.createElement('canvas');
    Object.assign(frame, { width, height });
    const world = this.#painter.canvas(paper);
    const ground = getComputedStyle(document.body).backgroundColor; // behind a scene that has none
    return {
      width,
      height,
      frames: positions.length,
      framesPerSecond,
      paint: (index) => {
        const scene = this.#scene(clip.episode, positions[index] ?? clip.last);
        world.show(scene, { width, height });
        const pen = frame.getContext('2d', { willReadFrequently: true });
        if (!pen) throw new Error('this browser offers no 2D canvas');
        for (const colour of [ground, scene.background ?? ground]) {
          pen.fillStyle = colour;
          pen.fillRect(0, 0, width, height);
        }
        pen.drawImage(paper, Math.round((width - paper.width) / 2), Math.round((height - paper.height) / 2));
        return frame;
      },
    };
  }

  destroy(): void {
    this.#painter.destroy();
  }

  #scene(episode: number, position: number): Scene {
    const scene = sceneAt(position, (step) => this.#recording.moment(episode, step));
    if (!scene) throw new Error('The environment draws no picture of this moment.');
    return scene;
  }
}
