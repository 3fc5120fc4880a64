import type { Player } from './player.ts';

/**
 * What a person can do to time, by key, button or pointer. Whoever takes time into their own hands stops following a
 * live run.
 */
export class Controls {
  readonly #player: Player;
  readonly #tookOver: () => void;

  constructor(player: Player, tookOver: () => void) {
    this.#player = player;
    this.#tookOver = tookOver;
  }

  togglePlay(): void {
    if (!this.#player.playing) return this.#player.play();
    this.#tookOver();
    this.#player.pause();
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

  changeSpeed(direction: 1 | -1): void {
    this.#player.changeSpeed(direction);
  }

  setSpeed(speed: number): void {
    this.#player.setSpeed(speed);
  }
}
