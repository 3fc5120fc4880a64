import type { Recording } from '../time/player.ts';

/** Sums of the rewards of an episode, made once as long as it is asked for the same one. */
export class RunningReturn {
  #recording: Recording | null = null;
  #episode = -1;
  #sums = new Float32Array(1);

  /** Sum of the rewards before each step, [steps + 1]. */
  of(recording: Recording, episode: number): Float32Array {
    const rewards = recording.rewards(episode);
    const longer = rewards.length + 1 !== this.#sums.length; // what is being played grows
    if (recording === this.#recording && episode === this.#episode && !longer) return this.#sums;
    const sums = new Float32Array(rewards.length + 1);
    let sum = 0;
    rewards.forEach((reward, t) => (sums[t + 1] = sum += reward));
    this.#recording = recording;
    this.#episode = episode;
    this.#sums = sums;
    return sums;
  }
}
