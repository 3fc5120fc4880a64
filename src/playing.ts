/*
 * What plays: a trained policy out of the bytes of its checkpoint, and an episode that it plays, thinks about, or is the
 * opponent in. It needs no Node, and so is a part of src that a browser may open. It trains nothing.
 */
export { AgentOpponent } from './agentOpponent.ts';
export type { Config } from './settings.ts';
export { specOf } from './exported.ts';
export { Game, type Thought } from './game.ts';
export { NotedOpponent } from './replies.ts';
export { decodeSafetensors } from './safetensors.ts';
export { describePolicy, restorePolicy, type Trained, type TrainedState } from './trained.ts';
