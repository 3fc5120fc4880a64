import type { Scene } from '../../envs/scene.ts';
import { element, setText } from '../page/dom.ts';
import { Stage } from '../scene/stage.ts';
import type { Player } from './player.ts';

/** What is under the pointer on the timeline. */
export interface Pointed {
  step: number;
  /** Where it is, px from the timeline's left edge. */
  x: number;
  /** In words. */
  text: string;
  /** Whether its scene is wanted: not where it is on the screen anyway. */
  picture: boolean;
}

/**
 * A step that the pointer is over: in words, and as a small picture. It paints when the pointer comes to another step, and
 * at no other time; there is no painter before there was a pointer.
 */
export class Preview {
  readonly #player: Player;
  readonly #host: HTMLElement;
  readonly #scene = element('div', { class: 'preview-scene', 'aria-hidden': 'true' });
  readonly #text = element('p', { class: 'preview-text' });
  readonly #root = element('div', { class: 'preview', hidden: true }, this.#scene, this.#text);
  #stage: Stage | null = null;
  #pointed: Pointed | null = null;
  #painted: number | null = null;

  /** @param host has the preview above it */
  constructor(player: Player, host: HTMLElement) {
    this.#player = player;
    this.#host = host;
    host.append(this.#root);
  }

  show(pointed: Pointed): void {
    this.#pointed = pointed;
    setText(this.#text, pointed.text);
    this.#root.hidden = false;
    this.#scene.hidden = !pointed.picture || !this.#player.summary;
    if (pointed.picture) this.#paint();
    const room = this.#host.clientWidth - this.#root.offsetWidth;
    const left = Math.max(0, Math.min(pointed.x - this.#root.offsetWidth / 2, room));
    this.#root.style.transform = `translateX(${left}px)`;
  }

  hide(): void {
    this.#pointed = null;
    this.#painted = null;
    this.#root.hidden = true;
  }

  #paint(): void {
    // Where nothing can be painted, the large picture has said so.
    const stage = (this.#stage ??= new Stage(this.#scene, element('p'), () => {}));
    const step = this.#pointed?.step;
    if (step === undefined || step === this.#painted || !this.#pointed?.picture) return;
    this.#painted = step;
    const scene = this.#sceneAt(step);
    this.#scene.hidden = scene === null;
    if (scene) stage.show(scene);
  }

  /** Null where there is none, or it is damaged: that is said when a person goes there. */
  #sceneAt(step: number): Scene | null {
    try {
      return this.#player.momentAt(step, { attention: false })?.scene ?? null;
    } catch {
      return null;
    }
  }
}
