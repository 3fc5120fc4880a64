import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** An environment module; `parts` replace what is right by what is wrong. */
function environment(
  name: string,
  parts: { fields?: string; reset?: string; step?: string; masks?: string } = {},
): string {
  const { fields = '', masks = '' } = parts;
  const { reset = 'return { observation: [0, 0], info: {} };' } = parts;
  const { step = 'return { observation: [0, 0], reward: 1, terminated: ++this.t >= 5, truncated: false, info: {} };' } =
    parts;
  return folder.write(
    name,
    `import { Box, Discrete } from 'gymformer/envs';
    export default class {
      observationSpace = new Box({ low: -1, high: 1, shape: [2] });
      actionSpace = new Discrete(2);
      t = 0;
      ${fields}
      reset() { this.t = 0; ${reset} }
      step(action) { ${step} }
      ${masks}
    }`,
  );
}

folder.write('cartpole/config.json', '{}');
const good = environment('good.mjs');
const step = (fields: string): string =>
  `return { observation: [0, 0], reward: 1, terminated: ++this.t >= 5, truncated: false, info: {}, ${fields} };`;

/** Words after `gymformer`, the exit code, and what the message says. */
const CASES: Record<string, [words: string, code: number, message: RegExp][]> = {
  'a word that does not exist is answered with the nearest': [
    ['trian CartPole-v1', 2, /unknown command trian: did you mean train\?/],
    ['train CartPol', 2, /unknown environment CartPol: did you mean CartPole-v1\?/],
    ['trace pendulum', 2, /unknown environment pendulum: did you mean Pendulum-v1\?/],
    ['trace breakout', 2, /unknown environment breakout: did you mean MinAtar\/Breakout-v1\?/],
    ['train DoorKey', 2, /unknown environment DoorKey: did you mean MiniGrid-DoorKey-5x5-v0\?/],
    ['bench learning --only asterix', 2, /no case asterix: did you mean MinAtar\/Asterix-v1\?/],
    [`eval ${join(folder.path, 'carpole')}`, 4, /there is no run at .*carpole: did you mean .*cartpole\?/],
    ['train CartPole-v1 --gama 0.9', 2, /unknown flag --gama: did you mean --gamma\?/],
    ['envs --jsn', 2, /unknown flag --jsn: did you mean --json\?/],
    ['train CartPole-v1 --device wsam', 2, /unknown device wsam: did you mean wasm\?/],
    ['train CartPole-v1 --policy transfomer', 2, /unknown policy transfomer: did you mean transformer\?/],
    [
      `train CartPole-v1 --config ${folder.write('key.json', '{ "learningrate": 0.1 }')}`,
      3,
      /learningrate.*did you mean learningRate\?/,
    ],
  ],
  'what cannot be is refused, and named': [
    ['', 2, /Commands:/],
    ['train', 2, /an argument is missing: gymformer train <environment>/],
    ['train CartPole-v1 --steps', 2, /--steps wants a value/],
    ['train CartPole-v1 --steps many', 2, /--steps is not a number/],
    ['train CartPole-v1 --seed 1 --seed 2', 2, /--seed was given 2 times/],
    ['train CartPole-v1 again', 2, /unexpected argument again/],
    ['train CartPole-v1 --gamma 2', 3, /gamma is 2/],
    ['train CartPole-v1 --width 50', 3, /width is 50/],
    ['train CartPole-v1 --resume', 2, /no run of CartPole-v1 in runs\/ to resume/],
    ['train CartPole-v1 --device cuda', 2, /device cuda is not available.*npm install/],
    ['trace CartPole-v1 --actions 0,7', 3, /action 7 \(at index 1\) is not in the action space, Discrete\(2\)/],
    ['trace Pendulum-v1 --actions [[0.1,0.2]]', 3, /action \[0\.1,0\.2\].*Box\(1\)/],
    ['trace CartPole-v1 --actions left', 2, /"left"/],
    ['trace CartPole-v1 --actions [0,', 2, /no JSON/],
    ['trace CartPole-v1 --actions @nowhere.json', 4, /nowhere\.json/],
    ['trace CartPole-v1 --seed -1', 2, /seed/],
    ['eval nowhere', 4, /nowhere/],
    ['record nowhere', 4, /nowhere/],
    ['view nowhere', 4, /nowhere/],
    ['view --port 99999', 2, /--port is 99999/],
    [`eval ${folder.path}`, 4, /is not a run/],
    [`train CartPole-v1 --config ${folder.write('cut.json', '{ "gamma": ')}`, 4, /cut\.json/],
    ['train CartPole-v1 --config nowhere.json', 4, /nowhere\.json/],
  ],
  'what no memory can hold is refused at once, with the flags that need less': [
    [
      'train CartPole-v1 --device simd --width 20000',
      1,
      /the policy is too large: .* at least 89\.4 GiB, and tensors have at most \S+ GiB: give a smaller --width or fewer --layers/,
    ],
    [
      'train CartPole-v1 --device simd --width 128 --envs 100000 --rollout-steps 1024',
      1,
      /a minibatch is too large: 100000 envs x 1024 steps in 4 minibatches .*: give more --minibatches, fewer --envs/,
    ],
  ],
  'a module that holds no environment is refused, and named': [
    ['check ./nowhere.ts', 3, /there is no environment at .*nowhere\.ts/],
    [
      `check ${folder.write('none.js', 'export const game = 1;')}`,
      3,
      /none\.js has no default export \(it exports game\)/,
    ],
    [`check ${folder.write('number.js', 'export default 3;')}`, 3, /number\.js exports a value of type number/],
    [
      `check ${folder.write('instance.js', 'export default { reset() {}, step() {} };')}`,
      3,
      /instance\.js exports an environment itself/,
    ],
    [
      `check ${folder.write('bare.ts', 'export default class { reset() {} }')}`,
      3,
      /bare\.ts: constructor\(\) made an object without step\(\)/,
    ],
    [
      `check ${folder.write('throws.ts', "export default class { constructor() { throw new Error('no luck'); } }")}`,
      3,
      /throws\.ts: constructor\(\).*no luck/,
    ],
    [`check ${folder.write('syntax.ts', 'export default class { x: = 3 }')}`, 3, /syntax\.ts does not load/],
    [
      `check ${folder.write('imports.ts', "import { x } from './nothing.ts'; export default () => x;")}`,
      3,
      /imports\.ts does not load.*nothing/,
    ],
    ['check nopackage#Game', 3, /nopackage is not installed/],
  ],
};

describe.each(Object.entries(CASES))('%s', (_, cases) => {
  test.each(cases)('gymformer %s', async (words, code, message) => {
    const outcome = await gymformer(words, { cwd: folder.path });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    expect(outcome.stdout).toBe('');
    expect(outcome.code).toBe(code);
  });
});

describe('an environment that breaks its contract in training is named, with method, found and wanted, step and seed', () => {
  test.each([
    [
      'throws',
      { step: "if (++this.t === 3) throw new Error('no luck'); " + step('').replace('++this.t', 'this.t') },
      /step\(\).*no luck.*step 2 of the episode with seed \d+/,
    ],
    [
      'wrong shape',
      { step: step('observation: [0, 0, 0]') },
      /step\(\) returned an array of 3.*wanted a value of Box\(2\)/,
    ],
    [
      'wrong type',
      { step: step("reward: 'one'") },
      /step\(\) returned the string "one" as reward, wanted a finite number/,
    ],
    ['NaN', { step: step('observation: [0, NaN]') }, /step\(\) returned NaN.*wanted a finite number/],
    ['nothing', { reset: 'return undefined;' }, /reset\(\) returned undefined, wanted \{ observation, info \}/],
    ['all actions masked', { masks: 'actionMask() { return [0, 0]; }' }, /actionMask\(\) masked all actions/],
  ])('%s', async (name, parts, message) => {
    const path = environment(`${name.replaceAll(' ', '-')}.mjs`, parts);
    const { code, stderr } = await gymformer(`train ${path} --steps 64 ${TINY}`, { cwd: folder.path });
    expect(stderr).toMatch(message);
    expect(stderr).toContain(path);
    expect(code).toBe(3);
  });
});

test('check names the claim that does not hold, and exits with 3', async () => {
  const path = environment('nan.mjs', { step: step('observation: [0, NaN]') });
  const [plain, lines] = await Promise.all([gymformer(`check ${path}`), gymformer(`check ${path} --json`)]);
  expect(plain.code).toBe(3);
  expect(plain.stdout).toMatch(/✗ step\(\) returns.*\n.*NaN/);
  expect(lines.json.at(-1)).toMatchObject({ event: 'check', ok: false });
});

test('check says that all claims hold where they do', async () => {
  const { code, stdout } = await gymformer(`check ${good}`);
  expect(stdout).toMatch(/all \d+ claims hold/);
  expect(code).toBe(0);
});

test('a run that exists is not overwritten: --resume is named', async () => {
  const words = `train ${good} --steps 64 --out run ${TINY}`;
  expect((await gymformer(words, { cwd: folder.path })).code).toBe(0);
  const { code, stderr } = await gymformer(words, { cwd: folder.path });
  expect(stderr).toMatch(/exists already.*--resume/);
  expect(code).toBe(2);
});

test('a run is not resumed with what it was not started with', async () => {
  await gymformer(`train ${good} --steps 64 --out kept ${TINY}`, { cwd: folder.path });
  const { code, stderr } = await gymformer(`train ${good} --out kept --resume --gamma 0.5`, { cwd: folder.path });
  expect(stderr).toMatch(/gamma is 0\.5.*was started with 0\.99/);
  expect(code).toBe(3);
});

test('a folder that cannot be written is a clear error', async () => {
  const file = folder.write('file', '');
  const { code, stderr } = await gymformer(`train ${good} --steps 64 --out ${join(file, 'run')} ${TINY}`);
  expect(stderr).toMatch(/error: cannot/);
  expect(code).toBe(1);
  expect(existsSync(join(file, 'run'))).toBe(false);
});

test('--debug adds the stack trace', async () => {
  const { stderr } = await gymformer('check ./nowhere.ts --debug');
  expect(stderr).toMatch(/\n\s+at /);
});
