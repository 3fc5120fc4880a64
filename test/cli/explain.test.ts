import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gymformer, start, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

beforeAll(async () => void (await gymformer(`train CartPole-v1 --steps 64 --out run ${TINY}`, here)));

test('explain prints what it found as JSON, keeps it in the run, and writes a page of it where asked to', async () => {
  const { code, json } = await gymformer('explain run --episodes 2 --json', here);
  expect(code).toBe(0);
  const names = (json[0]!['occlusion'] as { name: string }[]).map(({ name }) => name);
  expect(json[0]).toMatchObject({ event: 'explanation', format: 1, complete: true, episodes: 2 });
  expect(names.length).toBe(4);
  expect(JSON.parse(readFileSync(join(folder.path, 'run/explanation.json'), 'utf8'))).toEqual(json[0]);
  const page = await gymformer('explain run --episodes 2 --out page.html', here);
  expect(page.stdout).toContain('Heads by what they carry');
  expect(readFileSync(join(folder.path, 'page.html'), 'utf8')).toContain('<svg');
});

test('a file of another kind is refused before anything is played', async () => {
  const { code, stderr } = await gymformer('explain run --out report.pdf', here);
  expect(code).toBe(2);
  expect(stderr).toContain('--out is report.pdf, wanted a name that ends in .json or .html');
  expect(existsSync(join(folder.path, 'report.pdf'))).toBe(false);
});

test('an interrupted explanation does not take the place of a whole one', async () => {
  const path = join(folder.path, 'run/explanation.json');
  const whole = readFileSync(path, 'utf8');
  const program = start(['explain', 'run', '--episodes', '2000'], folder.path);
  program.stderr.once('data', () => program.kill('SIGINT'));
  let said = '';
  program.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const code = await new Promise((resolve) => program.on('close', resolve));
  expect(code).toBe(130);
  expect(said).toContain('stays as it is');
  expect(readFileSync(path, 'utf8')).toBe(whole);
});

test('a return to ask for is refused where the policy is told none', async () => {
  const { code, stderr } = await gymformer('explain run --target-return 5', here);
  expect(code).toBe(2);
  expect(stderr).toContain(
    "--target-return is 5, but this run's algorithm is ppo: only a policy of dt is told a return",
  );
});
