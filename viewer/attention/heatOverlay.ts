import type { Colour } from '../../envs/scene.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, element, pen, setText } from '../page/dom.ts';
import { type Heat, type HeatSource, nameOfToken } from './heat.ts';
import { luminance, translucent } from '../page/colours.ts';
import { placeAt, placesOf } from './places.ts';
import type { Corners, TokenPlace } from './places.ts';
import type { Player } from '../time/player.ts';
import { widthOfText } from '../scene/textMetrics.ts';

const BLACK: Colour = '#000000';
const STRONGEST = 0.7; // opacity: what is under the heaviest place can still be seen
const OUTLINED = 0.5; // places from this strength on have an edge

interface Shown {
  heat: Heat;
  places: readonly TokenPlace[];
  /** CSS pixels for a world unit. */
  scale: number;
  /** The scene's. */
  background: Colour;
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
    if (this.#shown) this.#draw(context, this.#shown);
  }

  /** What there is to show, and where; null where the scene does not say where anything is. */
  #find(context: CanvasRenderingContext2D, width: number): Shown | null {
    const scene = this.#player.moment?.scene;
    if (!scene || this.#picture.hidden) return null; // a scene of the environment's own may have things elsewhere
    const heat = this.#sources.map((source) => source.heat()).find((heat) => heat !== null);
    if (!heat) return null;
    const places = placesOf(scene, heat.groups, (text) => widthOfText(text, context));
    return places.length > 0
      ? { heat, places, scale: width / scene.width, background: scene.background ?? BLACK }
      : null;
  }

  #draw(context: CanvasRenderingContext2D, { heat, places, scale, background }: Shown): void {
    const colour = heatColour(background);
    for (const { token, corners } of places) {
      const strength = heat.strength(heat.weights[token] ?? 0);
      if (!(strength > 0)) continue;
      trace(context, corners, scale);
      context.fillStyle = translucent(colour, STRONGEST * strength);
      context.fill();
      if (strength < OUTLINED) continue;
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.stroke();
    }
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

/** The accent, as it is legible on the scene's own background. */
function heatColour(background: Colour): string {
  const name = luminance(background) < 0.5 ? '--heat-on-dark' : '--heat-on-light';
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function trace(context: CanvasRenderingContext2D, corners: Corners, scale: number): void {
  context.beginPath();
  for (let i = 0; i < corners.length; i += 2)
    context.lineTo((corners[i] as number) * scale, (corners[i + 1] as number) * scale);
  context.closePath();
}
