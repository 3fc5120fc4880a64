import type { EnvTable } from '../entry.ts';

/** Rigid bodies, stepped by a physics engine. */
export const controlEnvs: EnvTable = {};
