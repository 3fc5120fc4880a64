/** Everything that the author of an environment, or of a tool around environments, needs. */
export * from './contract.ts';
export * from './env.ts';
export * from './nearest.ts';
export * from './random.ts';
export * from './registry.ts';
export type * from './scene.ts';
export * from './spaces.ts';
export * from './vector.ts';
export * from './wrappers.ts';
export { CartPole } from './classic/cartPole.ts';
export { ProofOfMemory } from './memory/proofOfMemory.ts';
