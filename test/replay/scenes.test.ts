import { describe, expect, test } from 'vitest';
import type { Scene } from '../../envs/scene.ts';
import { Replay } from '../../src/replay/format.ts';
import type { Moment } from '../../src/replay/format.ts';
import { cartPoleEpisode } from './cartPoleMoments.ts';
import { decisionOf, momentsOf, replayOf } from './moments.ts';

/** An episode of these scenes. */
const shown = (scenes: (Scene | null)[]): Moment[] =>
  scenes.map((scene, t) => ({ observation: [t], scene, decision: t < scenes.length - 1 ? decisionOf() : null }));

const scenesOf = (bytes: Uint8Array): (Scene | null)[] =>
  momentsOf(Replay.open(bytes)).flatMap((moments) => moments.map(({ scene }) => scene));

describe('scenes', () => {
  test('what stays comes back exactly, what moves within a ten-thousandth of the world', () => {
    const moments = cartPoleEpisode(600);
    const scenes = scenesOf(replayOf(moments));
    scenes.forEach((scene, t) => {
      const written = moments[t]?.scene as Scene;
      expect(scene?.shapes[0]).toEqual(written.shapes[0]);
      expect({ ...scene, shapes: [] }).toEqual({ ...written, shapes: [] });
      written.shapes.forEach((shape, i) => {
        for (const [name, content] of Object.entries(shape)) {
          const found = (scene?.shapes[i] as unknown as Record<string, unknown> | undefined)?.[name];
          if (typeof content === 'number') expect(Math.abs((found as number) - content)).toBeLessThan(4.8e-4 / 2);
          else expect(found).toEqual(content);
        }
      });
    });
  });

  test('shapes that come, go, change their order, text, colours, cells and number of points', () => {
    const cells = (t: number): number[] => Array.from({ length: 9 }, (_, i) => (i + t) % 4);
    const scenes: (Scene | null)[] = Array.from({ length: 12 }, (_, t) => {
      if (t === 5) return null;
      return {
        width: 8,
        height: 8,
        ...(t % 2 === 0 && { background: t < 6 ? '#000000' : '#ffffff' }),
        shapes: [
          ...Array.from({ length: t % 4 }, (__, i) => ({ kind: 'circle' as const, x: i, y: t, radius: 0.5 })),
          { kind: 'text', x: 1, y: 1, text: `score ${t} <b>`, size: 1, fill: '#123456', align: 'left' },
          {
            kind: 'line',
            id: 'path',
            points: Array.from({ length: 2 * t }, (__, i) => i),
            stroke: '#111111',
            strokeWidth: 1,
          },
          {
            kind: 'grid',
            x: 0,
            y: 0,
            columns: 3,
            rows: 3,
            cellSize: 1,
            cells: cells(t),
            palette: ['#000000', '#00ff00'],
          },
        ],
      };
    });
    expect(scenesOf(replayOf(shown(scenes), shown(scenes.toReversed())))).toEqual([...scenes, ...scenes.toReversed()]);
  });

  test('pixels come back exactly, and cost little where they stay', () => {
    const scenes = Array.from({ length: 100 }, (_, t): Scene => {
      const pixels = Array.from({ length: 64 * 64 * 3 }, (__, i) => (i * i) % 251);
      pixels[3 * t] = 255;
      return {
        width: 64,
        height: 64,
        shapes: [{ kind: 'image', x: 0, y: 0, width: 64, height: 64, columns: 64, rows: 64, pixels }],
      };
    });
    const bytes = replayOf(shown(scenes));
    expect(scenesOf(bytes)).toEqual(scenes);
    expect(bytes.length / 100).toBeLessThan(1000); // of 12 288
  });
});

describe('size', () => {
  const bytesAStep = (attention: 'trained' | 'noise' | null, steps = 500): number => {
    const episodes = [1, 2].map((seed) => cartPoleEpisode(steps, { seed, attention }));
    return replayOf(...episodes).length / (episodes.length * steps);
  };

  test('a step of a trained agent in a small scene takes at most 25 bytes, in shorter episodes too', () => {
    expect(bytesAStep(null)).toBeLessThan(25);
    expect(bytesAStep(null, 200)).toBeLessThan(25);
  });

  test('a step with attention of 16 heads over 64 steps takes at most 450 bytes, even when it is noise', () => {
    expect(bytesAStep('trained')).toBeLessThan(450);
    expect(bytesAStep('noise')).toBeLessThan(450);
  });
});
