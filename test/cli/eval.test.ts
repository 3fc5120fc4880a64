import { afterAll, expect, test } from 'vitest';
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
  const { mean, episodeReturns } = json[0] as { mean: number; episodeReturns: number[] };
  expect(episodeReturns.slice(1)).toEqual([5, 7]);
  expect(episodeReturns[0]).toBeGreaterThan(1);
  expect(episodeReturns[0]).toBeLessThan(3);
  expect(mean).toBeCloseTo((episodeReturns[0] as number) + 12);
  const workers = await gymformer('eval trials --episodes 40 --env-workers 2 --json', here);
  expect(workers.json).toEqual(json);
});

test('where it holds no others, eval says nothing of them', async () => {
  await gymformer(`train CartPole-v1 --steps 64 --out plain ${TINY}`, here);
  const { json } = await gymformer('eval plain --episodes 2 --json', here);
  expect(json[0]).not.toHaveProperty('episodeReturns');
});
