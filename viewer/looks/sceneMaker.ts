import type { CustomScene } from '../../envs/customScene.ts';

/** Makes a new scene of the same kind: a page may show several at once. */
export type SceneMaker = () => CustomScene;
