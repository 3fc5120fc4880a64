import type { EnvTable } from '../entry.ts';

/** Board games for two, against an opponent. */
export const boardEnvs: EnvTable = {};
