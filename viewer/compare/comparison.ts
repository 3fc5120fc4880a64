import type { Opened } from '../session/opener.ts';
import type { Place, Player } from '../time/player.ts';
import { Compared } from './compared.ts';
import type { Source } from './compared.ts';
import type { ComparedEntry } from './comparedField.ts';
import { Differences } from './differences.ts';
import type { EpisodeChoice } from './episodeChoice.ts';
import { Loader } from './loader.ts';

/** The recording that the player plays, and how to give it another one. */
export interface MainScreen {
  /** What is open: its id on the server, if it has one, its name, its size. */
  opened(): { readonly openId: string | null; readonly openName: string; readonly bytesRead: number };
  show(what: { id: string | null; name: string }, opened: Opened, place: Place): void;
}

const SERIES = [2, 3, 4]; // the main one is 1

/** The recordings that stand beside the player's, up to three, and where each first differs from it. */
export class Comparison {
  readonly #player: Player;
  readonly #main: MainScreen;
  readonly #sourceOf: (entry: ComparedEntry) => Source;
  readonly #listeners: (() => void)[] = [];
  readonly #loader: Loader;
  readonly #differences: Differences;
  #members: readonly Compared[] = [];

  /** @param sourceOf where what has an address comes from */
  constructor(player: Player, main: MainScreen, sourceOf: (entry: ComparedEntry) => Source) {
    this.#player = player;
    this.#main = main;
    this.#sourceOf = sourceOf;
    this.#loader = new Loader(player, () => this.#changed());
    this.#differences = new Differences(player, () => this.#tell());
    player.onChange((change) => {
      if (change === 'replay' || change === 'episode' || change === 'length') this.#changed();
    });
  }

  get members(): readonly Compared[] {
    return this.#members;
  }

  get isFull(): boolean {
    return this.#members.length >= SERIES.length;
  }

  /** Those that have an address. */
  get entries(): ComparedEntry[] {
    return this.#members.flatMap(({ entry }) => entry ?? []);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Another one, unless there are as many as fit. */
  add(source: Source): void {
    const taken = this.#members.map(({ series }) => series);
    const series = SERIES.find((free) => !taken.includes(free));
    if (series === undefined) return;
    this.#members = [...this.#members, new Compared(this.#player, source, series)];
    this.#changed();
  }

  /** A replay of the server. The one that is open is compared by its next episode. */
  addReplay(id: string): void {
    const { episode, recording } = this.#player;
    const same = id === this.#main.opened().openId && recording !== null;
    const choice: EpisodeChoice = same ? (episode + 1) % recording.episodes.length : 'seed';
    this.add(this.#sourceOf({ kind: 'replay', id, choice }));
  }

  /** The agent of a checkpoint, playing here. */
  addAgent(run: string, checkpoint: string): void {
    this.add(this.#sourceOf({ kind: 'agent', run, checkpoint }));
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
  show(entries: readonly ComparedEntry[]): void {
    const missing = [...entries];
    for (const member of this.#members) {
      if (!member.entry) continue;
      const listed = missing.findIndex((entry) => isSame(entry, member.entry));
      const [found] = listed === -1 ? [] : missing.splice(listed, 1);
      if (!found) this.remove(member);
      else if (found.kind === 'replay') this.choose(member, found.choice);
    }
    for (const entry of missing) this.add(this.#sourceOf(entry));
  }

  /** Changes places: what was compared is played now, from where it stood, and what was played is compared. */
  makeMain(member: Compared): void {
    const { opening, episode, entry, source, series } = member;
    const { recording, episode: formerEpisode, step } = this.#player;
    if (opening.state !== 'open' || episode === null || !recording) return;
    const { openId: id, openName: name, bytesRead } = this.#main.opened();
    const former: Opened = { recording, bytesRead };
    const choice = typeof member.choice === 'number' ? formerEpisode : member.choice;
    const formerEntry = id === null ? null : ({ kind: 'replay', id, choice } as const);
    const load = (): Promise<Opened> => Promise.resolve(former);
    const swapped = new Compared(this.#player, { kind: 'stored', name, entry: formerEntry, load }, series);
    swapped.choice = choice;
    swapped.opening = { state: 'open', ...former };
    this.#forget(member);
    this.#members = this.#members.map((other) => (other === member ? swapped : other));
    this.#main.show({ id: entry?.kind === 'replay' ? entry.id : null, name: source.name }, opening, { episode, step });
  }

  /** The step of a first difference: the next one after the present step, or the first of all; null without any. */
  nextDivergence(): number | null {
    const steps = this.#members
      .flatMap(({ comparing, recording }) =>
        recording && comparing.state === 'found' ? [comparing.divergence.step] : [],
      )
      .sort((a, b) => a - b);
    return steps.find((step) => step > this.#player.step) ?? steps[0] ?? null;
  }

  #forget(member: Compared): void {
    this.#loader.stop(member);
    this.#differences.stop(member);
  }

  #changed(): void {
    for (const member of this.#members) {
      this.#loader.update(member);
      this.#differences.update(member);
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether two entries are of one thing, whichever episode of it. */
function isSame(one: ComparedEntry, other: ComparedEntry | null): boolean {
  if (one.kind === 'replay') return other?.kind === 'replay' && one.id === other.id;
  return other?.kind === 'agent' && one.run === other.run && one.checkpoint === other.checkpoint;
}
