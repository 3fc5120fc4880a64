import { flatSize } from '../../envs/spaces.ts';
import type { ReplayHeader } from '../../src/replay/format.ts';
import type { Opened } from '../session/opener.ts';
import type { Place, Player, Recording } from '../time/player.ts';
import { Compared } from './compared.ts';
import type { Source } from './compared.ts';
import type { ComparedReplay } from './comparedField.ts';
import { sequenceOf } from './divergence.ts';
import { searchDivergence } from './divergenceSearch.ts';
import type { EpisodeChoice } from './episodeChoice.ts';

/** The recording that the player plays, and how to give it another one. */
export interface MainScreen {
  /** What is open: its id on the server, its name, its size. */
  opened(): { readonly openId: string | null; readonly openName: string; readonly bytesRead: number };
  show(source: Pick<Source, 'id' | 'name'>, opened: Opened, place: Place): void;
}

const MOST = 3; // beside the main one
const SERIES = [2, 3, 4];

/** What is being looked for, and what stops it. */
interface Search {
  pair: readonly [Recording, number, Recording, number];
  stop: () => void;
}

/** The recordings that stand beside the player's, up to three, and where each first differs from it. */
export class Comparison {
  readonly #player: Player;
  readonly #main: MainScreen;
  readonly #sourceOf: (id: string) => Source;
  readonly #listeners: (() => void)[] = [];
  readonly #loads = new Map<Compared, AbortController>();
  readonly #searches = new Map<Compared, Search>();
  #members: readonly Compared[] = [];

  /** @param sourceOf how to load a replay of the server */
  constructor(player: Player, main: MainScreen, sourceOf: (id: string) => Source) {
    this.#player = player;
    this.#main = main;
    this.#sourceOf = sourceOf;
    player.onChange((change) => {
      if (change === 'replay' || change === 'episode') this.#changed();
    });
  }

  get members(): readonly Compared[] {
    return this.#members;
  }

  get isFull(): boolean {
    return this.#members.length >= MOST;
  }

  /** Those that have an address. */
  get replays(): ComparedReplay[] {
    return this.#members.flatMap(({ source: { id }, choice }) => (id === null ? [] : [{ id, choice }]));
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Another one, unless there are as many as fit. The replay that is open is compared by its next episode. */
  add(source: Source, choice: EpisodeChoice = this.#usualChoice(source)): void {
    if (this.isFull) return;
    this.#members = [...this.#members, this.#load(source, choice)];
    this.#changed();
  }

  addReplay(id: string): void {
    this.add(this.#sourceOf(id));
  }

  remove(member: Compared): void {
    this.#forget(member);
    this.#members = this.#members.filter((other) => other !== member);
    this.#changed();
  }

  choose(member: Compared, choice: EpisodeChoice): void {
    member.choice = choice;
    this.#changed();
  }

  /** What the address asks for; what is there already stays, and so do files, which have no address. */
  show(replays: readonly ComparedReplay[]): void {
    const missing = [...replays];
    for (const member of this.#members) {
      const listed = missing.findIndex(({ id }) => id === member.source.id);
      const [found] = listed === -1 ? [] : missing.splice(listed, 1);
      if (found) this.choose(member, found.choice);
      else if (member.source.id !== null) this.remove(member);
    }
    for (const { id, choice } of missing) this.add(this.#sourceOf(id), choice);
  }

  /** Changes places: what was compared is played now, from where it stood, and what was played is compared. */
  makeMain(member: Compared): void {
    const { opening, episode } = member;
    const { recording, episode: formerEpisode } = this.#player;
    if (opening.state !== 'open' || episode === null || !recording) return;
    const { openId: id, openName: name, bytesRead } = this.#main.opened();
    const former: Opened = { recording, bytesRead };
    const load = id === null ? (): Promise<Opened> => Promise.resolve(former) : this.#sourceOf(id).load;
    const choice = typeof member.choice === 'number' ? formerEpisode : member.choice;
    const source = { id, name, load };
    const swapped = new Compared(this.#player, source, { series: member.series, choice });
    swapped.opening = { state: 'open', ...former };
    this.#forget(member);
    this.#members = this.#members.map((other) => (other === member ? swapped : other));
    this.#main.show(member.source, opening, { episode, step: this.#player.step });
    this.#changed();
  }

  /** The step of a first difference: the next one after the present step, or the first of all; null without any. */
  nextDivergence(): number | null {
    const steps = this.#members
      .flatMap(({ comparing }) => (comparing.state === 'found' ? [comparing.divergence.step] : []))
      .sort((a, b) => a - b);
    return steps.find((step) => step > this.#player.step) ?? steps[0] ?? null;
  }

  #usualChoice({ id }: Source): EpisodeChoice {
    const { episode, recording } = this.#player;
    const same = id !== null && id === this.#main.opened().openId && recording !== null;
    return same ? (episode + 1) % recording.episodes.length : 'seed';
  }

  #load(source: Source, choice: EpisodeChoice): Compared {
    const taken = this.#members.map(({ series }) => series);
    const series = SERIES.find((free) => !taken.includes(free)) ?? MOST + 1;
    const member = new Compared(this.#player, source, { series, choice });
    const loading = new AbortController();
    this.#loads.set(member, loading);
    const become = (opening: Compared['opening']): void => {
      if (loading.signal.aborted) return;
      member.opening = opening;
      this.#changed();
    };
    source
      .load(loading.signal, (progress) => become({ state: 'waiting', progress }))
      .then(
        (opened) => become({ state: 'open', ...opened }),
        (error: unknown) => become({ state: 'failed', error }),
      );
    return member;
  }

  #forget(member: Compared): void {
    this.#loads.get(member)?.abort();
    this.#loads.delete(member);
    this.#searches.get(member)?.stop();
    this.#searches.delete(member);
  }

  #changed(): void {
    for (const member of this.#members) this.#search(member);
    this.#tell();
  }

  /** Looks for the first difference, unless that has been done for this pair of episodes. */
  #search(member: Compared): void {
    const { recording: one, episode: oneEpisode } = this.#player;
    const { recording: other, episode: otherEpisode } = member;
    if (!one || !other || otherEpisode === null) return;
    const pair = [one, oneEpisode, other, otherEpisode] as const;
    const before = this.#searches.get(member);
    if (before?.pair.every((part, i) => part === pair[i])) return;
    before?.stop();
    const search: Search = { pair, stop: () => undefined };
    this.#searches.set(member, search);
    member.comparing = { state: 'searching', step: 0 };
    const why = incomparable(one.header, other.header);
    if (why !== null) {
      member.comparing = { state: 'senseless', why };
      return;
    }
    search.stop = searchDivergence(sequenceOf(one, oneEpisode), sequenceOf(other, otherEpisode), (finding) => {
      const news = finding.state !== member.comparing.state || finding.state !== 'searching';
      member.comparing = finding;
      if (news) this.#tell();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Why looking for a first difference makes no sense; null where it does. */
export function incomparable(one: ReplayHeader, other: ReplayHeader): string | null {
  if (one.environment !== other.environment)
    return `${other.environment} is another environment than ${one.environment}: their steps mean different things`;
  for (const [what, key] of [
    ['observations', 'observationSpace'],
    ['actions', 'actionSpace'],
  ] as const) {
    const sizes = [flatSize(one[key]), flatSize(other[key])];
    if (sizes[0] !== sizes[1]) return `${what} of ${sizes[0]} and of ${sizes[1]} numbers`;
  }
  return null;
}
