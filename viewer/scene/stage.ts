import { Ticker } from 'pixi.js';
import type { Renderer } from 'pixi.js';
import type { Scene } from '../../envs/scene.ts';
import { parseColour } from '../page/colours.ts';
import { paintable } from './paintable.ts';
import { createRenderer } from './renderer.ts';
import { World } from './world.ts';

/** Paints scenes, as large as its host has room for. It draws when it is told to, and at no other time. */
export class Stage {
  readonly #renderer: Renderer;
  readonly #host: HTMLElement;
  readonly #caption: HTMLElement;
  readonly #world = new World();
  #scene: Scene | null = null;
  #renders = 0;

  private constructor(renderer: Renderer, host: HTMLElement, caption: HTMLElement) {
    this.#renderer = renderer;
    this.#host = host;
    this.#caption = caption;
  }

  /**
   * @param caption  shares the host with the picture, which leaves room for it below
   * @throws Error   when the browser can paint neither with WebGL nor on a canvas
   */
  static async create(host: HTMLElement, caption: HTMLElement): Promise<Stage> {
    const renderer = await createRenderer();
    renderer.canvas.setAttribute('aria-hidden', 'true'); // the inspector says in words what the picture shows
    host.prepend(renderer.canvas);
    return new Stage(renderer, host, caption);
  }

  show(scene: Scene): void {
    this.#scene = paintable(scene);
    this.#paint();
  }

  hide(hidden: boolean): void {
    this.#renderer.canvas.hidden = hidden;
  }

  /** Fits the picture to the host's size, which has changed. */
  resize(): void {
    if (this.#scene) this.#paint();
  }

  #paint(): void {
    const scene = this.#scene as Scene; // both callers have one
    const room = { width: this.#host.clientWidth, height: this.#host.clientHeight - this.#caption.offsetHeight };
    const scale = Math.min(room.width / scene.width, room.height / scene.height);
    if (!(scale > 0)) return; // no room, or a world without size
    const [width, height] = [scene.width, scene.height].map((size) => Math.max(1, Math.round(size * scale))) as [
      number,
      number,
    ];
    if (this.#renderer.screen.width !== width || this.#renderer.screen.height !== height)
      this.#renderer.resize(width, height, window.devicePixelRatio);
    const background = scene.background ? parseColour(scene.background) : { color: 0, alpha: 0 };
    this.#renderer.background.color = background.color;
    this.#renderer.background.alpha = background.alpha;
    this.#world.paint(scene.shapes, scale);
    this.#renderer.render(this.#world.node);
    Ticker.system.update();
    this.#renderer.canvas.dataset['renders'] = String(++this.#renders);
  }
}
