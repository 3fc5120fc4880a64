import { ReplayError } from '../../src/replay/format.ts';
import type { Changes, Panel } from './clock.ts';
import { findEvents } from './events.ts';
import type { StepEvent } from './events.ts';
import { whenIdle } from './idle.ts';
import type { Player, Recording } from './player.ts';
import { readAttention, readSignals, Signals } from './signals.ts';

/** An episode of at most about so many steps is read at once. */
const AT_ONCE = 1024;
/** Of a longer one, what was read is shown whenever it is this share more. */
const SHOWN_SHARE = 1 / 8;
/** Weights of attention in an episode beyond which they are not all read: it would keep a computer busy for a minute. */
const MOST_WEIGHTS = 2 ** 27;

/**
 * Reads the episode on the screen from end to end, for what is known only from all of it: tracks of the timeline, events,
 * how far numbers go. Longer episodes are read while the page has nothing else to do; meanwhile, what is known grows.
 */
export class Scan implements Panel {
  readonly #player: Player;
  readonly #changed: () => void;
  #reading = new AbortController();
  #signals: Signals | null = null;
  #events: readonly StepEvent[] = [];

  /** @param changed is told when more is known than before */
  constructor(player: Player, changed: () => void) {
    this.#player = player;
    this.#changed = changed;
  }

  /** Of the episode on the screen; null without one. */
  get signals(): Signals | null {
    return this.#signals;
  }

  /** None before the whole episode is known: what is unusual shows only in comparison. */
  get events(): readonly StepEvent[] {
    return this.#events;
  }

  update(changes: Changes): void {
    if (!changes.has('length')) return;
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#events = [];
    const { recording, episode, summary } = this.#player;
    this.#signals = recording && summary ? new Signals(recording.header, summary.steps) : null;
    if (recording && this.#signals) void this.#read(recording, episode, this.#signals, this.#reading.signal);
  }

  async #read(recording: Recording, episode: number, signals: Signals, signal: AbortSignal): Promise<void> {
    try {
      const reading = readSignals(recording, episode, signals);
      let shown = 0;
      let done = false;
      while (!done && signals.known < AT_ONCE) done = reading.next().done === true;
      const whole =
        done ||
        (await whenIdle(reading, signal, () => {
          if (signals.known - shown < SHOWN_SHARE * signals.steps) return;
          shown = signals.known;
          this.#changed();
        }));
      if (!whole) return;
      this.#findEvents();
      const weights = weightsOf(recording, episode);
      if (weights === 0 || weights > MOST_WEIGHTS) return;
      if (await whenIdle(readAttention(recording, episode, signals), signal)) this.#findEvents();
    } catch (error) {
      // while the rest of a file is on its way; once it is here, it is another recording
      if (error instanceof ReplayError && error.reason === 'unread') return;
      console.warn('The episode could not be read to its end.', error); // up to there, all that was read stands
      if (!signal.aborted) this.#findEvents();
    }
  }

  #findEvents(): void {
    const { summary } = this.#player;
    if (!summary || !this.#signals) return;
    this.#events = findEvents(this.#signals, summary);
    this.#changed();
  }
}

function weightsOf({ header, episodes }: Recording, episode: number): number {
  const { layers = 0, heads = 0, context = 0 } = header.policy ?? {};
  return layers * heads * (context + 1) * (episodes[episode]?.steps ?? 0);
}
