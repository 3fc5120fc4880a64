import type { Moment } from '../../src/replay/format.ts';
import { describeAction } from '../inspector/actionPanel.ts';
import { componentLabels } from '../../envs/componentLabels.ts';
import { element, setText, svg } from '../page/dom.ts';
import { describeError } from '../page/messages.ts';
import { formatCount } from '../page/numbers.ts';
import { ObservationPlot } from '../scene/observationPlot.ts';
import { sceneAt } from '../scene/sceneAt.ts';
import type { OwnScenes } from '../looks/ownScenes.ts';
import { OwnPicture } from '../looks/ownPicture.ts';
import { sceneStateAt } from '../looks/sceneState.ts';
import type { SceneCanvas, ScenePainter } from '../scene/scenePainter.ts';
import type { Player } from '../time/player.ts';
import { describeOutcome } from '../time/transport.ts';
import type { Compared, Source } from './compared.ts';
import { DifferenceLine } from './differenceLine.ts';
import type { EpisodeChoice } from './episodeChoice.ts';
import { EpisodeSelect } from './episodeSelect.ts';
import { nameOf, PaneHead } from './paneHead.ts';

const SWAP = 'M5 2 1.5 5.5 5 9V6.5h9v-2H5zM11 7l3.5 3.5L11 14v-2.5H2v-2h9z';
const CROSS = 'M4 2.9 8 6.9l4-4L13.1 4l-4 4 4 4-1.1 1.1-4-4-4 4L2.9 12l4-4-4-4z';

/** What can be done to a compared recording. */
export interface PaneActions {
  remove(): void;
  makeMain(): void;
  choose(choice: EpisodeChoice): void;
  seek(step: number): void;
}

/** A compared recording on the page: whose it is, its numbers, its scene at the player's step, its first difference. */
export class Pane {
  readonly root: HTMLElement;
  readonly #player: Player;
  readonly #member: Compared;
  readonly #head: PaneHead;
  readonly #episode: EpisodeSelect;
  readonly #difference: DifferenceLine;
  readonly #makeMain = iconButton('Make main', 'Change places with the main one', SWAP);
  readonly #picture = element('canvas', { 'aria-hidden': 'true' });
  readonly #caption = element('p', { class: 'pane-caption' });
  readonly #plotHost = element('div', { class: 'pane-plot', hidden: true });
  readonly #scene = element('div', { class: 'pane-scene' }, this.#picture, this.#plotHost, this.#caption);
  readonly #plot: ObservationPlot;
  readonly #scenes: OwnScenes;
  readonly #own: OwnPicture;
  readonly #resizing = new ResizeObserver(() => this.#resize());
  #canvas: SceneCanvas | null = null;
  /** Of the environment's own scene; null while that is not shown. */
  #ownCanvas: HTMLCanvasElement | null = null;
  #shownPosition: number | null = null;

  constructor(player: Player, member: Compared, scenes: OwnScenes, actions: PaneActions) {
    this.#player = player;
    this.#member = member;
    this.#scenes = scenes;
    this.#own = new OwnPicture(scenes, (canvas) => this.#takeOwn(canvas));
    this.#episode = new EpisodeSelect(actions.choose);
    const remove = iconButton('Remove', 'Remove from the comparison', CROSS);
    remove.addEventListener('click', actions.remove);
    this.#makeMain.addEventListener('click', actions.makeMain);
    this.#difference = new DifferenceLine(actions.seek);
    const controls = [this.#episode.root, this.#makeMain, remove];
    this.#head = new PaneHead(member.series, controls, this.#difference.root);
    this.#plot = new ObservationPlot(member, this.#plotHost);
    this.root = element('section', { class: 'pane' }, this.#head.root, this.#scene);
    this.#resizing.observe(this.#scene);
  }

  /** From now on it can show scenes. */
  setPainter(painter: ScenePainter): void {
    this.#canvas = painter.canvas(this.#picture);
    this.#paint();
  }

  /** The recording, its episode or what is known of its first difference is another. */
  refresh(): void {
    const { recording, opening, source } = this.#member;
    const { name, detail } = recording ? nameOf(recording.header, source.name) : { name: source.name, detail: '' };
    const here = recording && source.kind === 'played' ? `${detail}, played here` : detail;
    this.#head.showName({ name, detail: here }, source.name);
    this.root.setAttribute('aria-label', `Compared: ${name} ${detail}`);
    this.root.dataset['state'] = opening.state;
    this.#makeMain.hidden = recording === null;
    this.#episode.update(this.#member, this.#player);
    this.#difference.show(this.#member, this.#player);
    this.#own.choose(this.#ownRun);
    this.showStep();
    this.#paint();
  }

  showStep(): void {
    const { moment, over, step, returns } = this.#member;
    this.#choosePicture(moment);
    this.root.dataset['over'] = String(over);
    this.root.dataset['step'] = String(step);
    setText(this.#caption, this.#describe());
    this.#head.showNumbers(
      moment && {
        reward: moment.decision?.reward ?? null,
        value: moment.decision?.value ?? null,
        return: returns[step] ?? 0,
      },
    );
    if (!this.#plotHost.hidden) this.#plot.show();
  }

  showPosition(): void {
    if (this.#member.position !== this.#shownPosition) this.#paint(); // over, it stands still while others go on
  }

  /** The colours of the page changed. */
  redraw(): void {
    if (!this.#plotHost.hidden) this.#buildPlot();
  }

  destroy(): void {
    this.#resizing.disconnect();
    this.#own.destroy();
    this.#canvas?.destroy();
    this.root.remove();
  }

  /** A plot of the observation where the environment draws nothing. */
  #choosePicture(moment: Moment | null): void {
    const plotted = moment !== null && moment.scene === null && !this.#ownCanvas;
    if (this.#ownCanvas) this.#ownCanvas.hidden = moment === null;
    this.#picture.hidden = moment === null || plotted || this.#ownCanvas !== null;
    if (plotted === !this.#plotHost.hidden) return;
    this.#plotHost.hidden = !plotted;
    if (plotted) this.#buildPlot();
  }

  #buildPlot(): void {
    const { recording } = this.#member;
    if (recording) this.#plot.build(componentLabels(recording.header.observationSpace));
  }

  #resize(): void {
    if (!this.#plotHost.hidden) this.#plot.resize();
    this.#paint();
  }

  #paint(): void {
    const { recording, position } = this.#member;
    if (!recording) return;
    const momentAt = (step: number): Moment | null => this.#member.momentAt(step, { attention: false });
    const { clientWidth: width, clientHeight } = this.#scene;
    const room = { width, height: clientHeight - this.#caption.offsetHeight };
    this.#shownPosition = position;
    if (this.#ownCanvas) {
      const moment = sceneStateAt(position, recording.header, momentAt);
      if (moment) this.#own.paint(moment, room.width, room.height);
    } else if (this.#canvas && !this.#picture.hidden) {
      const scene = sceneAt(position, momentAt);
      if (scene) this.#canvas.show(scene, room);
    }
  }

  /** The run whose environment may bring a scene of its own; null where there is none. */
  get #ownRun(): string | null {
    const { entry, recording } = this.#member;
    if (!recording || !entry) return null;
    return entry.kind === 'agent' ? this.#scenes.ofRun(entry.run) : this.#scenes.ofReplay(entry.id);
  }

  /** @param canvas of the environment's own scene; null where that is gone */
  #takeOwn(canvas: HTMLCanvasElement | null): void {
    this.#ownCanvas = canvas;
    if (canvas) this.#picture.before(canvas);
    this.#choosePicture(this.#member.moment);
    this.#paint();
  }

  /** What the agent does in this step, or why there is nothing to see. */
  #describe(): string {
    const { opening, source, moment, summary, over, recording, lastStep } = this.#member;
    if (opening.state === 'waiting') return describeWait(source, opening.steps);
    if (opening.state === 'failed') return describeFailure(source, opening.error);
    if (!summary || !recording) return 'It has no episodes.';
    if (!moment) return 'This step is lost: the replay is damaged here.';
    if (over) return `over at step ${lastStep} \u00b7 ${describeOutcome(summary)}`;
    if (!moment.decision) return describeOutcome(summary);
    const action = describeAction(recording.header.actionSpace, moment.decision);
    return this.#player.atEnd ? `${action} \u00b7 goes on to step ${lastStep}` : action;
  }
}

function describeWait({ kind, name }: Source, steps: number): string {
  if (kind === 'stored') return `Opening ${name}\u2026`;
  return steps === 0 ? 'The agent is being loaded\u2026' : `The agent plays: ${formatCount(steps, 'step')}\u2026`;
}

function describeFailure({ kind, name }: Source, error: unknown): string {
  const { title, detail } = describeError(error, name);
  return `${kind === 'played' ? `${name} cannot play here.` : title} ${detail}`;
}

function iconButton(label: string, title: string, path: string): HTMLButtonElement {
  const icon = svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: path }));
  return element('button', { type: 'button', class: 'icon', 'aria-label': label, title }, icon);
}
