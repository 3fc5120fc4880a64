import 'pixi.js/filters';
import 'pixi.js/mesh';
import 'pixi.js/particle-container';
import 'pixi.js/sprite-nine-slice';
import 'pixi.js/sprite-tiling';
import 'pixi.js/text-bitmap';
import * as pixi from 'pixi.js';
import type { Renderer } from 'pixi.js';
import type { CustomScene, SceneState } from '../../envs/customScene.ts';
import { createRenderer } from '../scene/renderer.ts';
import type { SceneMaker } from './sceneMaker.ts';

type Method = 'mount' | 'render' | 'resize' | 'unmount';

/** A scene of one's own threw. */
export class SceneFailure extends Error {
  override readonly name = 'SceneFailure';

  constructor(
    readonly method: Method | 'constructor',
    cause: unknown,
  ) {
    super(`${method} threw ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
  }
}

/**
 * Shows a scene of one's own on a canvas of its own: with a renderer that nothing else uses, so that what it breaks is
 * only its own. An endless loop in it does stop the page.
 */
export class CustomPainter {
  readonly #renderer: Renderer;
  readonly #scene: CustomScene<typeof pixi>;
  readonly #world = new pixi.Container();
  #size = '';

  private constructor(renderer: Renderer, scene: CustomScene<typeof pixi>) {
    this.#renderer = renderer;
    this.#scene = scene;
  }

  /**
   * Makes a scene and mounts it.
   *
   * @param density pixels of the canvas for a CSS pixel
   * @throws SceneFailure when it does not let itself be
   */
  static async create(make: SceneMaker, density: number): Promise<CustomPainter> {
    let scene: CustomScene<typeof pixi>;
    try {
      scene = make() as CustomScene<typeof pixi>; // Pixi is what every scene gets here
    } catch (error) {
      throw new SceneFailure('constructor', error);
    }
    const painter = new CustomPainter(await createRenderer({ density, shaders: true }), scene);
    try {
      await scene.mount(painter.#world, pixi);
    } catch (error) {
      painter.destroy();
      throw new SceneFailure('mount', error);
    }
    return painter;
  }

  get canvas(): HTMLCanvasElement {
    return this.#renderer.canvas;
  }

  /**
   * Paints a moment, so large in CSS pixels.
   *
   * @throws SceneFailure when the scene does, or Pixi cannot draw what it made
   */
  paint({ state, alpha }: { state: SceneState; alpha: number }, width: number, height: number): void {
    const size = `${width} ${height}`;
    if (size !== this.#size) {
      this.#size = size;
      this.#renderer.resize(width, height);
      this.#try('resize', () => this.#scene.resize(width, height));
    }
    this.#try('render', () => {
      this.#scene.render(state, alpha);
      this.#renderer.render(this.#world);
    });
    pixi.Ticker.system.update();
  }

  /** @throws SceneFailure when the scene does; it is gone even then */
  destroy(): void {
    try {
      this.#try('unmount', () => this.#scene.unmount());
    } finally {
      this.#renderer.canvas.remove();
      this.#renderer.destroy();
    }
  }

  #try(method: Method, act: () => void): void {
    try {
      act();
    } catch (error) {
      throw new SceneFailure(method, error);
    }
  }
}
