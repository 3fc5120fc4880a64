import type { Loop, Player } from './player.ts';
import type { Zoom } from './zoom.ts';

const ZOOM_FACTOR = 2; // of a press

/**
 * What a person can do to time, by key, button or pointer. Whoever takes time into their own hands stops following a
 * live run.
 */
export class Controls {
  readonly zoom: Zoom;
  readonly #player: Player;
  readonly #tookOver: () => void;

  constructor(player: Player, zoom: Zoom, tookOver: () => void) {
    this.#player = player;
    this.zoom = zoom;
    this.#tookOver = tookOver;
  }

  togglePlay(): void {
    if (!this.#player.playing) return this.#player.play();
    this.pause();
  }

  pause(): void {
    this.#tookOver();
    this.#player.pause();
  }

  /** Plays in a direction, as the keys J and L of video editors do: faster with each press. */
  shuttle(direction: 1 | -1): void {
    this.#tookOver();
    if (this.#player.playing && this.#player.direction === direction) this.#player.changeSpeed(1);
    else this.#player.play(direction);
  }

  moveBy(steps: number): void {
    this.#tookOver();
    this.#player.pause();
    this.#player.moveBy(steps);
  }

  seek(step: number): void {
    this.#tookOver();
    this.#player.seek({ step });
  }

  seekEnd(): void {
    this.seek(this.#player.lastStep);
  }

  /** @param episode counted from 0 */
  openEpisode(episode: number): void {
    this.#tookOver();
    this.#player.seek({ episode, step: 0 });
  }

  /** To a place to look at: time stands still there. */
  jump(episode: number, step: number): void {
    this.pause();
    this.#player.seek({ episode, step });
  }

  /** To the start of the episode after this one, or before it; where there is none, nowhere. */
  moveByEpisodes(direction: 1 | -1): void {
    const episode = this.#player.episode + direction;
    if (this.#player.recording?.episodes[episode]) this.openEpisode(episode);
  }

  changeSpeed(direction: 1 | -1): void {
    this.#player.changeSpeed(direction);
  }

  setSpeed(speed: number): void {
    this.#player.setSpeed(speed);
  }

  zoomIn(): void {
    this.zoom.zoomBy(ZOOM_FACTOR);
  }

  zoomOut(): void {
    this.zoom.zoomBy(1 / ZOOM_FACTOR);
  }

  setLoop(loop: Loop | null): void {
    this.#player.setLoop(loop);
  }

  /** The loop begins at the present step, and ends where it did, or with the episode. */
  loopFromHere(): void {
    const { step, loop, lastStep } = this.#player;
    this.setLoop({ from: step, to: loop && loop.to > step ? loop.to : lastStep });
  }

  loopToHere(): void {
    const { step, loop } = this.#player;
    this.setLoop({ from: loop && loop.from < step ? loop.from : 0, to: step });
  }

  /** Loops what is in sight, or ends the loop that there is. */
  toggleLoop(): void {
    const { first, last } = this.zoom.span;
    this.setLoop(this.#player.loop ? null : { from: Math.ceil(first), to: Math.floor(last) });
  }
}
