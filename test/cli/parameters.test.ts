import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

/** As many steps as `length` says, each worth what the opponent gives; `size` numbers are seen. */
folder.write(
  'walk.js',
  `import { Box, Discrete } from 'gymformer/envs';
  export const parameters = {
    length: { kind: 'integer', default: 3, min: 1, max: 9, meaning: 'steps' },
    size: { kind: 'integer', default: 1, min: 1, max: 4, meaning: 'numbers seen' },
    opponent: { kind: 'choice', default: 'random', choices: ['random', 'scripted'], meaning: 'who plays against' },
  };
  export default class {
    actionSpace = new Discrete(2);
    constructor({ length, size, opponent }) {
      this.length = length;
      this.worth = opponent === 'scripted' ? 10 : 1;
      this.observationSpace = new Box({ low: 0, high: 9, shape: [size] });
    }
    get seen() { return Array(this.observationSpace.shape[0]).fill(this.t); }
    reset() { this.t = 0; return { observation: this.seen, info: {} }; }
    step() {
      this.t++;
      const terminated = this.t === this.length;
      return { observation: this.seen, reward: this.worth, terminated, truncated: false, info: {} };
    }
  }`,
);

beforeAll(async () => {
  const { code, stderr } = await gymformer(`train ./walk.js --env.length 5 --steps 64 --out walked ${TINY}`, here);
  if (code !== 0) throw new Error(stderr);
});

describe.each(['train ./walk.js', 'eval walked', 'record walked', 'check ./walk.js', 'trace ./walk.js'])(
  '%s',
  (command) => {
    test.each([
      ['--env.length 12', /walk\.js: length is 12, wanted an integer from 1 to 9/],
      ['--env.length two', /walk\.js: length is two, wanted an integer from 1 to 9/],
      ['--env.lenght 2', /walk\.js has no parameter lenght: did you mean length\?/],
      ['--env.opponent script', /opponent is script, wanted one of random, scripted: did you mean scripted\?/],
    ])('refuses %s, with what would do', async (words, message) => {
      const { code, stdout, stderr } = await gymformer(`${command} ${words}`, here);
      expect(stderr).toMatch(message);
      expect(stdout).toBe('');
      expect(code).toBe(3);
    });
  },
);

test('eval and record play in the environment that their parameters say, other than the trained one', async () => {
  const own = await gymformer('eval walked --episodes 2 --json', here);
  expect(own.json[0]).toMatchObject({ mean: 5 });
  const other = await gymformer('eval walked --episodes 2 --env.length 3 --env.opponent scripted --json', here);
  expect(other.json[0]).toMatchObject({ mean: 30 });
  const words = 'record walked --episodes 1 --env.opponent scripted --out scripted.gfr';
  expect(await gymformer(words, here)).toMatchObject({ code: 0 });
  // It is a replay of that environment: played there again, it is the same.
  expect(readFileSync(join(folder.path, 'scripted.gfr'), 'latin1')).toContain('walk.js:length=5,opponent=scripted');
  expect(await gymformer('replay verify scripted.gfr', here)).toMatchObject({ code: 0 });
});

test.each(['eval', 'record'])('%s refuses parameters that change what the policy sees', async (command) => {
  const { code, stderr } = await gymformer(`${command} walked --env.size 2`, here);
  expect(stderr).toMatch(/checkpoints\S+ does not fit \S+walk\.js:length=5,size=2: /);
  expect(code).toBe(4);
});

describe('--resume', () => {
  const go = '--resume --steps 128 --json';

  test.each([
    ['the same parameters', `train ./walk.js --env.length 5 --out walked ${go}`],
    ['no parameters', `train ./walk.js --out walked ${go}`],
  ])('goes on with %s', async (_, words) => {
    const { code, json } = await gymformer(words, here);
    expect(json[0]).toMatchObject({ event: 'start', environment: expect.stringMatching(/walk\.js:length=5$/) });
    expect(code).toBe(0);
  });

  test('finds the latest run of any parameters where none are given, else one of these', async () => {
    const train = `--steps 64 ${TINY}`;
    await gymformer(`train ./walk.js ${train}`, here);
    await gymformer(`train ./walk.js --env.length 4 ${train}`, here);
    const any = await gymformer(`train ./walk.js ${go}`, here);
    expect(any.json[0]?.['environment']).toMatch(/walk\.js:length=4$/);
    const standard = await gymformer(`train ./walk.js --env.length 3 ${go}`, here);
    expect(standard.json[0]?.['environment']).toMatch(/walk\.js$/);
    const none = await gymformer(`train ./walk.js --env.length 7 ${go}`, here);
    expect(none.stderr).toMatch(/no run of \S+walk\.js:length=7 in runs\/ to resume/);
    expect(none.code).toBe(2);
  });

  test('refuses other parameters', async () => {
    const { code, stderr } = await gymformer(`train ./walk.js --env.length 6 --out walked ${go}`, here);
    expect(stderr).toMatch(/environment is "\S+:length=6", but the run \S+ was started with "\S+:length=5"/);
    expect(code).toBe(3);
  });
});
