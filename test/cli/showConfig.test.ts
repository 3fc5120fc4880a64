import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CHOSEN_KEYS, configSchema } from '../../src/settings.ts';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

/** An environment whose preset is what is given, as JSON. */
const withPreset = (name: string, preset: string): string =>
  folder.write(
    name,
    `import { CartPole } from 'gymformer/envs';
    export const preset = ${preset};
    export default class extends CartPole {}`,
  );
const tuned = withPreset('tuned.js', '{ steps: 5000, gamma: 0.9, width: 16 }');
folder.write('settings.json', '{ "gamma": 0.8, "width": 24 }');

type Shown = Record<string, { value: unknown; source: string }>;

test('every setting is shown with its value and where it comes from: flag, config file, preset, default', async () => {
  const { code, json, stderr } = await gymformer(
    `train ${tuned} --show-config --config settings.json --width 32 --json`,
    here,
  );
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(json).toHaveLength(1);
  const { event, settings } = json[0] as { event: string; settings: Shown };
  expect(event).toBe('config');
  expect(Object.keys(settings)).toEqual(CHOSEN_KEYS);
  expect(settings).toMatchObject({
    environment: { value: tuned, source: 'argument' },
    width: { value: 32, source: 'flag' },
    gamma: { value: 0.8, source: 'config file' },
    steps: { value: 5000, source: 'preset' },
    epochs: { value: configSchema.shape.epochs.def.defaultValue, source: 'default' },
  });
});

test('for people: under the headings of the help, saying of what differs what it stands instead of', async () => {
  const { stdout } = await gymformer(`train ${tuned} --show-config --width 32 --gamma 0.5`, here);
  expect(stdout).toMatch(/^tuned\n\nTraining:\n  algo /);
  expect(stdout).toMatch(/\n {2}gamma +0\.5 +flag +instead of 0\.99\n/);
  expect(stdout).toMatch(/\n {2}steps +5000 +preset +instead of 100000\n/);
  expect(stdout).toMatch(/\n {2}targetKl +none +default *\n/);
  const { stdout: help } = await gymformer('train --help', here);
  for (const [heading] of stdout.matchAll(/^\w+:$/gm)) expect(help).toContain(heading);
});

test('nothing is trained and no device opened', async () => {
  const { code } = await gymformer(`train ${tuned} --show-config --device cuda --out nothing`, here);
  expect(code).toBe(0);
  expect(existsSync(join(folder.path, 'nothing'))).toBe(false);
});

test('with --resume they are those of the run, and what this command changes of them', async () => {
  await gymformer(`train ${tuned} --steps 64 --out run --gamma 0.7 ${TINY}`, here);
  const { json } = await gymformer(`train ${tuned} --resume --out run --steps 256 --show-config --json`, here);
  expect((json[0] as { settings: Shown }).settings).toMatchObject({
    environment: { value: tuned, source: 'run' },
    gamma: { value: 0.7, source: 'run' },
    steps: { value: 256, source: 'flag' },
  });
  const refused = await gymformer(`train ${tuned} --resume --out run --gamma 0.5 --show-config`, here);
  expect(refused.stderr).toMatch(/gamma is 0\.5.*was started with 0\.7/);
  expect(refused.code).toBe(3);
});

test.each([
  [
    `train ${withPreset('typo.js', '{ learningrate: 0.1 }')}`,
    3,
    /learningrate in the preset of \S+typo\.js: did you mean learningRate\?/,
  ],
  [
    `train ${withPreset('alien.js', '{ xyzzy: 1 }')}`,
    3,
    /xyzzy in the preset of \S+alien\.js; gymformer train --help lists/,
  ],
  [`train ${withPreset('value.js', '{ gamma: 7 }')}`, 3, /gamma is 7/],
  [
    `train ${tuned} --config ${folder.write('typo.json', '{ "learningrate": 0.1 }')}`,
    3,
    /learningrate in the config file: did you mean learningRate\?/,
  ],
  [
    `train ${tuned} --resume --out run --config typo.json`,
    3,
    /learningrate in the config file: did you mean learningRate\?/,
  ],
  [`train ${tuned} --learning-rat 0.1`, 2, /--learning-rat: did you mean --learning-rate\?/],
])('%s is refused with the nearest name, or where the names stand', async (words, exitCode, message) => {
  for (const show of ['', ' --show-config']) {
    const { code, stdout, stderr } = await gymformer(words + show, here);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(exitCode);
  }
});
