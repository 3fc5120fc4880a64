import type { SceneState } from '../../envs/customScene.ts';
import type { CustomPainter } from './customPainter.ts';
import { loadScene, openScene } from './loadScene.ts';
import type { OwnScenes } from './ownScenes.ts';
import type { SceneMaker } from './sceneMaker.ts';

/** The scene that a run's own environment ships, until it fails; each with a renderer of its own. */
export class OwnPicture {
  readonly #scenes: OwnScenes;
  readonly #changed: (canvas: HTMLCanvasElement | null) => void;
  /** The run whose scene is shown, or on its way; null for none. */
  #run: string | null = null;
  #shown: { painter: CustomPainter; make: SceneMaker } | null = null;

  /** @param changed gets the canvas of the scene that is shown from now on; null where none is */
  constructor(scenes: OwnScenes, changed: (canvas: HTMLCanvasElement | null) => void) {
    this.#scenes = scenes;
    this.#changed = changed;
  }

  get isShown(): boolean {
    return this.#shown !== null;
  }

  /** What makes another scene like the one that is shown; null while there is none. */
  get maker(): SceneMaker | null {
    return this.#shown?.make ?? null;
  }

  /** @param run whose scene is wanted; null for none */
  choose(run: string | null): void {
    if (run === this.#run) return;
    this.#leave();
    this.#run = run;
    if (run !== null) void this.#load(run);
  }

  /** So large, in CSS pixels; nothing, while it is not there. */
  paint(moment: { state: SceneState; alpha: number }, width: number, height: number): void {
    if (!(width > 0 && height > 0)) return;
    try {
      this.#shown?.painter.paint(moment, width, height);
    } catch (error) {
      this.#fail(error);
    }
  }

  destroy(): void {
    this.choose(null);
  }

  async #load(run: string): Promise<void> {
    try {
      const make = await loadScene(run);
      if (!make || this.#run !== run) return;
      const painter = await openScene(make);
      if (this.#run !== run) return painter.destroy();
      this.#shown = { painter, make };
      painter.canvas.dataset['scene'] = 'own';
      painter.canvas.setAttribute('aria-hidden', 'true'); // the page says in words what the picture shows
      this.#changed(painter.canvas);
    } catch (error) {
      if (this.#run === run) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const run = this.#run;
    this.#leave();
    this.#scenes.fail(run, error);
  }

  #leave(): void {
    const shown = this.#shown;
    this.#run = this.#shown = null;
    if (!shown) return;
    this.#changed(null);
    try {
      shown.painter.destroy();
    } catch (error) {
      this.#fail(error); // nothing is shown any more: it only says so
    }
  }
}
