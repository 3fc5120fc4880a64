import { describeAction } from '../inspector/actionPanel.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, setText } from '../page/dom.ts';
import { ObservationPlot } from './observationPlot.ts';
import { componentLabels } from '../../envs/componentLabels.ts';
import type { Player } from '../time/player.ts';
import { sceneAt } from './sceneAt.ts';
import type { Stage } from './stage.ts';
import type { Moment } from '../../src/replay/format.ts';

/** Attention takes longest to read, and is not wanted here. */
const WITHOUT_ATTENTION = { attention: false };
const EVERYTHING: Changes = new Set(['replay', 'episode', 'step', 'position']);

/** The middle of the page: the scene, or a plot where the environment draws none, and what the agent does there. */
export class Picture implements Panel {
  readonly #player: Player;
  readonly #stage: Stage;
  readonly #scene = byId('scene', HTMLElement);
  readonly #plotHost = byId('plot', HTMLElement);
  readonly #caption = byId('caption', HTMLElement);
  readonly #plot: ObservationPlot;
  #covered = false;
  /** Whether the plot was made for the replay that is open. */
  #plotFits = false;

  constructor(player: Player, stage: Stage) {
    this.#player = player;
    this.#stage = stage;
    this.#plot = new ObservationPlot(player, this.#plotHost);
    new ResizeObserver(() => this.#resize()).observe(this.#scene);
    new ResizeObserver(() => this.#plot.resize()).observe(this.#plotHost);
  }

  update(changes: Changes): void {
    if (!this.#player.recording) return;
    const moment = this.#player.momentAt(this.#player.step, WITHOUT_ATTENTION);
    const content = this.#content(moment);
    this.#scene.hidden = content !== 'scene';
    this.#plotHost.hidden = content !== 'plot';
    if (content === 'scene' && changes.has('position')) this.#showScene();
    if (changes.has('replay')) this.#plotFits = false;
    if (content === 'plot' && !this.#plotFits) this.redraw();
    if (content === 'plot' && changes.has('step')) this.#plot.show();
    if (changes.has('step')) this.#describe(moment);
  }

  /** @param covered something else is shown where the scene would be */
  cover(covered: boolean): void {
    if (covered === this.#covered) return;
    this.#covered = covered;
    this.#stage.hide(covered);
    this.update(EVERYTHING);
  }

  /** What there is to see of the step: nothing where it is lost, or not read yet. */
  #content(moment: Moment | null): 'scene' | 'plot' | 'nothing' {
    const { losses } = this.#player;
    if (this.#covered || moment?.scene) return 'scene';
    return moment && !losses.some(({ part }) => part === 'scenes') ? 'plot' : 'nothing';
  }

  /** The colours of the page changed: the plot is made anew. A scene has colours of its own. */
  redraw(): void {
    const header = this.#player.recording?.header;
    if (!header || this.#plotHost.hidden) return;
    this.#plot.build(componentLabels(header.observationSpace));
    this.#plotFits = true;
  }

  #resize(): void {
    this.#stage.resize();
  }

  #showScene(): void {
    if (this.#covered) return;
    const scene = sceneAt(this.#player.position, (step) => this.#player.momentAt(step, WITHOUT_ATTENTION));
    if (scene) this.#stage.show(scene);
  }

  #describe(moment: Moment | null): void {
    const { recording, summary } = this.#player;
    const ending = summary?.terminated
      ? 'terminated'
      : summary?.truncated
        ? 'truncated'
        : recording?.complete
          ? 'not over'
          : 'end of the recording';
    const decision = moment?.decision;
    if (decision && recording) setText(this.#caption, describeAction(recording.header.actionSpace, decision));
    else setText(this.#caption, moment ? ending : '');
  }
}
