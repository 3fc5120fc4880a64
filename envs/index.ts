/** Everything that the author of an environment, or of a tool around environments, needs. */
export * from './contract.ts';
export * from './env.ts';
export * from './nearest.ts';
export * from './random.ts';
export * from './registry.ts';
export * from './runningStatistics.ts';
export type * from './scene.ts';
export * from './spaces.ts';
export * from './vector.ts';
export * from './wrappers.ts';
export { Acrobot } from './classic/acrobot.ts';
export { CartPole } from './classic/cartPole.ts';
export { MountainCar } from './classic/mountainCar.ts';
export { MountainCarContinuous } from './classic/mountainCarContinuous.ts';
export { Pendulum } from './classic/pendulum.ts';
export { ProofOfMemory } from './memory/proofOfMemory.ts';
