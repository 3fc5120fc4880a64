import { make } from '../../envs/registry.ts';
import { Generator } from '../../envs/random.ts';
import type { Scene } from '../../envs/scene.ts';
import { Box, Dict, Discrete, flatSize, flatten, Text } from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';

export const MARKER = [255, 128, 0] as const;
export const BACKDROP = [32, 64, 96] as const;
export const WORLD = { width: 20, height: 10 };
/** Left edge of the 2 by 2 marker at step t, world units. */
export const markerX = (t: number): number => 1 + 1.5 * t;
export const MARKER_Y = 4;

export const markerHeader: ReplayHeader = {
  environment: 'Marker-v0',
  observationSpace: new Box({
    low: [0, -Infinity],
    high: [20, Infinity],
    names: ['place', 'speed'],
    units: ['m', 'm/s'],
  }),
  actionSpace: new Discrete(3, { names: ['wait', 'go on', 'fly'] }),
  createdAt: '2024-01-01T00:00:00Z',
  gymformer: '0.0.0',
  run: 'marker-run',
  step: 1234,
  policy: { kind: 'transformer', layers: 2, heads: 2, context: 4 },
};

/** A marker that moves to the right by 1.5 units a step, flying forbidden; rewards 0, 1, 2, … and values 10, 9, 8, … */
export function markerEpisode(steps: number): Moment[] {
  return Array.from({ length: steps + 1 }, (_, t) => ({
    observation: [markerX(t), 0.5],
    scene: markerScene(t),
    decision:
      t === steps
        ? null
        : {
            action: [1],
            distribution: [0.25, 0.75, 0],
            mask: [1, 1, 0],
            value: 10 - t,
            attention: fadingAttention(t, 4, 5),
            tokenAttention: null,
            reward: t,
            terminated: t === steps - 1,
            truncated: false,
            info: {},
          },
  }));
}

function markerScene(t: number): Scene {
  return {
    ...WORLD,
    background: '#204060',
    shapes: [{ kind: 'rect', id: 'marker', x: markerX(t), y: MARKER_Y, width: 2, height: 2, fill: '#ff8000' }],
  };
}

const gridSpace = new Dict({
  grid: new Box({ low: 0, high: 1, shape: [3, 2, 1], tokens: 'cell', axes: 'xy' }),
  order: new Text(12, { words: ['go', 'left', 'right'] }),
  kind: new Discrete(2),
});

/** A grid of three columns and two rows, an order of two words and a category, and two heads that look at them. */
export const gridHeader: ReplayHeader = {
  ...markerHeader,
  environment: 'Grid-v0',
  observationSpace: gridSpace,
  policy: { kind: 'mlp', encoder: { heads: 2, tokens: tokensOf(gridSpace) } },
};

/** Of the first head, half looks at the upper right of the grid; of the second, all at the second word. */
export function gridEpisode(): Moment[] {
  const observation = new Float32Array(flatSize(gridSpace));
  flatten(gridSpace, { grid: [0, 0, 1, 0, 0, 1], order: 'go left', kind: 1 }, observation);
  // Six cells, column by column; four places for words; the category.
  const first = [0.125, 0, 0, 0, 0.5, 0, 0, 0.25, 0, 0, 0.125];
  const second = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
  const outcome = { reward: 1, terminated: true, truncated: false, info: {} };
  const says = { distribution: [0, 1, 0], mask: null, value: 1, attention: null };
  const decision = { action: [1], ...says, tokenAttention: [...first, ...second], ...outcome };
  return [
    { observation, scene: null, decision },
    { observation, scene: null, decision: null },
  ];
}

/** Episodes of a cart and pole, balanced by a hand-written rule that grows worse with `noise`. */
export function cartPoleEpisodes({ episodes = 6, noise = 0.3, steps = 500 } = {}): {
  header: ReplayHeader;
  episodes: Moment[][];
} {
  const env = make('CartPole-v1');
  const random = new Generator(7);
  const header: ReplayHeader = {
    environment: 'CartPole-v1',
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    createdAt: '2024-01-01T00:00:00Z',
    gymformer: '0.0.0',
    run: 'ppo-transformer-3',
    step: 81_920,
    policy: { kind: 'transformer', layers: 2, heads: 4, context: 32 },
  };
  const recorded = Array.from({ length: episodes }, (_, seed) => {
    const moments: Moment[] = [];
    let { observation } = env.reset({ seed });
    for (let t = 0; ; t++) {
      const [x = 0, v = 0, angle = 0, w = 0] = observation as number[];
      const pull = 12 * angle + 2.5 * w + 0.5 * x + 0.9 * v + noise * random.standardNormal();
      const right = 1 / (1 + Math.exp(-pull));
      const action = random.random() < right ? 1 : 0;
      const scene = env.draw?.() ?? null;
      const step = env.step(action);
      const truncated = step.truncated || (!step.terminated && t + 1 === steps);
      const { terminated, reward } = step;
      const value = 99 * (1 - 4 * Math.abs(angle) - 0.06 * Math.abs(x));
      const attention = fadingAttention(t, 8, 33);
      const weights = { attention, tokenAttention: null };
      const decision = { action: [action], distribution: [1 - right, right], mask: null, value, ...weights, reward };
      moments.push({ observation, scene, decision: { ...decision, terminated, truncated, info: {} } });
      observation = step.observation;
      if (!terminated && !truncated) continue;
      moments.push({ observation, scene: env.draw?.() ?? null, decision: null });
      return moments;
    }
  });
  return { header, episodes: recorded };
}

/** Weights of `rows` heads over `lags` steps, each head looking back in a way of its own; a row sums to 1. */
export function fadingAttention(t: number, rows: number, lags: number): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const weights = Array.from({ length: lags }, (_, lag) => {
      if (lag > t) return 0;
      const far = row % 2 === 0 ? 0 : Math.exp(-(((lag - 3 * row) / 2) ** 2));
      return Math.exp(-lag / (1 + row)) + far;
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  }).flat();
}

/** An episode whose scenes have a shape of every kind. */
export function galleryEpisode(steps: number): Moment[] {
  return markerEpisode(steps).map((moment, t) => ({ ...moment, scene: galleryScene(t) }));
}

function galleryScene(t: number): Scene {
  const cells = Array.from({ length: 6 }, (_, i) => (i + t) % 2);
  const pixels = Array.from({ length: 27 }, (_, i) => (i * 9 + t) % 256);
  return {
    ...WORLD,
    background: '#101820',
    shapes: [
      { kind: 'circle', id: 'ball', x: 2 + t, y: 2, radius: 1, fill: '#ff0000', stroke: '#ffffff', strokeWidth: 0.1 },
      { kind: 'line', points: [0, 0, t, 5, 9, 9], stroke: '#00ff00', strokeWidth: 0.2 },
      { kind: 'polygon', points: [0, 0, 1, 0, 1, 1], x: 5, y: 5, rotation: t, fill: '#0000ff80' },
      { kind: 'rect', x: 7, y: 7, width: 2, height: 1, radius: 0.2, rotation: 0.1, fill: '#888888' },
      { kind: 'text', x: 10, y: 8, text: `step ${t}`, size: 1, fill: '#ffffff', align: 'left' },
      { kind: 'grid', x: 12, y: 1, columns: 3, rows: 2, cellSize: 1, cells, palette: ['#222222', '#dddd00'] },
      { kind: 'image', x: 16, y: 5, width: 3, height: 3, columns: 3, rows: 3, pixels },
    ],
  };
}
