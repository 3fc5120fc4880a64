import { Box, Discrete } from '../../envs/spaces.ts';
import type { Scene } from '../../envs/scene.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';

/** A cart pole, a policy and attention like those of a trained agent, for tests of how replays keep them. */

export const CART_POLE_HEADER: ReplayHeader = {
  environment: 'CartPole-v1',
  observationSpace: new Box({
    low: [-4.8, -Infinity, -0.42, -Infinity],
    high: [4.8, Infinity, 0.42, Infinity],
    names: ['cart position', 'cart velocity', 'pole angle', 'pole velocity'],
    units: ['m', 'm/s', 'rad', 'rad/s'],
  }),
  actionSpace: new Discrete(2, { names: ['push left', 'push right'] }),
  createdAt: '2026-01-01T00:00:00.000Z',
  gymformer: '0.1.0',
  run: 'CartPole-v1-ppo-transformer-1',
  step: 51_200,
  policy: { kind: 'transformer', layers: 1, heads: 16, context: 64 },
};

/** A small generator of repeatable numbers between 0 and 1 (mulberry32). */
export function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One episode of `steps` actions: `steps + 1` moments.
 *
 * @param attention  'trained': heads that look for some steps more than for others; 'noise': every weight its own
 */
export function cartPoleEpisode(
  steps: number,
  { seed = 1, attention = null }: { seed?: number; attention?: 'trained' | 'noise' | null } = {},
): Moment[] {
  const random = repeatable(seed);
  const keys: number[][] = [];
  let [x, v, angle, spin] = [0, 1, 2, 3].map(() => 0.1 * random() - 0.05) as [number, number, number, number];
  return Array.from({ length: steps + 1 }, (_, t) => {
    const observation = Float32Array.of(x, v, angle, spin);
    const scene = drawCartPole(x, angle);
    if (t === steps) return { observation, scene, decision: null };
    keys.push(Array.from({ length: 16 }, () => normal(random)));
    const right = 1 / (1 + Math.exp(-(8 * angle + 2 * spin + 0.4 * v + 0.2 * x) * 4 - 0.3 * normal(random)));
    const action = random() < right ? 1 : 0;
    const value = 100 * Math.exp(-(angle ** 2) * 30 - 0.05 * x ** 2) + 0.5 * normal(random);
    [x, v, angle, spin] = dynamics(x, v, angle, spin, action === 1 ? 10 : -10);
    return {
      observation,
      scene,
      decision: {
        action: [action],
        distribution: Float32Array.of(1 - right, right),
        mask: null,
        value: Math.fround(value),
        attention: attention && weights(keys, attention, random),
        tokenAttention: null,
        reward: 1,
        terminated: false,
        truncated: t === steps - 1,
        info: {},
      },
    };
  });
}

function dynamics(x: number, v: number, angle: number, spin: number, force: number): [number, number, number, number] {
  const inner = (force + 0.05 * spin ** 2 * Math.sin(angle)) / 1.1;
  const turn = (9.8 * Math.sin(angle) - Math.cos(angle) * inner) / (0.5 * (4 / 3 - (0.1 * Math.cos(angle) ** 2) / 1.1));
  const push = inner - (0.05 * turn * Math.cos(angle)) / 1.1;
  return [x + 0.02 * v, v + 0.02 * push, angle + 0.02 * spin, spin + 0.02 * turn];
}

export function drawCartPole(x: number, angle: number): Scene {
  const cart = 2.4 + x;
  return {
    width: 4.8,
    height: 3.2,
    background: '#f6f7f9',
    shapes: [
      { kind: 'line', id: 'track', points: [0, 2.4, 4.8, 2.4], stroke: '#c3c8d0', strokeWidth: 0.02 },
      { kind: 'rect', id: 'cart', x: cart - 0.25, y: 2.25, width: 0.5, height: 0.3, radius: 0.04, fill: '#2f3a4a' },
      {
        kind: 'polygon',
        id: 'pole',
        points: [-0.05, 0, 0.05, 0, 0.05, -1, -0.05, -1],
        x: cart,
        y: 2.3,
        rotation: angle,
        fill: '#d98e4a',
      },
      { kind: 'circle', id: 'axle', x: cart, y: 2.3, radius: 0.05, fill: '#8893a5' },
    ],
  };
}

/** [16 heads, 65 lags] flat. */
function weights(keys: number[][], kind: 'trained' | 'noise', random: () => number): Float32Array {
  const flat = new Float32Array(16 * 65);
  const lags = Math.min(65, keys.length);
  for (let head = 0; head < 16; head++) {
    const sharpness = 0.5 + head / 4;
    const scores = Array.from({ length: lags }, (_, lag) => {
      if (kind === 'noise') return normal(random);
      return sharpness * (keys.at(-1 - lag)?.[head] as number) - lag * 0.02 * (head % 4) + 0.1 * normal(random);
    });
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    scores.forEach((score, lag) => (flat[head * 65 + lag] = Math.exp(score) / total));
  }
  return flat;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
