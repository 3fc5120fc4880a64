import type { ReplayHeader } from '../../src/replay/format.ts';
import type { Player, Recording } from '../time/player.ts';
import type { Branch } from './branch.ts';
import { Branches } from './branches.ts';
import { BranchRecording } from './branchRecording.ts';

/** Puts branches on the screen, in place of the replay that they go off from. */
export class BranchScreen {
  readonly branches: Branches;
  readonly #player: Player;
  readonly #left: () => void;
  #shown: BranchRecording | null = null;

  /**
   * @param changed  hears when the branches, or which of them is open, are others
   * @param left     hears when another replay is on the screen, and all branches gone
   */
  constructor(player: Player, changed: () => void, left: () => void) {
    this.#player = player;
    this.#left = left;
    this.branches = new Branches(changed);
    player.onChange((change) => {
      if (change === 'replay') this.#noticeReplay();
    });
  }

  /** The branch on the screen, in its recording; null where none is. */
  get shown(): BranchRecording | null {
    return this.#player.recording === this.#shown ? this.#shown : null;
  }

  /** Whether a branch's last moment is on the screen. */
  isAtEndOf(branch: Branch): boolean {
    const { episode, step } = this.#player;
    return this.shown?.branch === branch && episode === branch.episode && step === branch.steps;
  }

  /** Shows the first episode of a game, or the one after those before. */
  begin(header: ReplayHeader, branch: Branch): void {
    this.#shown = new BranchRecording(header, branch);
    this.branches.reset(this.#shown);
    this.#player.open(this.#shown, { episode: branch.episode });
  }

  /** A branch that is new. */
  add(branch: Branch): void {
    this.#put(branch);
    this.branches.add(branch);
  }

  /** @param branch null for the replay that they all go off from */
  open(branch: Branch | null): void {
    const { original } = this.branches;
    if (branch) this.#put(branch);
    else if (original) this.#player.replace(original);
    this.branches.show(branch);
  }

  /** What is listed of the branch on the screen is another, now that it is over. */
  refresh(): void {
    if (this.shown) this.#player.replace(this.shown);
  }

  #put(branch: Branch): void {
    const { header } = this.#player.recording as Recording; // it goes off from what is on the screen
    this.#shown = new BranchRecording(header, branch);
    this.#player.replace(this.#shown);
  }

  /** Another replay is on the screen, or the same one, longer. */
  #noticeReplay(): void {
    const { recording } = this.#player;
    const { original, open } = this.branches;
    if (recording === this.#shown) return;
    if (recording === original) return this.branches.show(null);
    if (recording && original && isSame(recording.header, original.header)) {
      this.branches.rebase(recording);
      if (open && this.#shown) this.#player.replace(this.#shown);
      return;
    }
    this.branches.reset(recording);
    this.#left();
  }
}

/** Whether they are of the same replay, which was read again while it grows. */
function isSame(a: ReplayHeader, b: ReplayHeader): boolean {
  return a.createdAt === b.createdAt && a.run === b.run && a.environment === b.environment;
}
