import { Ticker } from 'pixi.js';
import type { Renderer } from 'pixi.js';
import type { Scene } from '../../envs/scene.ts';
import { parseColour } from '../page/colours.ts';
import { element } from '../page/dom.ts';
import { paintable } from './paintable.ts';
import { createRenderer } from './renderer.ts';
import { World } from './world.ts';

/** Paints scenes, as large as its host has room for. It draws when it is told to, and at no other time. */
export class Stage {
  readonly #host: HTMLElement;
  readonly #caption: HTMLElement;
  readonly #canvas = element('canvas', { 'aria-hidden': 'true' }); // the inspector says in words what the picture shows
  readonly #world = new World();
  /** Null while it is being made: what is to be shown is painted when it is there. */
  #renderer: Renderer | null = null;
  #scene: Scene | null = null;
  #renders = 0;

  /**
   * @param caption  shares the host with the picture, which leaves room for it below
   * @param failed   is told when the browser can paint neither with WebGL nor on a canvas
   */
  constructor(host: HTMLElement, caption: HTMLElement, failed: (error: unknown) => void) {
    this.#host = host;
    this.#caption = caption;
    host.prepend(this.#canvas);
    createRenderer({ canvas: this.#canvas }).then((renderer) => this.#begin(renderer), failed);
  }

  show(scene: Scene): void {
    this.#scene = paintable(scene);
    this.#paint();
  }

  hide(hidden: boolean): void {
    this.#canvas.hidden = hidden;
  }

  /** Fits the picture to the host's size, which has changed. */
  resize(): void {
    this.#paint();
  }

  #begin(renderer: Renderer): void {
    this.#renderer = renderer;
    this.#paint();
  }

  #paint(): void {
    const [scene, renderer] = [this.#scene, this.#renderer];
    if (!scene || !renderer) return;
    const room = { width: this.#host.clientWidth, height: this.#host.clientHeight - this.#caption.offsetHeight };
    const scale = Math.min(room.width / scene.width, room.height / scene.height);
    if (!(scale > 0)) return; // no room, or a world without size
    const [width, height] = [scene.width, scene.height].map((size) => Math.max(1, Math.round(size * scale))) as [
      number,
      number,
    ];
    if (renderer.screen.width !== width || renderer.screen.height !== height)
      renderer.resize(width, height, window.devicePixelRatio);
    const background = scene.background ? parseColour(scene.background) : { color: 0, alpha: 0 };
    renderer.background.color = background.color;
    renderer.background.alpha = background.alpha;
    this.#world.paint(scene.shapes, scale);
    renderer.render(this.#world.node);
    Ticker.system.update();
    this.#canvas.dataset['renders'] = String(++this.#renders);
  }
}
