import { byId } from '../page/dom.ts';
import type { Picture } from '../scene/picture.ts';
import type { Opener } from '../session/opener.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Player } from '../time/player.ts';
import { OwnPicture } from './ownPicture.ts';
import type { OwnScenes } from './ownScenes.ts';
import type { SceneMaker } from './sceneMaker.ts';
import { sceneStateAt } from './sceneState.ts';

/** The parts of the page that it works with. */
interface Neighbours {
  opener: Pick<Opener, 'openId'>;
  picture: Picture;
  scenes: OwnScenes;
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
  readonly #own: OwnPicture;

  constructor(player: Player, neighbours: Neighbours) {
    this.#player = player;
    this.#neighbours = neighbours;
    this.#own = new OwnPicture(neighbours.scenes, (canvas) => this.#take(canvas));
    new ResizeObserver(() => this.#paint()).observe(this.#host);
  }

  /** What makes another scene like the one that is shown; null while there is none. */
  get maker(): SceneMaker | null {
    return this.#own.maker;
  }

  /** There are other runs: a replay may have come before the list that its run stands in. */
  noticeRuns(): void {
    this.#choose();
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#choose();
    if (changes.has('position')) this.#paint();
  }

  #choose(): void {
    const { opener, scenes } = this.#neighbours;
    this.#own.choose(scenes.ofReplay(opener.openId));
  }

  /** @param canvas of the scene; null where it is gone */
  #take(canvas: HTMLCanvasElement | null): void {
    if (!canvas) return this.#neighbours.picture.cover(false);
    this.#caption.before(canvas); // behind the stage's, which others know as the first
    this.#paint();
  }

  #paint(): void {
    const { recording, position } = this.#player;
    if (!this.#own.isShown || !recording) return;
    const moment = sceneStateAt(position, recording.header, (step) =>
      this.#player.momentAt(step, { attention: false }),
    );
    if (!moment) return;
    this.#neighbours.picture.cover(true);
    this.#own.paint(moment, this.#host.clientWidth, this.#host.clientHeight - this.#caption.offsetHeight);
  }
}
