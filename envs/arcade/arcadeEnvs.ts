import type { EnvTable } from '../entry.ts';

/** Arcade games as grids of several channels. */
export const arcadeEnvs: EnvTable = {};
