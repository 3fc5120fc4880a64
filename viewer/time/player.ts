import { ReplayError } from '../../src/replay/format.ts';
import type { EpisodeSummary, Loss, Moment, MomentParts, ReplayHeader } from '../../src/replay/format.ts';

/** What a player plays: a replay file, or anything shaped like one. */
export interface Recording {
  readonly header: ReplayHeader;
  readonly episodes: readonly EpisodeSummary[];
  /** False when the file ends before its index: cut, or still being written. */
  readonly complete: boolean;
  /**
   * Moment `t` of an episode, t = 0 … steps; without the parts that are not wanted, where that costs less.
   *
   * @throws ReplayError when it is lost, or not read yet
   */
  moment(episode: number, t: number, parts?: MomentParts): Moment;
  rewards(episode: number): Float32Array;
  values(episode: number): Float32Array | null;
  /** What of an episode is lost in a file that is damaged. */
  losses?(episode: number): readonly Loss[];
}

/**
 * What is no longer as it was. A new replay is also a new episode, a new episode has a length, steps and a position of its
 * own.
 */
export type Change = 'replay' | 'episode' | 'length' | 'step' | 'position' | 'playback';

export interface Place {
  /** Counted from 0. */
  episode?: number;
  /** t, from 0 to the number of actions. */
  step?: number;
}

/** Steps that are played over and over, both included. */
export interface Loop {
  from: number;
  to: number;
}

/** At speed 1. */
export const STEPS_PER_SECOND = 30;
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32] as const;

const GLIDE_MS = 120; // how long a single step takes when it is not being played
const SHORT_EPISODE_S = 4; // a replay of shorter episodes starts slowed down

/**
 * The one clock of the viewer: which replay, episode and step, and whether time runs.
 *
 * `step` is what every panel shows. `position` is where the picture is: in [step, step + 1) while playing, so that it
 * shows the step's action being carried out, in (step - 1, step] while playing backwards, and on its way to `step` after a
 * single step by hand.
 */
export class Player {
  #recording: Recording | null = null;
  #episode = 0;
  #step = 0;
  #position = 0;
  /** What was asked for last; null where the recording may hold another by now. */
  #now: { episode: number; step: number; moment: Moment | null } | null = null;
  #playing = false;
  #direction: 1 | -1 = 1;
  #loop: Loop | null = null;
  #speed = 1;
  #speedChosen = false;
  readonly #listeners: ((change: Change) => void)[] = [];
  /** False for people who asked their system for less motion: the picture then moves from step to step. */
  glides = true;

  get recording(): Recording | null {
    return this.#recording;
  }

  /** Counted from 0. */
  get episode(): number {
    return this.#episode;
  }

  get summary(): EpisodeSummary | null {
    return this.#recording?.episodes[this.#episode] ?? null;
  }

  get step(): number {
    return this.#step;
  }

  /** The last step of the episode: it has an observation and a scene, but no decision. */
  get lastStep(): number {
    return this.summary?.steps ?? 0;
  }

  get position(): number {
    return this.glides ? this.#position : this.#step;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Which way time runs while it is played. */
  get direction(): 1 | -1 {
    return this.#direction;
  }

  /** What of the episode is played over and over; null plays all of it, once. */
  get loop(): Loop | null {
    return this.#loop;
  }

  get atEnd(): boolean {
    return this.#step >= this.lastStep;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Whether time has to go on: a paused player asks for no frames. */
  get moving(): boolean {
    return this.#playing || this.position !== this.#step;
  }

  /** Decoded once, for all panels. */
  get moment(): Moment | null {
    const { episode, step } = this;
    if (this.#now?.episode !== episode || this.#now.step !== step)
      this.#now = { episode, step, moment: this.momentAt(step) };
    return this.#now.moment;
  }

  /** Null where there is none: beyond the episode's ends, where the file is damaged, and while it is not read yet. */
  momentAt(step: number, parts?: MomentParts): Moment | null {
    if (!this.#recording || !this.summary || step < 0 || step > this.lastStep) return null;
    try {
      return this.#recording.moment(this.#episode, step, parts);
    } catch (error) {
      if (error instanceof ReplayError) return null;
      throw error;
    }
  }

  /** What is lost of the step on the screen. */
  get losses(): readonly Loss[] {
    const losses = (this.summary && this.#recording?.losses?.(this.#episode)) ?? [];
    return losses.filter(({ first, last }) => first <= this.#step && this.#step <= last);
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Shows a recording, paused, at a place in it; a place beyond its end becomes its end. */
  open(recording: Recording, place: Place = {}): void {
    this.#playing = false;
    if (!this.#speedChosen) this.#speed = fittingSpeed(recording);
    this.#recording = recording;
    this.#now = this.#loop = null;
    this.#goTo({ episode: place.episode ?? 0, step: place.step ?? 0 });
    this.#tell('replay');
    this.#tell('playback');
  }

  /** The same replay read again, longer than before: stays where it is, and goes on playing. */
  replace(recording: Recording): void {
    const position = this.#position;
    this.#recording = recording;
    this.#now = null;
    this.#goTo({});
    if (Math.floor(position) === this.#step) this.#position = position;
    this.#tell('replay');
  }

  /** The episode on the screen has become longer: its recording has more steps than before. */
  lengthen(): void {
    this.#now = null;
    this.#tell('length');
  }

  /** Goes to an episode and a step at once, without gliding. */
  seek(place: Place): void {
    const { episode, step, position } = { episode: this.#episode, step: this.#step, position: this.#position };
    this.#goTo(place);
    if (this.#episode !== episode) this.#tell('episode');
    else if (this.#step !== step) this.#tell('step');
    else if (this.#position !== position) this.#tell('position');
  }

  /** Moves by some steps; by a single one the picture glides there. */
  moveBy(steps: number): void {
    const from = this.#step;
    this.seek({ step: Math.max(from + steps, 0) });
    if (Math.abs(steps) === 1 && this.glides && !this.#playing) this.#position = from;
  }

  /** Lets time run, from the start again where it has come to the end, and within the loop if there is one. */
  play(direction: 1 | -1 = 1): void {
    if (!this.summary || (this.#playing && direction === this.#direction)) return;
    this.#direction = direction;
    const { start, end } = this.#way();
    const ahead = (end - this.#step) * direction > 0 && (this.#step - start) * direction >= 0;
    if (!ahead) this.seek({ step: start });
    this.#playing = true;
    this.#tell('playback');
  }

  /** Stops at the nearest step; the picture glides there. */
  pause(): void {
    if (!this.#playing) return;
    this.#playing = false;
    this.#step = Math.round(this.#position);
    this.#tell('step');
    this.#tell('playback');
  }

  /** Plays a part of the episode over and over; null, or a part without length, is no loop. */
  setLoop(loop: Loop | null): void {
    const ends = loop && [loop.from, loop.to].map((step) => clampedInteger(step, this.lastStep)).sort((a, b) => a - b);
    const [from = 0, to = 0] = ends ?? [];
    this.#loop = to > from ? { from, to } : null;
    this.#tell('playback');
  }

  setSpeed(speed: number): void {
    this.#speedChosen = true;
    this.#speed = speed;
    this.#tell('playback');
  }

  /** Takes the next of `SPEEDS` in a direction, if there is one. */
  changeSpeed(direction: 1 | -1): void {
    const index = SPEEDS.indexOf(this.#speed as (typeof SPEEDS)[number]) + direction;
    this.setSpeed(SPEEDS[index] ?? this.#speed);
  }

  /** Lets time pass. */
  advance(elapsedMs: number): void {
    if (this.#playing) this.#playOn((elapsedMs / 1000) * STEPS_PER_SECOND * this.#speed);
    else if (this.#position !== this.#step) this.#glideOn(elapsedMs / GLIDE_MS);
  }

  #playOn(steps: number): void {
    const before = this.#step;
    const { start, end } = this.#way();
    const forward = this.#direction > 0;
    if (this.#loop && this.#position === end) this.#position = start;
    else this.#position = forward ? Math.min(this.#position + steps, end) : Math.max(this.#position - steps, end);
    this.#step = forward ? Math.floor(this.#position) : Math.ceil(this.#position);
    this.#tell(this.#step === before ? 'position' : 'step');
    if (!this.#loop && this.#position === end) this.pause();
  }

  /** From where to where time runs. */
  #way(): { start: number; end: number } {
    const { from, to } = this.#loop ?? { from: 0, to: this.lastStep };
    return this.#direction > 0 ? { start: from, end: to } : { start: to, end: from };
  }

  #glideOn(distance: number): void {
    const left = this.#step - this.#position;
    this.#position = Math.abs(left) <= distance ? this.#step : this.#position + Math.sign(left) * distance;
    this.#tell('position');
  }

  #goTo({ episode = this.#episode, step = this.#step }: Place): void {
    const last = Math.max(0, (this.#recording?.episodes.length ?? 0) - 1);
    const before = this.#episode;
    this.#episode = clampedInteger(episode, last);
    this.#step = this.#position = clampedInteger(step, this.lastStep);
    if (this.#episode !== before) this.#loop = null; // it was of the other episode
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** 1, or slower where even the longest episode would be over in no time. */
function fittingSpeed({ episodes }: Recording): number {
  const longest = episodes.reduce((most, { steps }) => Math.max(most, steps), 0);
  const unhurried = SPEEDS.filter((speed) => speed <= 1 && longest / (STEPS_PER_SECOND * speed) >= SHORT_EPISODE_S);
  return unhurried.at(-1) ?? SPEEDS[0];
}

function clampedInteger(value: number, last: number): number {
  return Math.min(Math.max(Math.trunc(value) || 0, 0), last);
}
