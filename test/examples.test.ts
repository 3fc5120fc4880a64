import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, ROOT, temporaryFolder } from './cli/program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** Mean return after training, and what it takes; each example is here. */
const LEARNED: Record<string, { steps: number; wanted: number }> = {
  'customEnvironment.ts': { steps: 15_000, wanted: 5 }, // 10 at best, -14 untrained
  'gridLevel.ts': { steps: 120_000, wanted: 0.8 }, // 0.95 at best, near 0 untrained
};

/** What an example brings for the viewer alone: test/viewer/looks.test.ts looks at it. */
const SCENES = ['catchScene.ts'];

test.each(readdirSync(join(ROOT, 'examples')).filter((name) => !SCENES.includes(name)))(
  'examples/%s is checked, learned and recorded',
  async (name) => {
    const { steps, wanted } = LEARNED[name] as { steps: number; wanted: number };
    const path = join(ROOT, 'examples', name);
    const run = join(folder.path, name);
    expect((await gymformer(['check', path])).code).toBe(0);
    expect((await gymformer(['train', path, '--steps', String(steps), '--out', run])).code).toBe(0);
    const { json } = await gymformer(['eval', run, '--episodes', '20', '--json']);
    expect(json[0]?.['mean']).toBeGreaterThan(wanted);
    const recorded = await gymformer(['record', run, '--episodes', '1', '--json']);
    expect(recorded.json.at(-1)).toMatchObject({ episodes: 1 });
  },
);
