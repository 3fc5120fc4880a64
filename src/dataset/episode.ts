/** One whole episode of a dataset, in columns. `T` steps, `O`, `A` and `M` numbers in the flat forms. */
export interface DatasetEpisode {
  /** Id of the environment. */
  environment: string;
  /** [T + 1, O] as the environment gave them; the last one is what nothing was decided in. */
  observations: Float32Array;
  /** [T, A] as the environment got them. */
  actions: Float32Array;
  /** [T, M]: 1 where an action was possible; null where all were. */
  masks: Uint8Array | null;
  /** [T] */
  rewards: Float32Array;
  terminated: boolean;
  truncated: boolean;
  /** Undiscounted. */
  return: number;
  /** Seed that the episode was reset with. */
  seed: number;
}
