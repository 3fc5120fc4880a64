import type { EnvTable } from '../entry.ts';

/** Gymnasium's small games of few states. */
export const textEnvs: EnvTable = {};
