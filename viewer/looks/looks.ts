import { byId } from '../page/dom.ts';
import type { Messages } from '../page/messages.ts';
import type { Picture } from '../scene/picture.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import type { Opener } from '../session/opener.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Player } from '../time/player.ts';
import type { CustomPainter } from './customPainter.ts';
import { isOwn, loadScene, openScene } from './loadScene.ts';
import type { SceneMaker } from './sceneMaker.ts';
import { sceneStateAt } from './sceneState.ts';

/** The parts of the page that it works with. */
interface Neighbours {
  opener: Pick<Opener, 'openId'>;
  picture: Picture;
  messages: Messages;
}

/**
 * Shows the scene that a run's own environment ships, in the place of what `draw()` gave: while the run's server is
 * there, and until the scene fails.
 */
export class Looks implements Panel {
  readonly #player: Player;
  readonly #neighbours: Neighbours;
  readonly #host = byId('scene', HTMLElement);
  readonly #caption = byId('caption', HTMLElement);
  #runs: readonly RunEntry[] = [];
  /** The run whose scene is shown, or on its way; null for none. */
  #run: string | null = null;
  #shown: { painter: CustomPainter; make: SceneMaker } | null = null;
  readonly #failed = new Set<string>();

  constructor(player: Player, neighbours: Neighbours) {
    this.#player = player;
    this.#neighbours = neighbours;
    new ResizeObserver(() => this.#paint()).observe(this.#host);
  }

  /** What makes another scene like the one that is shown; null while there is none. */
  get maker(): SceneMaker | null {
    return this.#shown?.make ?? null;
  }

  /** @param runs null without a server of runs */
  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs ?? [];
    this.#choose(); // a replay may have come before the list that its run stands in
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#choose();
    if (changes.has('position')) this.#paint();
  }

  #choose(): void {
    const id = this.#neighbours.opener.openId;
    const run = this.#runs.find(({ replays }) => replays.some((replay) => replay.id === id));
    const wanted = run && isOwn(run.environment) && !this.#failed.has(run.id) ? run.id : null;
    if (wanted === this.#run) return;
    this.#leave();
    this.#run = wanted;
    if (wanted !== null) void this.#load(wanted);
  }

  async #load(run: string): Promise<void> {
    try {
      const make = await loadScene(run);
      if (!make || this.#run !== run) return;
      const painter = await openScene(make);
      if (this.#run !== run) return painter.destroy();
      this.#shown = { painter, make };
      painter.canvas.dataset['scene'] = 'own';
      painter.canvas.setAttribute('aria-hidden', 'true'); // the inspector says in words what the picture shows
      this.#caption.before(painter.canvas); // behind the stage's, which others know as the first
      this.#paint();
    } catch (error) {
      if (this.#run === run) this.#fail(error);
    }
  }

  #paint(): void {
    const { recording, position } = this.#player;
    if (!this.#shown || !recording) return;
    const moment = sceneStateAt(position, recording.header, (step) =>
      this.#player.momentAt(step, { attention: false }),
    );
    if (!moment) return;
    this.#neighbours.picture.cover(true);
    const { painter } = this.#shown;
    const [width, height] = [this.#host.clientWidth, this.#host.clientHeight - this.#caption.offsetHeight];
    if (!(width > 0 && height > 0)) return;
    try {
      painter.paint(moment, width, height);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    console.error(error); // with its stack, for the scene's author
    if (this.#run !== null) this.#failed.add(this.#run);
    this.#leave();
    const reason = error instanceof Error ? error.message : String(error);
    this.#neighbours.messages.showNotice(
      'The environment\u2019s own scene failed:',
      `${reason}. Shown is what draw() gave.`,
    );
  }

  #leave(): void {
    const shown = this.#shown;
    this.#shown = null;
    this.#run = null;
    this.#neighbours.picture.cover(false);
    try {
      shown?.painter.destroy();
    } catch (error) {
      this.#fail(error); // nothing is shown any more: it only says so
    }
  }
}
