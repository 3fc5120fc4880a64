import type { Changes, Panel } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import { byId, element, svg } from '../page/dom.ts';
import type { ReplayEntry, RunEntry } from './library.ts';
import { newestReplay, shortName } from './library.ts';
import { formatAge, formatCount, formatNumber, groupThousands } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';

/** What there is to watch: runs, the chosen run's replays, the open replay's episodes. */
export class RunsPanel implements Panel {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #openReplay: (id: string) => void;
  readonly #compare: (id: string) => void;
  readonly #runsList = byId('runs', HTMLElement);
  readonly #replaysList = byId('replays', HTMLElement);
  readonly #episodesList = byId('episodes', HTMLElement);
  #runs: readonly RunEntry[] | null = null;
  #openId: string | null = null;
  #chosenRun: string | null = null;

  constructor(
    player: Player,
    controls: Controls,
    { open, compare }: { open: (id: string) => void; compare: (id: string) => void },
  ) {
    this.#player = player;
    this.#controls = controls;
    this.#openReplay = open;
    this.#compare = compare;
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
    byId('runs-section', HTMLElement).hidden = this.#runs === null;
    byId('no-runs', HTMLElement).hidden = this.#runs?.length !== 0;
    const run = this.#run;
    replaceKeepingFocus(
      this.#runsList,
      (this.#runs ?? []).map((entry) => runRow(entry, entry === run, () => this.#choose(entry))),
    );
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

  #choose(run: RunEntry): void {
    this.#chosenRun = run.id;
    const newest = newestReplay(run);
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

function runRow(run: RunEntry, chosen: boolean, press: () => void): HTMLElement {
  const note = run.live ? `${Math.floor((run.step / run.steps) * 100)} %` : formatAge(run.updatedAt);
  const name = element('span', { class: 'name', title: run.name }, shortName(run));
  if (run.live) name.prepend(element('span', { class: 'live-dot', title: 'training now' }));
  return row(
    `run-${run.id}`,
    [
      name,
      element('span', { class: 'number' }, run.meanReturn === null ? '' : formatNumber(run.meanReturn)),
      element('span', { class: 'note' }, `${run.environment} \u00b7 ${note}`),
      ...(run.returns.length > 1 ? [sparkline(run.returns)] : []),
    ],
    { chosen, press },
  );
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

function row(key: string, parts: Node[], { chosen, press }: { chosen: boolean; press: () => void }): HTMLElement {
  const button = element(
    'button',
    { type: 'button', class: 'row', 'data-key': key, 'aria-current': String(chosen) },
    ...parts,
  );
  button.addEventListener('click', press);
  return element('li', {}, button);
}

/** The mean returns of the last updates, from the worst to the best of them. */
function sparkline(returns: readonly number[]): SVGElement {
  const [low, high] = [Math.min(...returns), Math.max(...returns)];
  const points = returns.map((value, i) => {
    const x = (i / Math.max(1, returns.length - 1)) * 60;
    const y = high > low ? 15 - ((value - low) / (high - low)) * 14 : 8;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const picture = svg('svg', { class: 'sparkline', viewBox: '0 0 60 16', 'aria-hidden': 'true' });
  picture.append(svg('polyline', { points: points.join(' ') }));
  return picture;
}

/** New rows for old, the keyboard's focus staying on the row with the same key. */
function replaceKeepingFocus(list: HTMLElement, items: HTMLElement[]): void {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && list.contains(focused) ? focused.dataset['key'] : undefined;
  list.replaceChildren(...items);
  if (key !== undefined) list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
