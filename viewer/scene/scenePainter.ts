import type { Renderer } from 'pixi.js';
import { Ticker } from 'pixi.js';
import type { Scene } from '../../envs/scene.ts';
import { parseColour } from '../page/colours.ts';
import { createRenderer } from './renderer.ts';
import { World } from './world.ts';

/** A canvas that shows scenes. */
export interface SceneCanvas {
  /** As large as there is room for, in CSS pixels. */
  show(scene: Scene, room: { width: number; height: number }): void;
  destroy(): void;
}

/**
 * Paints scenes into any number of canvases. One renderer paints them all and each gets a copy: a browser has room for a
 * few WebGL contexts only, and takes one away, the stage's say, when there are more.
 */
export class ScenePainter {
  readonly #renderer: Renderer;

  private constructor(renderer: Renderer) {
    this.#renderer = renderer;
  }

  /**
   * @param density pixels of the canvases for a CSS pixel
   * @throws Error  when the browser can paint neither with WebGL nor on a canvas
   */
  static async create(density?: number): Promise<ScenePainter> {
    return new ScenePainter(await createRenderer(density === undefined ? {} : { density }));
  }

  destroy(): void {
    this.#renderer.destroy();
  }

  /** @param target gets its size with each scene */
  canvas(target: HTMLCanvasElement): SceneCanvas {
    const world = new World();
    let renders = 0;
    return {
      show: (scene, room) => {
        if (this.#paint(target, world, scene, room)) target.dataset['renders'] = String(++renders);
      },
      destroy: () => world.destroy(),
    };
  }

  #paint(target: HTMLCanvasElement, world: World, scene: Scene, room: { width: number; height: number }): boolean {
    const scale = Math.min(room.width / scene.width, room.height / scene.height);
    const pen = target.getContext('2d');
    if (!(scale > 0) || !pen) return false; // no room, or a world without size
    const width = Math.max(1, Math.round(scene.width * scale));
    const height = Math.max(1, Math.round(scene.height * scale));
    const { screen, resolution } = this.#renderer;
    // It only grows: panes of different sizes would otherwise make it anew in every frame.
    if (screen.width < width || screen.height < height)
      this.#renderer.resize(Math.max(screen.width, width), Math.max(screen.height, height));
    const background = scene.background ? parseColour(scene.background) : { color: 0, alpha: 0 };
    this.#renderer.background.color = background.color;
    this.#renderer.background.alpha = background.alpha;
    world.paint(scene.shapes, scale);
    this.#renderer.render(world.node);
    const [columns, rows] = [Math.round(width * resolution), Math.round(height * resolution)];
    if (target.width !== columns || target.height !== rows) {
      Object.assign(target, { width: columns, height: rows });
      Object.assign(target.style, { width: `${width}px`, height: `${height}px` });
    }
    pen.clearRect(0, 0, columns, rows);
    pen.drawImage(this.#renderer.canvas, 0, 0, columns, rows, 0, 0, columns, rows);
    Ticker.system.update();
    return true;
  }
}
