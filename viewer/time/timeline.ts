import { weightsByLag } from '../attention/attention.ts';
import type { AttentionShape, Selection } from '../attention/attention.ts';
import type { Changes, Panel } from './clock.ts';
import { pageColours } from '../page/colours.ts';
import type { Controls } from './controls.ts';
import { byId, element, pen, setText } from '../page/dom.ts';
import { formatNumber } from '../page/numbers.ts';
import type { Player } from './player.ts';
import { drawAxis, drawBars, drawLabel, drawLine, drawMemory, stepAt, xOf } from './tracks.ts';
import type { Band, Plot } from './tracks.ts';

const AXIS_HEIGHT = 18;
const GAP = 10;
const HEIGHTS = { memory: 42, value: 52, reward: 26 };

/** The whole episode at a glance, and a handle on it: tracks over its steps, a cursor, scrubbing with the pointer. */
export class Timeline implements Panel {
  readonly #player: Player;
  readonly #root = byId('timeline', HTMLElement);
  readonly #tracks = element('canvas', { class: 'tracks', 'aria-hidden': 'true' });
  readonly #memory = element('canvas', { class: 'tracks', 'aria-hidden': 'true' });
  readonly #cursor = element('div', { class: 'cursor' });
  readonly #hint = element('div', { class: 'hint', hidden: true });
  #attention: { shape: AttentionShape; selection: Selection } | null = null;

  constructor(player: Player, controls: Controls) {
    this.#player = player;
    this.#root.append(this.#tracks, this.#memory, this.#cursor, this.#hint);
    this.#listen(controls);
    new ResizeObserver(() => this.redraw()).observe(this.#root);
  }

  /** Where its steps lie, for what shares them. */
  get plot(): Plot {
    return this.#plot();
  }

  /** Which attention the memory track shows; null takes the track away. */
  setAttention(attention: { shape: AttentionShape; selection: Selection } | null): void {
    const layoutChanged = (attention === null) !== (this.#attention === null);
    this.#attention = attention;
    if (layoutChanged) this.redraw();
    else this.#drawMemory();
  }

  update(changes: Changes): void {
    if (changes.has('episode')) this.redraw();
    else if (changes.has('step')) this.#drawMemory();
    if (changes.has('position')) this.#moveCursor();
    if (changes.has('step')) this.#describe();
  }

  /** Everything again: the size, the colours or the episode changed. */
  redraw(): void {
    const { recording, episode, summary } = this.#player;
    const bands = this.#bands();
    this.#root.style.height = `${bands.axis.top + bands.axis.height}px`;
    const { context } = pen(this.#tracks);
    if (recording && summary) {
      const [plot, colours] = [this.#plot(), pageColours()];
      const [rewards, values] = [recording.rewards(episode), recording.values(episode)];
      drawAxis(context, bands.axis, 0, plot, colours);
      if (bands.memory) drawLabel(context, 'attention', null, bands.memory, plot, colours);
      if (bands.value && values) {
        drawLine(context, values, bands.value, plot, colours);
        drawLabel(context, 'value', values, bands.value, plot, colours);
      }
      drawBars(context, rewards, bands.reward, plot, colours);
      drawLabel(context, 'reward', rewards, bands.reward, plot, colours);
    }
    this.#drawMemory();
    this.#moveCursor();
  }

  #drawMemory(): void {
    const { context } = pen(this.#memory);
    const { memory } = this.#bands();
    if (!memory || !this.#attention) return;
    const { shape, selection } = this.#attention;
    const weights = weightsByLag(this.#player.moment, shape, selection);
    if (weights) drawMemory(context, weights, this.#player.step, memory, this.#plot(), pageColours());
  }

  #moveCursor(): void {
    this.#cursor.hidden = !this.#player.summary;
    this.#cursor.style.transform = `translateX(${xOf(this.#player.position, this.#plot())}px)`;
  }

  #describe(): void {
    const { step, lastStep } = this.#player;
    this.#root.setAttribute('aria-valuemax', String(lastStep));
    this.#root.setAttribute('aria-valuenow', String(step));
    this.#root.setAttribute('aria-valuetext', `step ${step} of ${lastStep}`);
  }

  #listen(controls: Controls): void {
    const stepUnder = (event: PointerEvent): number =>
      stepAt(event.clientX - this.#root.getBoundingClientRect().left, this.#plot());
    this.#root.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !this.#player.summary) return;
      this.#root.setPointerCapture(event.pointerId);
      controls.seek(stepUnder(event));
    });
    this.#root.addEventListener('pointermove', (event) => {
      if (!this.#player.summary) return;
      const step = stepUnder(event);
      if (this.#root.hasPointerCapture(event.pointerId)) controls.seek(step);
      this.#showHint(step);
    });
    this.#root.addEventListener('pointerleave', () => (this.#hint.hidden = true));
  }

  /** The numbers of the step under the pointer. */
  #showHint(step: number): void {
    const { recording, episode } = this.#player;
    const value = recording?.values(episode)?.[step];
    const reward = recording?.rewards(episode)[step];
    const facts = [
      `step ${step}`,
      ...(reward === undefined ? [] : [`reward ${formatNumber(reward)}`]),
      ...(value === undefined ? [] : [`value ${formatNumber(value)}`]),
    ];
    setText(this.#hint, facts.join(' \u00b7 '));
    this.#hint.hidden = false;
    const x = xOf(step, this.#plot());
    const room = this.#root.clientWidth - this.#hint.offsetWidth;
    this.#hint.style.transform = `translateX(${Math.max(0, Math.min(x - this.#hint.offsetWidth / 2, room))}px)`;
  }

  #plot(): Plot {
    const width = this.#root.clientWidth;
    return { left: width < 480 ? 56 : 96, right: width - 8, lastStep: this.#player.lastStep };
  }

  #bands(): { memory: Band | null; value: Band | null; reward: Band; axis: Band } {
    const { recording, episode, summary } = this.#player;
    const hasValues = recording !== null && summary !== null && recording.values(episode) !== null;
    let top = 4;
    const band = (height: number): Band => {
      const placed = { top, height };
      top += height + GAP;
      return placed;
    };
    const memory = this.#attention ? band(HEIGHTS.memory) : null;
    const value = hasValues ? band(HEIGHTS.value) : null;
    const reward = band(HEIGHTS.reward);
    return { memory, value, reward, axis: { top: top - GAP + 4, height: AXIS_HEIGHT } };
  }
}
