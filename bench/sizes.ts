/** A Transformer policy, and how many tokens it learns from at once. */
export interface Size {
  width: number;
  heads: number;
  layers: number;
  sequences: number;
  steps: number;
}

export const SIZES: Record<string, Size> = {
  small: { width: 64, heads: 4, layers: 2, sequences: 64, steps: 32 },
  large: { width: 256, heads: 8, layers: 4, sequences: 32, steps: 64 },
  // For a GPU: measured where it is asked for.
  wide: { width: 1024, heads: 16, layers: 4, sequences: 32, steps: 64 },
};
export const FEED_FORWARD = 4;
export const [OBSERVATION, ACTIONS] = [8, 4];
