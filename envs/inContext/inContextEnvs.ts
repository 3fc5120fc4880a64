import type { EnvTable } from '../entry.ts';

/** Hidden tasks, to be found out and used within one context of several episodes. */
export const inContextEnvs: EnvTable = {};
