// `npm start`: installs and builds what is missing, trains a Transformer until it has solved a game, records replays,
// and opens the viewer on them. `npm start -- MountainCar-v0 --steps 200000`: arguments go to `gymformer train`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale } from './build.mjs';
import { installPackages, ROOT } from './packages.mjs';

const FIRST_GAME = 'CartPole-v1';
/** Of FIRST_GAME, over 100 episodes: what Gymnasium calls solved. */
const SOLVED = 475;

installPackages();
try {
  await buildIfStale();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const { latestRun, nextRun } = await import('../dist/src/cli/runs.js');
process.chdir(ROOT);

const words = process.argv.slice(2);
const environment = words[0] && !words[0].startsWith('-') ? words.shift() : FIRST_GAME;
const goal = environment === FIRST_GAME && !has('--until-return') ? ['--until-return', String(SOLVED)] : [];
const run =
  valueOf('--out') ??
  (has('--resume') ? latestRun(environment) : nextRun(environment, valueOf('--policy') ?? 'transformer'));

await gymformer('train', environment, ...goal, '--out', run, ...without('--out', words));
await gymformer('record', run, '--episodes', '5');
if (process.stdout.isTTY && !process.env.CI) await gymformer('view', run);

/** Runs the program; ends with its exit code unless that is 0. */
async function gymformer(...args) {
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child too, which knows what to do about it.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const terminate = () => child.kill('SIGTERM');
  process.on('SIGTERM', terminate);
  const code = await new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  process.off('SIGINT', ignore);
  process.off('SIGTERM', terminate);
  if (code !== 0) process.exit(code);
}

function has(flag) {
  return words.some((word) => word === flag || word.startsWith(`${flag}=`));
}

/** Of `--flag value` or `--flag=value`. */
function valueOf(flag) {
  const index = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (index < 0) return undefined;
  return words[index] === flag ? words[index + 1] : words[index].slice(flag.length + 1);
}

function without(flag, list) {
  const index = list.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  return index < 0 ? list : list.toSpliced(index, list[index] === flag ? 2 : 1);
}
