import { describe, expect, test } from 'vitest';
import { checkEnvironment } from '../../envs/check.ts';
import { CellKind } from '../../envs/grid/cells.ts';
import type { GridEnv, GridObservation } from '../../envs/grid/gridEnv.ts';
import { TILE, VIEW_PIXELS, writePicture } from '../../envs/grid/tiles.ts';
import { VIEW_SIZE } from '../../envs/grid/view.ts';
import { Generator } from '../../envs/random.ts';
import { make } from '../../envs/registry.ts';
import { describeSpace, type Text } from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';

const gridOf = (id: string): GridEnv => make(id) as GridEnv;

/** The numbers of the tile in a column and row of the view. */
function tileAt(picture: ArrayLike<number>, column: number, row: number): string {
  const pixels: number[] = [];
  for (let y = row * TILE; y < (row + 1) * TILE; y++)
    for (let x = column * TILE; x < (column + 1) * TILE; x++)
      for (let c = 0; c < 3; c++) pixels.push(picture[3 * (y * VIEW_PIXELS + x) + c] as number);
  return pixels.join();
}

describe('pixels', () => {
  test('keep every claim of the contract, each tile a patch', () => {
    const id = 'MiniGrid-DoorKey-5x5-v0:pixels=true';
    expect(checkEnvironment(() => make(id), { name: id, steps: 150 }).filter(({ ok }) => !ok)).toEqual([]);
    expect(tokensOf(make(id).observationSpace)[0]).toMatchObject({ kind: 'patches', side: 8, shape: [7, 7] });
  });

  test('show what the cells of the same episode hold: equal cells look the same, others do not', () => {
    const looks = new Map<string, string>();
    for (const id of ['MiniGrid-RedBlueDoors-6x6-v0', 'MiniGrid-LavaCrossingS9N1-v0', 'BabyAI-GoToLocal-v0']) {
      const [cells, pixels] = [gridOf(id), gridOf(`${id}:pixels=true`)];
      const random = new Generator(4);
      for (let seed = 0; seed < 6; seed++) {
        let seen = [cells, pixels].map((env) => env.reset({ seed }).observation) as [GridObservation, GridObservation];
        for (let step = 0; step < 10; step++) {
          for (let i = 0; i < 49; i++) {
            const [column, row] = [Math.floor(i / 7), i % 7];
            const cell = `${seen[0].image.slice(3 * i, 3 * i + 3).join()}${i === 27 ? ' agent' : ''}`;
            const look = tileAt(seen[1].image, column, row);
            expect(looks.get(cell) ?? look, cell).toBe(look);
            looks.set(cell, look);
          }
          const action = random.integers(3);
          seen = [cells, pixels].map((env) => env.step(action).observation) as [GridObservation, GridObservation];
          if (cells.world.terminated) break;
        }
      }
    }
    expect(looks.size).toBeGreaterThan(20);
    expect(new Set(looks.values()).size).toBe(looks.size);
    expect(new Set(looks.get('0,0,0')?.split(','))).toEqual(new Set(['0']));
  });

  test('doors that are open, closed and locked look different, and so does an agent with something in its hands', () => {
    const picture = (state: number, carried: number): string => {
      const view = new Float32Array(VIEW_SIZE);
      view.set([CellKind.door, 2, state]);
      view.set([carried, 2, 0], 3 * 27);
      const out = new Float32Array(3 * VIEW_PIXELS ** 2);
      writePicture(view, out, 0);
      return out.join();
    };
    const all = [0, 1, 2].flatMap((state) =>
      [CellKind.empty, CellKind.key, CellKind.ball].map((carried) => picture(state, carried)),
    );
    expect(new Set(all).size).toBe(9);
  });
});

describe('a mission that is not told', () => {
  test('is empty, in the same room and with the same spaces', () => {
    for (const id of ['MiniGrid-GoToDoor-5x5-v0', 'BabyAI-PutNextLocal-v0']) {
      const [told, untold] = [gridOf(id), gridOf(`${id}:mission=false`)];
      expect(describeSpace(untold.observationSpace)).toBe(describeSpace(told.observationSpace));
      for (let seed = 0; seed < 20; seed++) {
        const [one, other] = [told, untold].map((env) => env.reset({ seed })) as [
          ReturnType<GridEnv['reset']>,
          ReturnType<GridEnv['reset']>,
        ];
        expect(other.observation).toEqual({ ...one.observation, mission: '' });
        expect([one.info, other.info]).toEqual([{ task: one.observation.mission }, { task: one.observation.mission }]);
      }
      const words = untold.draw().shapes.filter(({ shows }) => shows === 'mission');
      expect(words).toEqual([]);
    }
  });

  test('is no choice where there is one mission only', () => {
    expect(() => make('MiniGrid-Empty-8x8-v0:mission=false')).toThrow('has no parameter mission');
  });
});

describe('wordings', () => {
  const id = 'BabyAI-GoToLocal-v0';
  const [original, train, test_] = ['original', 'train', 'test'].map((set) => gridOf(`${id}:wordings=${set}`)) as [
    GridEnv,
    GridEnv,
    GridEnv,
  ];

  test('say the same tasks in the same rooms', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { observation, info } = original.reset({ seed });
      for (const env of [train, test_]) {
        const reworded = env.reset({ seed });
        expect(reworded.observation.image).toEqual(observation.image);
        expect(reworded.info['task']).toBe(info['task']);
        const [, , article, colour, kind] = observation.mission.split(' ') as string[];
        expect(reworded.observation.mission.split(' ')).toEqual(expect.arrayContaining([article, colour, kind]));
        expect(env.world.missions.contains(reworded.observation.mission)).toBe(true);
      }
    }
    expect(original.reset({ seed: 0 }).info).not.toHaveProperty('wording');
  });

  test('to test with are none of those to train with, in words that both spaces have', () => {
    const wordingsOf = (env: GridEnv): Set<unknown> =>
      new Set(Array.from({ length: 300 }, (_, seed) => env.reset({ seed }).info['wording']));
    const [trained, tested] = [wordingsOf(train), wordingsOf(test_)];
    expect([trained.size, tested.size]).toEqual([7, 5]);
    expect([...trained].filter((wording) => tested.has(wording))).toEqual([]);
    const [one, other] = [train, test_].map((env) => env.observationSpace.spaces['mission'] as Text);
    expect(one?.words).toEqual(other?.words);
    expect(one?.maxLength).toBe(other?.maxLength);
  });
});
