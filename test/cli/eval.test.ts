import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

test('where an episode holds several, eval tells the mean return of the first, of the second, and so on', async () => {
  // Three episodes a trial: the first gives 1 or 3, by the trial's seed, the next ones 5 and 7.
  folder.write(
    'trials.js',
    `import { Box, Discrete } from 'gymformer/envs';
    export default class {
      observationSpace = new Box({ low: 0, high: 9 });
      actionSpace = new Discrete(2);
      reset({ seed } = {}) {
        this.returns = [seed % 2 === 0 ? 1 : 3, 5, 7];
        this.t = 0;
        return { observation: [0], info: {} };
      }
      step() {
        const reward = this.returns[this.t++];
        const terminated = this.t === 3;
        const info = terminated ? { episodeReturns: this.returns } : {};
        return { observation: [this.t], reward, terminated, truncated: false, info };
      }
    }`,
  );
  await gymformer(`train ./trials.js --steps 64 --out trials ${TINY}`, here);
  const { json } = await gymformer('eval trials --episodes 40 --json', here);
  const { mean, episodeReturns, episodeCis } = json[0] as {
    mean: number;
    episodeReturns: number[];
    episodeCis: [number, number][];
  };
  expect(episodeReturns.slice(1)).toEqual([5, 7]);
  expect(episodeCis.at(-1)).toEqual([7, 7]);
  expect(episodeReturns[0]).toBeGreaterThan(1);
  expect(episodeReturns[0]).toBeLessThan(3);
  expect(mean).toBeCloseTo((episodeReturns[0] as number) + 12);
  const workers = await gymformer('eval trials --episodes 40 --env-workers 2 --json', here);
  expect(workers.json).toEqual(json);
  const { stdout } = await gymformer('eval trials --episodes 40', here);
  expect(stdout).toMatch(/episode +return.*\n1 .*\n2 .*\n3 +7.00 .*\nthe last is 7.00, \d.\d\d times the first/);
});

test('where it holds no others, eval says nothing of them', async () => {
  await gymformer(`train CartPole-v1 --steps 64 --out plain ${TINY}`, here);
  const { json } = await gymformer('eval plain --episodes 2 --json', here);
  expect(json[0]).not.toHaveProperty('episodeReturns');
});

describe('eval --by', () => {
  // An episode's colour comes from its seed, and green ones are worth nothing; so are steps with less than a size of 5.
  folder.write(
    'colours.js',
    `import { Box, Discrete } from 'gymformer/envs';
    export const parameters = {
      size: { kind: 'integer', default: 7, min: 1, max: 9, meaning: 'how large' },
      light: { kind: 'boolean', default: true, meaning: 'whether it is lit' },
    };
    export default class {
      observationSpace = new Box({ low: 0, high: 9 });
      actionSpace = new Discrete(2);
      constructor({ size, light }) { this.good = light && size >= 5; }
      reset({ seed } = {}) {
        this.seed = seed;
        return { observation: [0], info: { task: { colour: seed % 2 ? 'red' : 'green' } } };
      }
      step() {
        const success = this.good && this.seed % 2 === 1;
        const info = { success, range: this.seed < 6 ? 'known' : 'new' };
        return { observation: [1], reward: success ? 2 : 0, terminated: true, truncated: false, info };
      }
    }`,
  );
  beforeAll(() => gymformer(`train ./colours.js --steps 64 --levels 6 --out colours ${TINY}`, here));

  interface Groups {
    by: string;
    measure: string;
    worst: string;
    gap: number;
    groups: { name: string; episodes: number; mean: number; success: number; successCi: [number, number] }[];
  }
  const by = async (words: string): Promise<Groups> => {
    const { json, stderr } = await gymformer(['eval', 'colours', '--episodes', '60', '--json', '--by', words], here);
    if (!json[0]) throw new Error(stderr);
    return json[0]['groups'] as Groups;
  };

  test('tells how groups of episodes differ, by what their infos say, and which is the worst', async () => {
    const { groups, worst, gap, measure } = await by('task.colour');
    expect(groups.map(({ name, success }) => [name, success])).toEqual([
      ['green', 0],
      ['red', 1],
    ]);
    expect(groups[0]!.episodes + groups[1]!.episodes).toBe(60);
    expect(groups[0]!.successCi[1]).toBeGreaterThan(0.05);
    expect({ worst, gap, measure }).toEqual({ worst: 'green', gap: 1, measure: 'success' });
    const { stdout } = await gymformer('eval colours --episodes 60 --by task.colour', here);
    expect(stdout).toMatch(/green .*\nred .*\nthe worst is green, the best red: 100.0 points of success apart/);
  });

  test('plays all choices of a parameter with the same seeds, or the values given', async () => {
    const light = await by('light');
    expect(light.groups.map(({ name, episodes }) => [name, episodes])).toEqual([
      ['true', 60],
      ['false', 60],
    ]);
    expect(light.gap).toBe(light.groups[0]!.success);
    const sizes = await by('size=4,5,6');
    expect(sizes.groups.map(({ mean }) => mean > 0)).toEqual([false, true, true]);
    expect(sizes.groups[1]!.mean).toBe(sizes.groups[2]!.mean);
  });

  test('plays the levels of training beside others, which are all that other evaluations play', async () => {
    expect((await by('levels')).groups.map(({ name }) => name)).toEqual(['the 6 of training', 'others of 2147483648']);
    expect((await by('range')).groups.map(({ name }) => name)).toEqual(['new']);
  });

  test.each([
    [
      'task.color',
      /--by task.color: found the fields range, task.colour in the infos of 100 episodes, and the parameters size, light of the environment; wanted one of these, or levels: did you mean task.colour\?/,
    ],
    ['size', /--by size: it is an integer from 1 to 9: say which, as in --by size=7,9/],
    ['weight=1', /--by weight=…: no parameter is called weight; there are size, light/],
  ])('refuses %s, with what there is', async (words, message) => {
    const { code, stdout, stderr } = await gymformer(['eval', 'colours', '--by', words], here);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('where nothing tells episodes apart, --by says what to do', async () => {
  const { code, stderr } = await gymformer('eval plain --episodes 2 --by colour', here);
  expect(stderr).toMatch(
    /--by colour: found no fields in the infos of 2 episodes, and no parameters of the environment; wanted something that tells episodes apart: leave --by out, or have/,
  );
  expect(code).toBe(2);
});

test('levels of a run that trained in any are refused', async () => {
  const { code, stderr } = await gymformer('eval plain --by levels', here);
  expect(stderr).toMatch(/trained in any of them; train --levels N/);
  expect(code).toBe(2);
});
