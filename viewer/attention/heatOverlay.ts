import type { Changes, Panel } from '../time/clock.ts';
import { byId, element, pen, setText } from '../page/dom.ts';
import { type Heat, type HeatSource, nameOfToken } from './heat.ts';
import { type HeatLayer, paintHeat, placeHeat, type PlacedHeat } from './heatLayer.ts';
import { placeAt } from './places.ts';
import type { Player } from '../time/player.ts';

const EDGE = 1.5; // CSS pixels

interface Shown extends PlacedHeat {
  /** CSS pixels for a world unit. */
  scale: number;
}

/** Where the agent looked, on the scene itself: over each place that shows a token, the stronger the heavier. */
export class HeatOverlay implements Panel {
  readonly #player: Player;
  readonly #sources: readonly HeatSource[];
  readonly #scene = byId('scene', HTMLElement);
  readonly #button = byId('heat-button', HTMLButtonElement);
  readonly #canvas = element('canvas', { id: 'heat', 'aria-hidden': 'true' });
  readonly #hint = element('div', { id: 'heat-hint', hidden: true });
  #on = true;
  #shown: Shown | null = null;

  /** @param sources  the first that has something to show is shown */
  constructor(player: Player, sources: readonly HeatSource[]) {
    this.#player = player;
    this.#sources = sources;
    byId('picture', HTMLElement).append(this.#canvas, this.#hint);
    this.#button.addEventListener('click', () => this.toggle());
    for (const source of sources) source.onChange(() => this.redraw());
    const resized = new ResizeObserver(() => this.redraw());
    for (const node of [this.#scene, this.#picture]) resized.observe(node);
    this.#scene.addEventListener('pointermove', (event) => this.#nameUnder(event));
    this.#scene.addEventListener('pointerleave', () => (this.#hint.hidden = true));
  }

  /** What lies over the scene now, in words; null for nothing. */
  get title(): string | null {
    return this.#shown?.heat.title ?? null;
  }

  /** What a picture of the open step shows over the scene; null while that is nothing. */
  get layerOfStep(): HeatLayer | null {
    return this.#on ? (step) => firstOf(this.#sources, step) : null;
  }

  /** The same for a film: nothing, while what is shown is of the open step alone. */
  get layerOfEpisode(): HeatLayer | null {
    const isOfStep = this.#sources.some((source) => !source.spansEpisode && source.heat(this.#player.step) !== null);
    return isOfStep ? null : this.layerOfStep;
  }

  toggle(): void {
    this.#on = !this.#on;
    this.redraw();
  }

  update(changes: Changes): void {
    if (changes.has('step')) this.redraw();
  }

  /** Everything again: the step, the colours, the size or what is shown changed. */
  redraw(): void {
    this.#fit();
    const { context, width } = pen(this.#canvas);
    const shown = this.#find(context, width);
    this.#hint.hidden = true;
    this.#button.hidden = shown === null;
    this.#button.setAttribute('aria-pressed', String(this.#on));
    this.#shown = this.#on ? shown : null;
    if (shown) setText(this.#button, shown.heat.title);
    if (this.#shown) paintHeat(context, this.#shown, this.#shown.scale, EDGE);
  }

  /** What there is to show, and where; null where the scene does not say where anything is. */
  #find(context: CanvasRenderingContext2D, width: number): Shown | null {
    const scene = this.#player.moment?.scene;
    if (!scene || this.#picture.hidden) return null; // a scene of the environment's own may have things elsewhere
    const heat = firstOf(this.#sources, this.#player.step);
    const placed = heat && placeHeat(scene, heat, context);
    return placed && { ...placed, scale: width / scene.width };
  }

  get #picture(): HTMLCanvasElement {
    return this.#scene.querySelector('canvas') as HTMLCanvasElement; // the stage's
  }

  /** Lies over the picture, wherever that is in its host. */
  #fit(): void {
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = this.#picture;
    const { style } = this.#canvas;
    style.left = `${this.#scene.offsetLeft + offsetLeft}px`;
    style.top = `${this.#scene.offsetTop + offsetTop}px`;
    style.width = `${clientWidth}px`;
    style.height = `${clientHeight}px`;
  }

  #nameUnder({ clientX, clientY }: PointerEvent): void {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    const place = this.#shown && placeAt(this.#shown.places, x / this.#shown.scale, y / this.#shown.scale);
    this.#hint.hidden = !place;
    if (!this.#shown || !place) return;
    const { heat } = this.#shown;
    const weight = heat.weights[place.token] ?? 0;
    setText(this.#hint, `${nameOfToken(heat.groups, place.token)} \u00b7 ${heat.describe(weight, place.token)}`);
    const room = this.#scene.offsetLeft + this.#scene.clientWidth - this.#hint.offsetWidth;
    const from = this.#canvas.offsetLeft + x - this.#hint.offsetWidth / 2;
    const above = this.#canvas.offsetTop + y - this.#hint.offsetHeight - 14; // clear of the pointer
    this.#hint.style.transform = `translate(${Math.max(0, Math.min(from, room))}px, ${Math.max(0, above)}px)`;
  }
}

/** What the first source that has something to show at a step shows. */
function firstOf(sources: readonly HeatSource[], step: number): Heat | null {
  for (const source of sources) {
    const heat = source.heat(step);
    if (heat) return heat;
  }
  return null;
}
