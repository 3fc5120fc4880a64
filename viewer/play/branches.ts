import type { Recording } from '../time/player.ts';
import type { Branch } from './branch.ts';

/** All branches of the replay that is open, the newest last. */
export class Branches {
  #original: Recording | null = null;
  #all: Branch[] = [];
  #open: Branch | null = null;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** What they all go off from, if through others; null for games that were played here. */
  get original(): Recording | null {
    return this.#original;
  }

  get all(): readonly Branch[] {
    return this.#all;
  }

  /** The one on the screen; null for the original. */
  get open(): Branch | null {
    return this.#open;
  }

  /** Another replay is open: branches of the one before are gone. */
  reset(original: Recording | null): void {
    this.#original = original;
    this.#all = [];
    this.#open = null;
    this.#changed();
  }

  /** The same replay was read again, longer. */
  rebase(original: Recording): void {
    this.#original = original;
    this.#changed();
  }

  add(branch: Branch): void {
    this.#all.push(branch);
    this.show(branch);
  }

  show(branch: Branch | null): void {
    this.#open = branch;
    this.#changed();
  }

  remove(branch: Branch): void {
    this.#all = this.#all.filter((other) => other !== branch);
    if (this.#open === branch) this.#open = null;
    this.#changed();
  }
}
