import type { Colour } from '../../envs/scene.ts';

/** A colour as Pixi takes it: 0xrrggbb and an opacity from 0 to 1. What is no colour becomes a loud magenta. */
export function parseColour(colour: Colour): { color: number; alpha: number } {
  const digits = /^#([0-9a-f]{6})([0-9a-f]{2})?$/i.exec(colour);
  if (!digits?.[1]) return { color: 0xff00ff, alpha: 1 };
  return { color: parseInt(digits[1], 16), alpha: digits[2] ? parseInt(digits[2], 16) / 255 : 1 };
}

/** Okabe and Ito's colours without black and yellow: told apart by colour-blind people, on light and on dark. */
export const TELLING_COLOURS = [
  ...['#56b4e9', '#e69f00', '#009e73', '#cc79a7'],
  ...['#0072b2', '#d55e00', '#999999', '#b3a12d'],
] as const;

/** The page's small print, for canvases. */
export const FONT = '11px "Inter", "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';

/** Colours for lines that there are in base.css. */
export const CURVE_COLOURS = 6;

/** The page's own colours, as style.css sets them for light and dark; canvases need them spelled out. */
export interface PageColours {
  text: string;
  dim: string;
  line: string;
  accent: string;
  alarm: string;
  /** Of lines that are told apart: `--curve-1` and so on. */
  curves: string[];
}

export function pageColours(): PageColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const [text, dim, line] = [read('--text'), read('--dim'), read('--line')];
  const curves = Array.from({ length: CURVE_COLOURS }, (_, i) => read(`--curve-${i + 1}`));
  return { text, dim, line, accent: read('--accent'), alarm: read('--alarm'), curves };
}

/** How light a colour looks, from 0 to 1. */
export function luminance(colour: Colour): number {
  const { color } = parseColour(colour);
  return (0.2126 * (color >> 16) + 0.7152 * ((color >> 8) & 255) + 0.0722 * (color & 255)) / 255;
}

/** `rgb(…)` of a `#rrggbb` colour with an opacity. */
export function translucent(colour: string, alpha: number): string {
  const { color } = parseColour(colour as Colour);
  return `rgb(${color >> 16} ${(color >> 8) & 255} ${color & 255} / ${alpha})`;
}
