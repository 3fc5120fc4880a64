import 'pixi.js/graphics';
import 'pixi.js/text';
import 'pixi.js/unsafe-eval'; // shader set-up without eval, which the page's Content-Security-Policy forbids
import { autoDetectRenderer, Ticker } from 'pixi.js';
import type { Renderer } from 'pixi.js';

/** GPUs that are programs: Chromium's, Mesa's, Windows'. A canvas paints the same picture in a third of their time. */
const SOFTWARE = /SwiftShader|llvmpipe|softpipe|Basic Render/i;

export const HAS_GPU = hasGpu();

export interface RendererOptions {
  /** Left out: one of its own. */
  canvas?: HTMLCanvasElement;
  /** Pixels of its canvas for a CSS pixel. */
  density?: number;
  /** What is painted may need WebGL itself, as shaders do: then it is WebGL even where a program stands in for the GPU. */
  shaders?: boolean;
}

/**
 * A renderer that draws when it is told to, and at no other time: with WebGL on a GPU, on a canvas where there is none.
 *
 * @throws Error when the browser can paint neither way
 */
export async function createRenderer(options: RendererOptions = {}): Promise<Renderer> {
  const { canvas, density = window.devicePixelRatio, shaders = false } = options;
  Ticker.system.autoStart = false; // Pixi's housekeeping runs with our frames, not sixty times a second for ever
  return autoDetectRenderer({
    ...(canvas && { canvas }),
    preference: shaders || HAS_GPU ? 'webgl' : ['canvas'],
    antialias: true,
    autoDensity: true,
    backgroundAlpha: 0,
    resolution: density,
    skipExtensionImports: true, // the three it needs are imported above
  });
}

/** Whether WebGL is a GPU's, and not a program's. */
function hasGpu(): boolean {
  const context = document.createElement('canvas').getContext('webgl');
  if (!context) return false;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const name = context.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER) as string;
  context.getExtension('WEBGL_lose_context')?.loseContext(); // a browser has room for a few only
  return !SOFTWARE.test(name);
}
