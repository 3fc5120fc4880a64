import type { EnvTable } from '../entry.ts';

/** MiniGrid and BabyAI: rooms of cells, seen in part, with a mission. */
export const gridEnvs: EnvTable = {};
