import { describeAction } from '../inspector/actionPanel.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, setText } from '../page/dom.ts';
import { ObservationPlot } from './observationPlot.ts';
import { componentLabels } from '../inspector/componentLabels.ts';
import type { Player } from '../time/player.ts';
import { sceneAt } from './sceneAt.ts';
import type { Stage } from './stage.ts';

/** The middle of the page: the scene, or a plot where the environment draws none, and what the agent does there. */
export class Picture implements Panel {
  readonly #player: Player;
  readonly #stage: Stage;
  readonly #scene = byId('scene', HTMLElement);
  readonly #plotHost = byId('plot', HTMLElement);
  readonly #caption = byId('caption', HTMLElement);
  readonly #plot: ObservationPlot;

  constructor(player: Player, stage: Stage) {
    this.#player = player;
    this.#stage = stage;
    this.#plot = new ObservationPlot(player, this.#plotHost);
    new ResizeObserver(() => this.#resize()).observe(this.#scene);
    new ResizeObserver(() => this.#plot.resize()).observe(this.#plotHost);
  }

  update(changes: Changes): void {
    const { moment, recording } = this.#player;
    if (!moment || !recording) return;
    const drawn = moment.scene !== null;
    this.#scene.hidden = !drawn;
    this.#plotHost.hidden = drawn;
    if (drawn && changes.has('position')) this.#showScene();
    if (!drawn && changes.has('replay')) this.redraw();
    if (!drawn && changes.has('step')) this.#plot.show();
    if (changes.has('step')) this.#describe();
  }

  /** The colours of the page changed: the plot is made anew. A scene has colours of its own. */
  redraw(): void {
    const header = this.#player.recording?.header;
    if (header && !this.#plotHost.hidden) this.#plot.build(componentLabels(header.observationSpace));
  }

  #resize(): void {
    this.#stage.resize();
  }

  #showScene(): void {
    const scene = sceneAt(this.#player.position, (step) => this.#player.momentAt(step));
    if (scene) this.#stage.show(scene);
  }

  #describe(): void {
    const { moment, recording, summary } = this.#player;
    const ending = summary?.terminated
      ? 'terminated'
      : summary?.truncated
        ? 'truncated'
        : recording?.complete
          ? 'not over'
          : 'end of the recording';
    const decision = moment?.decision;
    setText(this.#caption, decision && recording ? describeAction(recording.header.actionSpace, decision) : ending);
  }
}
