import type { Controls } from './controls.ts';
import type { Player } from './player.ts';
import { stepAt, stepWidth } from './tracks.ts';
import type { Plot } from './tracks.ts';

/** What the gestures are made on. */
export interface Surface {
  root: HTMLElement;
  plot(): Plot;
  /** Whether a place belongs to something else than the steps, and has been dealt with. */
  press(x: number, y: number): boolean;
  /** The pointer is over a step, px from the left edge; null when it has left. */
  hover(x: number | null, picture: boolean): void;
}

const WHEEL_RATE = 0.002; // of zooming, for each pixel that a wheel turns

/**
 * Scrubbing with a pointer; with Shift, choosing what is looped; zooming with a wheel or two fingers; moving along with a
 * wheel that turns sideways.
 */
export class Gestures {
  readonly #surface: Surface;
  readonly #player: Player;
  readonly #controls: Controls;
  /** Pointers that are down, px from the left edge. */
  readonly #down = new Map<number, number>();
  #loopFrom: number | null = null;

  constructor(surface: Surface, player: Player, controls: Controls) {
    this.#surface = surface;
    this.#player = player;
    this.#controls = controls;
    const { root } = surface;
    root.addEventListener('pointerdown', (event) => this.#press(event));
    root.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const)
      root.addEventListener(end, (event) => this.#release(event));
    root.addEventListener('pointerleave', () => surface.hover(null, false));
    root.addEventListener('wheel', (event) => this.#turn(event), { passive: false });
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0 || !this.#player.summary) return;
    const { x, y } = this.#place(event);
    if (this.#down.size === 0 && this.#surface.press(x, y)) return;
    this.#surface.root.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, x);
    if (this.#down.size > 1) return;
    const step = stepAt(x, this.#surface.plot());
    this.#loopFrom = event.shiftKey ? step : null;
    if (!event.shiftKey) this.#controls.seek(step);
  }

  #move(event: PointerEvent): void {
    if (!this.#player.summary) return;
    const { x } = this.#place(event);
    const before = this.#down.get(event.pointerId);
    const step = stepAt(x, this.#surface.plot());
    if (before !== undefined && this.#down.size > 1) this.#pinch(event.pointerId, before, x);
    else if (before !== undefined && this.#loopFrom !== null)
      this.#controls.setLoop({ from: this.#loopFrom, to: step });
    else if (before !== undefined) this.#controls.seek(step);
    if (before !== undefined) this.#down.set(event.pointerId, x);
    this.#surface.hover(x, before === undefined && event.pointerType !== 'touch');
  }

  #release({ pointerId }: PointerEvent): void {
    this.#down.delete(pointerId);
    this.#loopFrom = null;
  }

  /** Two fingers: the steps under them stay under them. */
  #pinch(moved: number, before: number, x: number): void {
    const other = [...this.#down].find(([id]) => id !== moved)?.[1];
    if (other === undefined) return;
    const [was, is] = [Math.abs(before - other), Math.abs(x - other)];
    if (was > 0 && is > 0) this.#controls.zoom.zoomBy(is / was, stepAt(other, this.#surface.plot()));
  }

  #turn(event: WheelEvent): void {
    if (!this.#player.summary) return;
    const { zoom } = this.#controls;
    const plot = this.#surface.plot();
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const turned = event.deltaY === 0 || sideways ? event.deltaX || event.deltaY : event.deltaY;
    if (!zoom.zoomed && (sideways || turned > 0)) return; // the page's to scroll
    event.preventDefault();
    if (sideways) zoom.panBy(turned / stepWidth(plot));
    else zoom.zoomBy(Math.exp(-turned * WHEEL_RATE), stepAt(this.#place(event).x, plot));
  }

  #place({ clientX, clientY }: MouseEvent): { x: number; y: number } {
    const { left, top } = this.#surface.root.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
