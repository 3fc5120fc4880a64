import 'pixi.js/graphics';
import 'pixi.js/text';
import 'pixi.js/unsafe-eval'; // shader set-up without eval, which the page's Content-Security-Policy forbids
import { autoDetectRenderer, Ticker } from 'pixi.js';
import type { Renderer } from 'pixi.js';

/**
 * A renderer that draws when it is told to, and at no other time.
 *
 * @param density pixels of its canvas for a CSS pixel
 * @throws Error when the browser can paint neither with WebGL nor on a canvas
 */
export async function createRenderer(density = window.devicePixelRatio): Promise<Renderer> {
  Ticker.system.autoStart = false; // Pixi's housekeeping runs with our frames, not sixty times a second for ever
  return autoDetectRenderer({
    preference: 'webgl',
    antialias: true,
    autoDensity: true,
    backgroundAlpha: 0,
    resolution: density,
    skipExtensionImports: true, // the three it needs are imported above
  });
}
