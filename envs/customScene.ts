import type { Info } from './env.ts';
import type { Scene } from './scene.ts';
import type { Value } from './spaces.ts';

/** One step of a replay, as a scene of one's own gets it: what the agent saw, then what it did and what came of it. */
export interface SceneMoment<Observation = Value, Action = Value> {
  /** Steps since the episode began. */
  step: number;
  observation: Observation;
  /** What `draw()` gave; null where there is none. */
  drawn: Scene | null;
  /** Null in the last moment of an episode, in which nothing is done any more. */
  outcome: { action: Action; reward: number; terminated: boolean; truncated: boolean; info: Info } | null;
}

/** A moment, and the one that follows it: null at the end. */
export interface SceneState<Observation = Value, Action = Value> extends SceneMoment<Observation, Action> {
  next: SceneMoment<Observation, Action> | null;
}

/** What a scene needs of Pixi here, for its types: `typeof import('pixi.js')` is one. */
export interface PixiModule {
  Container: abstract new (...args: never[]) => object;
}

/**
 * A picture of an environment that is richer than `draw()` can make it, by Pixi: `mount`, then `resize`, then `render`
 * as often as there is something new to show, and `unmount`.
 *
 * It is shown by the viewer of a run's own server. Wherever it is not, in a replay alone, and after any of its methods
 * has thrown, the viewer shows what `draw()` gave. It is drawn after each `render` and at no other time: what moves,
 * moves with `alpha`.
 */
export interface CustomScene<Pixi extends PixiModule = PixiModule, Observation = Value, Action = Value> {
  /**
   * Puts its nodes into the container.
   *
   * @param pixi the viewer's own: a scene brings none
   */
  mount(container: InstanceType<Pixi['Container']>, pixi: Pixi): void | Promise<void>;
  /** @param alpha how far the picture is on its way to `state.next`, from 0 to below 1 */
  render(state: SceneState<Observation, Action>, alpha: number): void;
  /** @param width, height of the picture, in the container's units */
  resize(width: number, height: number): void;
  unmount(): void;
}

/**
 * How an environment names its scene, whose file only a viewer loads: `export const scene = () => import('./scene.ts')`
 * beside the environment, or a static property of it. The file's default export is a class, or a function that makes one.
 */
export type SceneSource<Scene = CustomScene> = () => Promise<{ default: (new () => Scene) | (() => Scene) }>;
