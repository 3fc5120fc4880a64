import type { Info } from './env.ts';

/** The infos of a last step that was a success or none, to share: a step allocates nothing. */
export const SUCCESS: Info = Object.freeze({ success: true });
export const FAILURE: Info = Object.freeze({ success: false });
