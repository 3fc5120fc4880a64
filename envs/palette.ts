import type { Colour } from './scene.ts';

/** The colours of the built-in scenes: a dark, calm ground, greys to build with, one accent for what the agent does. */
export const BACKGROUND: Colour = '#0f1318';
/** A surface a little above the background: ground, cells. */
export const SURFACE: Colour = '#1a2029';
/** Edges, tracks and ticks. */
export const EDGE: Colour = '#323c49';
/** What stands in the world: carts, links, rods. */
export const BODY: Colour = '#c9d3df';
/** Joints and wheels, beside the body. */
export const DETAIL: Colour = '#76869a';
/** The agent and what it does: forces, torques. */
export const ACCENT: Colour = '#4cc2ff';
export const GOOD: Colour = '#4fd08b';
export const BAD: Colour = '#f0625d';
