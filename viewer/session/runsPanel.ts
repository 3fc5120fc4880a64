import type { Changes, Panel } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import type { Overlay } from '../live/overlay.ts';
import { RunList } from '../live/runList.ts';
import { byId, element } from '../page/dom.ts';
import type { ReplayEntry, RunEntry } from '../../src/server/listing.ts';
import { newestReplay } from './library.ts';
import { formatAge, formatCount, formatNumber, groupThousands } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import { replaceKeepingFocus, row } from './rows.ts';

interface RunActions {
  /** Whose curves are shown. */
  overlay: Overlay;
  /** Opens a replay of the server. */
  open: (id: string) => void;
  /** Adds it to what is compared. */
  compare: (id: string) => void;
}

/** What there is to watch: runs, the chosen run's replays, the open replay's episodes. */
export class RunsPanel implements Panel {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #openReplay: (id: string) => void;
  readonly #compare: (id: string) => void;
  readonly #overlay: Overlay;
  readonly #runList: RunList;
  readonly #replaysList = byId('replays', HTMLElement);
  readonly #episodesList = byId('episodes', HTMLElement);
  #runs: readonly RunEntry[] | null = null;
  #openId: string | null = null;
  #chosenRun: string | null = null;

  constructor(player: Player, controls: Controls, { overlay, open, compare }: RunActions) {
    this.#player = player;
    this.#controls = controls;
    this.#overlay = overlay;
    this.#openReplay = open;
    this.#compare = compare;
    this.#runList = new RunList(overlay, (id) => this.#choose(id));
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#listEpisodes();
    if (changes.has('episode')) this.#markEpisode();
  }

  /** @param runs null when there is no server of runs */
  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs;
    this.#listRuns();
  }

  /** @param id of the server's replay that is open or on its way */
  setOpen(id: string | null): void {
    if (id === this.#openId) return;
    this.#openId = id;
    this.#chosenRun = null;
    this.#listRuns();
  }

  get #run(): RunEntry | null {
    const runs = this.#runs ?? [];
    return (
      runs.find(({ id }) => id === this.#chosenRun) ??
      runs.find(({ replays }) => replays.some(({ id }) => id === this.#openId)) ??
      null
    );
  }

  #listRuns(): void {
    const [runs, run] = [this.#runs ?? [], this.#run];
    this.#runList.show(this.#runs, run?.id ?? null);
    this.#overlay.keepOnly(new Set(runs.map(({ id }) => id)));
    this.#overlay.setCurrent((run ?? runs.find(({ live }) => live) ?? runs[0])?.id ?? null);
    byId('replays-section', HTMLElement).hidden = run === null;
    const newestFirst = [...(run?.replays ?? [])].sort((a, b) => b.modifiedAt.localeCompare(a.modifiedAt));
    replaceKeepingFocus(
      this.#replaysList,
      newestFirst.map((replay) =>
        replayRow(replay, {
          chosen: replay.id === this.#openId,
          press: () => this.#openReplay(replay.id),
          compare: () => this.#compare(replay.id),
        }),
      ),
    );
    byId('no-replays', HTMLElement).hidden = run === null || run.replays.length > 0;
  }

  #choose(run: string): void {
    this.#chosenRun = run;
    const newest = this.#run && newestReplay(this.#run);
    if (newest) this.#openReplay(newest.id);
    this.#listRuns();
  }

  #listEpisodes(): void {
    const episodes = this.#player.recording?.episodes ?? [];
    byId('episodes-section', HTMLElement).hidden = episodes.length === 0;
    replaceKeepingFocus(
      this.#episodesList,
      episodes.map((episode, i) =>
        row(
          `episode-${i}`,
          [
            element('span', { class: 'name' }, element('span', { class: 'for-ears' }, 'episode '), String(i + 1)),
            element('span', { class: 'note' }, formatCount(episode.steps, 'step')),
            element('span', { class: 'number' }, formatNumber(episode.return)),
          ],
          { chosen: false, press: () => this.#controls.openEpisode(i) },
        ),
      ),
    );
  }

  #markEpisode(): void {
    [...this.#episodesList.children].forEach((item, i) => {
      const chosen = i === this.#player.episode;
      item.firstElementChild?.setAttribute('aria-current', String(chosen));
      if (chosen) item.scrollIntoView({ block: 'nearest' });
    });
  }
}

function replayRow(
  replay: ReplayEntry,
  { compare, ...rest }: { chosen: boolean; press: () => void; compare: () => void },
): HTMLElement {
  const when = replay.step === undefined ? formatAge(replay.modifiedAt) : `step ${groupThousands(replay.step)}`;
  const name = element('span', { class: 'name', title: replay.name }, replay.name);
  const note = element('span', { class: 'note' }, when);
  const item = row(`replay-${replay.id}`, [name, note], rest);
  const label = { 'aria-label': `Compare ${replay.name}`, title: 'Add to the comparison' };
  const add = element(
    'button',
    { type: 'button', class: 'quiet add', 'data-key': `compare-${replay.id}`, ...label },
    '+',
  );
  add.addEventListener('click', compare);
  item.append(add);
  return item;
}
