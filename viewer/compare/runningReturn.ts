import type { Recording } from '../time/player.ts';

/** Sums of the rewards of an episode, made once as long as it is asked for the same one. */
export class RunningReturn {
  #recording: Recording | null = null;
  #episode = -1;
  #sums = new Float32Array(1);

  /** Sum of the rewards before each step, [steps + 1]. */
  of(recording: Recording, episode: number): Float32Array {
    if (recording === this.#recording && episode === this.#episode) return this.#sums;
    const rewards = recording.rewards(episode);
    const sums = new Float32Array(rewards.length + 1);
    let sum = 0;
    rewards.forEach((reward, t) => (sums[t + 1] = sum += reward));
    this.#recording = recording;
    this.#episode = episode;
    this.#sums = sums;
    return sums;
  }
}
