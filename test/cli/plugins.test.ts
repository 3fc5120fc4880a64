import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, ROOT, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

function write(name: string, text: string): string {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  writeFileSync(join(folder.path, name), text);
  return join(folder.path, name);
}

/** A game of two files, far from any installed gymformer. */
const corridor = write(
  'games/corridor.ts',
  `import { Box, Discrete } from 'gymformer/envs';
  import type { Env, ResetOptions, Scene } from 'gymformer/envs';
  import { move, type Place } from './moves.ts';

  enum Ending { Open, Reached }

  export default class Corridor implements Env<number[], number> {
    static preset = { gamma: 0.5, envs: 3 };
    readonly observationSpace = new Box({ low: 0, high: 1, shape: [1] });
    readonly actionSpace = new Discrete(2, { names: ['left', 'right'] });
    private place: Place = { x: 0 };
    #steps = 0;

    reset(_options?: ResetOptions) {
      this.place = { x: 0 };
      this.#steps = 0;
      return { observation: [this.place.x / 3], info: {} };
    }

    step(action: number) {
      this.place = move(this.place, action);
      const ending = this.place.x === 3 ? Ending.Reached : Ending.Open;
      const terminated = ending === Ending.Reached;
      return { observation: [this.place.x / 3], reward: terminated ? 1 : 0, terminated, truncated: ++this.#steps >= 20, info: {} };
    }

    draw(): Scene {
      return { width: 4, height: 1, shapes: [{ kind: 'circle', x: this.place.x + 0.5, y: 0.5, radius: 0.4 }] };
    }
  }`,
);
write(
  'games/moves.ts',
  `import { bounded } from './bounded';
  export interface Place { x: number }
  export const move = ({ x }: Place, action: number): Place => ({ x: bounded(x + 2 * action - 1) });`,
);
write('games/bounded.ts', 'export const bounded = (x: number): number => Math.min(Math.max(x, 0), 3);');

test('a TypeScript file of several modules can be checked and traced', async () => {
  const check = await gymformer('check games/corridor.ts', { cwd: folder.path });
  expect(check.stdout).toMatch(/claims hold/);
  const { json } = await gymformer('trace corridor.ts --actions 1,1,1', { cwd: dirname(corridor) });
  expect(json.map(({ observation }) => observation)).toEqual([[0], [1 / 3], [2 / 3], [1], [0]]); // the end, then a reset
  expect(json[3]).toMatchObject({ reward: 1, terminated: true });
});

test('it can be trained, resumed, evaluated and recorded, from whatever folder', async () => {
  const { code, json } = await gymformer(`train ./games/corridor.ts --steps 96 --out run --json ${TINY}`, {
    cwd: folder.path,
  });
  expect(code).toBe(0);
  expect(json[0]).toMatchObject({ event: 'start', environment: corridor });
  const run = join(folder.path, 'run');
  const elsewhere = { cwd: ROOT };
  const resumed = await gymformer(`train ${corridor} --steps 128 --out ${run} --resume --json`, elsewhere);
  expect(resumed.json.at(-1)).toMatchObject({ event: 'done', steps: 128 });
  const evaluated = await gymformer(`eval ${run} --episodes 3 --json`, elsewhere);
  expect(evaluated.json).toMatchObject([{ event: 'eval', episodes: 3 }]);
  const recorded = await gymformer(`record ${run} --episodes 2 --json`, elsewhere);
  expect(recorded.json).toMatchObject([{ event: 'replay', episodes: 2 }]);
});

test('a preset counts less than a config file, which counts less than a flag', async () => {
  const config = write('config.json', JSON.stringify({ gamma: 0.6, gaeLambda: 0.8, evalEpisodes: 1 }));
  const { code, stderr } = await gymformer(
    `train ${corridor} --steps 96 --out preset --rollout-steps 32 --minibatches 2 --config ${config} --gae-lambda 0.7 --device cpu`,
    { cwd: folder.path },
  );
  expect(code, stderr).toBe(0);
  const settings: unknown = JSON.parse(readFileSync(join(folder.path, 'preset/config.json'), 'utf8'));
  expect(settings).toMatchObject({ envs: 3, gamma: 0.6, gaeLambda: 0.7 });
});

test('the module of a run that has gone is named', async () => {
  const moved = write('moved.ts', "export { default } from './games/corridor.ts';");
  await gymformer(`train ${moved} --steps 64 --out moved ${TINY}`, { cwd: folder.path });
  rmSync(moved);
  const { code, stderr } = await gymformer('eval moved', { cwd: folder.path });
  expect(stderr).toContain(`there is no environment at ${moved}`);
  expect(code).toBe(3);
});

test('a function, an object with make, and an environment with the older gym-js interface plug in', async () => {
  const spaces = "import { Box, Discrete } from 'gymformer/envs';";
  const body = `({ observationSpace: new Box({ low: 0, high: 1, shape: [1] }), actionSpace: new Discrete(2),
    reset: () => ({ observation: [0], info: {} }),
    step: () => ({ observation: [1], reward: 1, terminated: false, truncated: false, info: {} }) })`;
  const makers = [
    write('function.js', `${spaces} export default () => ${body};`),
    write('spec.js', `${spaces} export default { make: () => ${body}, maxEpisodeSteps: 2 };`),
    write(
      'older.js',
      `export default class {
        action_space = { n: 2 };
        observation_space = { low: [0], high: [1], shape: [1] };
        reset() { return [0]; }
        step() { return [[1], 1, false, {}]; }
      }`,
    ),
  ];
  for (const path of makers) {
    const { json } = await gymformer(`trace ${path} --actions 0,0`);
    const isLimited = path.endsWith('spec.js'); // a reset follows on its end
    expect(json.map(({ observation }) => observation)).toEqual(isLimited ? [[0], [1], [1], [0]] : [[0], [1], [1]]);
    expect(json[2]?.['truncated']).toBe(isLimited);
  }
});

test('an environment can come from an installed package, or from the package of gymformer itself', async () => {
  write(
    'node_modules/games/package.json',
    JSON.stringify({ name: 'games', version: '1.0.0', type: 'module', exports: './index.js' }),
  );
  write(
    'node_modules/games/index.js',
    "import { CartPole } from 'gymformer/envs'; export class Game extends CartPole {}",
  );
  const { json } = await gymformer('trace games#Game --seed 0', { cwd: folder.path });
  expect(json[0]?.['event']).toBe('reset');
  const wrong = await gymformer('trace games#Gam', { cwd: folder.path });
  expect(wrong.stderr).toMatch(/games does not export Gam.*exports Game/);
  expect(wrong.code).toBe(3);
  const heavy = write(
    'heavy.ts',
    "import { VERSION } from 'gymformer'; import { CartPole } from 'gymformer/envs'; if (!VERSION) throw 0; export default CartPole;",
  );
  expect((await gymformer(`trace ${heavy}`)).code).toBe(0);
});

test("parameters of an environment of one's own come by --env.name, and reach its id, the config and the replay", async () => {
  write(
    'long.js',
    `import { Box, Discrete } from 'gymformer/envs';
    export const parameters = { length: { kind: 'integer', default: 3, min: 1, max: 9, meaning: 'steps' } };
    export default class {
      observationSpace = new Box({ low: 0, high: 9 });
      actionSpace = new Discrete(2);
      constructor({ length }) { this.length = length; }
      reset() { this.t = 0; return { observation: [0], info: {} }; }
      step() {
        this.t++;
        return { observation: [this.t], reward: 1, terminated: this.t === this.length, truncated: false, info: {} };
      }
    }`,
  );
  const traced = await gymformer('trace ./long.js --env.length 2 --actions 0,0', { cwd: folder.path });
  expect(traced.json.map(({ terminated }) => terminated)).toEqual([undefined, false, true, undefined]);
  const flags = '--steps 64 --envs 2 --rollout-steps 32 --minibatches 1 --replay-every 64 --eval-episodes 2 --out long';
  expect(await gymformer(`train ./long.js --env.length 5 ${flags}`, { cwd: folder.path })).toMatchObject({ code: 0 });
  const config = JSON.parse(readFileSync(join(folder.path, 'long/config.json'), 'utf8')) as { environment: string };
  expect(config.environment).toBe(`${join(folder.path, 'long.js')}:length=5`);
  const evaluated = await gymformer('eval long --episodes 3 --json', { cwd: folder.path });
  expect(evaluated.json[0]).toMatchObject({ mean: 5 });
  const { stdout, code } = await gymformer('replay verify long/replays/step-000000064.gfr', { cwd: folder.path });
  expect({ stdout, code }).toMatchObject({ code: 0 });
  const wrong = await gymformer('check ./long.js --env.length 12', { cwd: folder.path });
  expect(wrong.stderr).toContain('length is 12, wanted an integer from 1 to 9');
  expect(wrong.code).toBe(3);
});
