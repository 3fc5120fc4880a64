import type { CustomScene } from '../../envs/customScene.ts';
import type { CustomPainter } from './customPainter.ts';
import type { SceneMaker } from './sceneMaker.ts';

declare const WITH_SERVER: boolean; // the build puts it there: see vite.config.ts

/**
 * Makes a scene and mounts it; the code for that is loaded when it is wanted.
 *
 * @throws Error saying what the scene did
 */
export async function openScene(make: SceneMaker, density = window.devicePixelRatio): Promise<CustomPainter> {
  if (!WITH_SERVER) throw new Error('this page has no server to bring it a scene');
  const { CustomPainter } = await import('./customPainter.ts');
  return await CustomPainter.create(make, density);
}

/** Whether an environment may have a scene of its own: it comes from a file, or from a package. */
export function isOwn(environment: string): boolean {
  return /^(\/|[a-z]:[/\\]|file:)|#/i.test(environment);
}

/**
 * The scene of a run's own environment, from the run's server; null when it has none.
 *
 * @throws Error saying why it does not load
 */
export async function loadScene(run: string): Promise<SceneMaker | null> {
  const address = new URL(`api/environments/${encodeURIComponent(run)}.js`, document.baseURI).href;
  const response = await fetch(address);
  if (response.status === 404) return null;
  if (!response.ok) {
    const { error, scene } = (await response.json()) as { error: string; scene?: boolean };
    if (scene !== true) return null; // whoever wants to play it will hear
    throw new Error(error);
  }
  const module = (await import(/* @vite-ignore */ address)) as Record<string, unknown>;
  const source = module['scene'] ?? (module['default'] as { scene?: unknown } | undefined)?.scene;
  if (source === undefined) return null;
  if (typeof source !== 'function')
    throw new Error(`scene is ${typeof source}, wanted a function that imports the scene`);
  const loaded = (await source()) as { default?: unknown };
  return makerOf(loaded.default);
}

function makerOf(exported: unknown): SceneMaker {
  if (typeof exported !== 'function')
    throw new Error(`the scene's file has ${typeof exported} as default export, wanted a class, or a function`);
  // The contract of envs/customScene.ts; what does not keep it is found out when it is mounted.
  if (/^class\b/.test(Function.prototype.toString.call(exported))) {
    const Scene = exported as new () => CustomScene;
    return () => new Scene();
  }
  return exported as SceneMaker;
}
