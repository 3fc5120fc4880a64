import { expect, test } from 'vitest';
import { environmentFamilies, environmentIds } from '../../envs/registry.ts';
import { gymformer } from './program.ts';

const families = Object.entries(environmentFamilies());
const [family, members] = families.at(-1) as [string, string[]];

test('every environment stands under its family, with what it is about', async () => {
  const { code, stdout } = await gymformer('envs');
  expect(code).toBe(0);
  const lines = stdout.split('\n');
  for (const [name, ids] of families) {
    const from = lines.indexOf(name);
    const listed = lines.slice(from + 1, from + 1 + ids.length);
    for (const [i, id] of ids.entries()) expect(listed[i]).toMatch(new RegExp(`^  ${id} +\\S.*\\S$`));
    expect(lines[from + 1 + ids.length]).toBe('');
  }
  expect(families.flatMap(([, ids]) => ids)).toEqual(environmentIds());
});

test('--json prints each with its spaces and parameters', async () => {
  const { json } = await gymformer('envs --json');
  expect(json.map(({ id }) => id)).toEqual(environmentIds());
  for (const line of json)
    expect(Object.keys(line)).toEqual(['id', 'observationSpace', 'actionSpace', 'summary', 'parameters']);
});

test('a family lists its environments alone, and so does a part of ids', async () => {
  const { json } = await gymformer(`envs ${family.toLowerCase()} --json`);
  expect(json.map(({ id }) => id)).toEqual(members);
  const cars = await gymformer('envs mountaincar --json');
  expect(cars.json.map(({ id }) => id)).toEqual(['MountainCar-v0', 'MountainCarContinuous-v0']);
});

test('an id tells of that one, also where others have it in theirs', async () => {
  const { stdout } = await gymformer('envs Pendulum-v1');
  expect(stdout).toMatch(/^Pendulum-v1: .*\n {2}observations {2}Box\(3\)\n {2}actions {7}Box\(1\)\n/);
});

test('a word that is nothing is answered with the nearest', async () => {
  const { code, stderr } = await gymformer('envs Pendlum-v1');
  expect(stderr).toMatch(/unknown environment Pendlum-v1: did you mean Pendulum-v1\?/);
  expect(code).toBe(2);
});
