import type { Scene, Shape } from '../../envs/scene.ts';

/** A shape that moves further than this share of the world in one step was put somewhere else: it does not glide. */
const LONGEST_GLIDE = 0.5;

/**
 * The scene a share `alpha` of the way between two steps.
 *
 * Shapes with the same id and kind move, turn (the short way round) and change size evenly; everything else stays as
 * in `from` until `to` is reached.
 *
 * @param alpha  0: `from` itself. 1: `to` itself
 */
export function glide(from: Scene, to: Scene, alpha: number): Scene {
  if (alpha <= 0) return from;
  if (alpha >= 1) return to;
  const targets = new Map<string, Shape>();
  for (const shape of to.shapes) if (shape.id !== undefined) targets.set(shape.id, shape);
  const reach = LONGEST_GLIDE * Math.max(from.width, from.height);
  return {
    ...from,
    shapes: from.shapes.map((shape) => {
      const target = shape.id === undefined ? undefined : targets.get(shape.id);
      return target ? glideShape(shape, target, alpha, reach) : shape;
    }),
  };
}

function glideShape(from: Shape, to: Shape, alpha: number, reach: number): Shape {
  if (from.kind !== to.kind || distance(from, to) > reach) return from;
  const between = { ...from } as Shape & Record<string, unknown>;
  const target = to as Shape & Record<string, unknown>;
  for (const key of ['x', 'y', 'width', 'height', 'radius', 'size', 'strokeWidth', 'cellSize']) {
    const [a, b] = [between[key], target[key]];
    if (typeof a === 'number' && typeof b === 'number') between[key] = mix(a, b, alpha);
  }
  if ('rotation' in between || 'rotation' in target)
    between['rotation'] = mixAngles(Number(between['rotation'] ?? 0), Number(target['rotation'] ?? 0), alpha);
  if ('points' in from && 'points' in to && from.points.length === to.points.length)
    between['points'] = from.points.map((a, i) => mix(a, to.points[i] as number, alpha));
  return between;
}

/** An angle a share `alpha` of the way from `a` to `b`, the short way round; radians. */
export function mixAngles(a: number, b: number, alpha: number): number {
  const turn = 2 * Math.PI;
  const difference = (((b - a + Math.PI) % turn) + turn) % turn;
  return a + (difference - Math.PI) * alpha;
}

function mix(a: number, b: number, alpha: number): number {
  return a + (b - a) * alpha;
}

/** How far a shape's anchor moves, world units. */
function distance(from: Shape, to: Shape): number {
  const [a, b] = [anchor(from), anchor(to)];
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function anchor(shape: Shape): { x: number; y: number } {
  if ('points' in shape && shape.kind === 'line') return { x: shape.points[0] ?? 0, y: shape.points[1] ?? 0 };
  return { x: shape.x ?? 0, y: shape.y ?? 0 };
}
