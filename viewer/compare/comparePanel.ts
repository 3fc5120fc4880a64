import { byId } from '../page/dom.ts';
import type { OwnScenes } from '../looks/ownScenes.ts';
import { ScenePainter } from '../scene/scenePainter.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import type { Player } from '../time/player.ts';
import type { Compared } from './compared.ts';
import type { ComparedTracks } from './comparedTracks.ts';
import type { Comparison } from './comparison.ts';
import { Pane } from './pane.ts';
import { nameOf, PaneHead } from './paneHead.ts';
import { RunningReturn } from './runningReturn.ts';

interface Surroundings {
  controls: Controls;
  /** Which runs bring scenes of their own. */
  scenes: OwnScenes;
  tracks: ComparedTracks;
  /** What the open replay is called. */
  mainName: () => string;
  /** Is told whether anything is compared. */
  onComparing: (comparing: boolean) => void;
}

/** The compared recordings beside the main one: a pane for each, a head over the main picture, tracks under the timeline. */
export class ComparePanel implements Panel {
  readonly #player: Player;
  readonly #comparison: Comparison;
  readonly #controls: Controls;
  readonly #scenes: OwnScenes;
  readonly #tracks: ComparedTracks;
  readonly #mainName: () => string;
  readonly #onComparing: (comparing: boolean) => void;
  readonly #picture = byId('picture', HTMLElement);
  readonly #host = byId('compared', HTMLElement);
  readonly #head = new PaneHead(1);
  readonly #returns = new RunningReturn();
  readonly #panes = new Map<Compared, Pane>();
  #painter: Promise<ScenePainter> | null = null;

  constructor(
    player: Player,
    comparison: Comparison,
    { controls, scenes, tracks, mainName, onComparing }: Surroundings,
  ) {
    this.#player = player;
    this.#comparison = comparison;
    this.#controls = controls;
    this.#scenes = scenes;
    this.#tracks = tracks;
    this.#mainName = mainName;
    this.#onComparing = onComparing;
    byId('main-head', HTMLElement).append(this.#head.root);
    comparison.onChange(() => this.#refresh());
  }

  get #comparing(): boolean {
    return this.#comparison.members.length > 0 && this.#player.recording !== null;
  }

  update(changes: Changes): void {
    if (!this.#comparing) return;
    if (changes.has('length')) this.#refresh();
    if (changes.has('step')) this.#showStep();
    if (changes.has('position')) for (const pane of this.#panes.values()) pane.showPosition();
    this.#tracks.update(changes);
  }

  /** The colours of the page changed. */
  redraw(): void {
    for (const pane of this.#panes.values()) pane.redraw();
    this.#tracks.redraw();
  }

  /** Panes come, go, or show another episode. */
  #refresh(): void {
    const members = this.#comparing ? this.#comparison.members : [];
    this.#picture.dataset['panes'] = String(members.length + 1);
    byId('main-head', HTMLElement).hidden = members.length === 0;
    this.#onComparing(members.length > 0);
    for (const [member, pane] of this.#panes) {
      if (members.includes(member)) continue;
      pane.destroy();
      this.#panes.delete(member);
    }
    members.forEach((member, i) => {
      const pane = this.#panes.get(member) ?? this.#addPane(member);
      if (this.#host.children[i] !== pane.root) this.#host.insertBefore(pane.root, this.#host.children[i] ?? null);
      pane.refresh();
    });
    this.#tracks.refresh();
    if (members.length === 0) return;
    const header = this.#player.recording?.header;
    if (header) this.#head.showName(nameOf(header, this.#mainName()), this.#mainName());
    this.#showStep();
  }

  #addPane(member: Compared): Pane {
    const comparison = this.#comparison;
    const pane = new Pane(this.#player, member, this.#scenes, {
      remove: () => comparison.remove(member),
      makeMain: () => comparison.makeMain(member),
      choose: (choice) => comparison.choose(member, choice),
      seek: (step) => this.#controls.seek(step),
    });
    this.#panes.set(member, pane);
    void this.#lendPainter(member, pane);
    return pane;
  }

  /** The painter is made when first needed, for all panes. */
  async #lendPainter(member: Compared, pane: Pane): Promise<void> {
    const painter = await (this.#painter ??= ScenePainter.create());
    if (this.#panes.get(member) === pane) pane.setPainter(painter);
  }

  #showStep(): void {
    const { moment, step, recording, episode, summary } = this.#player;
    const { reward = null, value = null } = moment?.decision ?? {};
    const returns = recording && summary && this.#returns.of(recording, episode);
    this.#head.showNumbers(moment && { reward, value, return: returns?.[step] ?? 0 });
    for (const pane of this.#panes.values()) pane.showStep();
  }
}
