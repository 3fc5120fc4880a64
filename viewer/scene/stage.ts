import 'pixi.js/graphics';
import 'pixi.js/text';
import 'pixi.js/unsafe-eval'; // shader set-up without eval, which the page's Content-Security-Policy forbids
import { autoDetectRenderer, Container, Ticker } from 'pixi.js';
import type { Renderer } from 'pixi.js';
import type { Scene, Shape } from '../../envs/scene.ts';
import { parseColour } from '../page/colours.ts';
import { paintable } from './paintable.ts';
import { createShapeView } from './shapes.ts';
import type { ShapeView } from './shapes.ts';

/** Paints scenes, as large as its host has room for. It draws when it is told to, and at no other time. */
export class Stage {
  readonly #renderer: Renderer;
  readonly #host: HTMLElement;
  readonly #caption: HTMLElement;
  readonly #world = new Container();
  #views = new Map<string, ShapeView>();
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
    Ticker.system.autoStart = false; // Pixi's housekeeping runs with our frames, not sixty times a second for ever
    const renderer = await autoDetectRenderer({
      preference: 'webgl',
      antialias: true,
      autoDensity: true,
      backgroundAlpha: 0,
      resolution: window.devicePixelRatio,
      skipExtensionImports: true, // the three it needs are imported above
    });
    renderer.canvas.setAttribute('aria-hidden', 'true'); // the inspector says in words what the picture shows
    host.prepend(renderer.canvas);
    return new Stage(renderer, host, caption);
  }

  show(scene: Scene): void {
    this.#scene = paintable(scene);
    this.#paint();
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
    this.#paintShapes(scene.shapes, scale);
    this.#renderer.render(this.#world);
    Ticker.system.update();
    this.#renderer.canvas.dataset['renders'] = String(++this.#renders);
  }

  /** Keeps the views of shapes that were there before, makes those of new ones, and drops the rest. */
  #paintShapes(shapes: readonly Shape[], scale: number): void {
    const kept = new Map<string, ShapeView>();
    shapes.forEach((shape, index) => {
      const named = `${shape.kind} ${shape.id ?? ''}`;
      const key = shape.id === undefined || kept.has(named) ? `${named}#${index}` : named;
      const view = this.#views.get(key) ?? createShapeView(shape.kind);
      this.#views.delete(key);
      kept.set(key, view);
      view.paint(shape, scale);
      if (this.#world.children[index] !== view.node) this.#world.addChildAt(view.node, index);
    });
    for (const gone of this.#views.values()) gone.destroy();
    this.#views = kept;
  }
}
