import { type Env, environmentIds, flatten, Generator, make, VectorEnv } from 'gymformer/envs';
import type { BenchLine, BenchOptions } from './line.ts';
import { pythonWith, runPeer } from './python.ts';

const ENVIRONMENTS = 64;
/** Steps whose actions are drawn beforehand, then taken over and over. */
const BATCHES = 64;
const ROUNDS = 6;
const ROUND_MS = 300;

type Mode = 'single' | 'vectorised';

/**
 * How many steps environments take in a second, alone and side by side on one core, under random actions drawn
 * beforehand, resets and their seeds included; next to Gymnasium where a Python with it is found.
 */
export async function* env({ only, onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  const ids = environmentIds().filter((id) => only === undefined || id === only);
  const peer = gymnasium(ids);
  for (const [i, id] of ids.entries()) {
    onProgress?.(i, ids.length);
    for (const mode of ['single', 'vectorised'] as const) {
      const environments = mode === 'single' ? 1 : ENVIRONMENTS;
      const stepsPerSecond = mode === 'single' ? measureSingle(id) : measureVectorised(id);
      const line = { bench: 'env', case: id, mode };
      const theirs = peer.find((one) => one.case === id && one.mode === mode);
      const ratio = theirs && { ratio: stepsPerSecond / theirs.stepsPerSecond };
      yield { ...line, stepsPerSecond, environments, ...ratio };
      if (theirs) yield { ...line, peer: 'gymnasium', stepsPerSecond: theirs.stepsPerSecond, environments };
    }
  }
}

/** Steps per second of an environment that is called by hand, each episode with a seed of its own. */
function measureSingle(id: string): number {
  const one: Env = make(id);
  const random = new Generator(0);
  const actions = Array.from({ length: ENVIRONMENTS * BATCHES }, () => one.actionSpace.sample(random));
  one.reset({ seed: 0 });
  return best(() => {
    for (const action of actions) {
      const { terminated, truncated } = one.step(action);
      if (terminated || truncated) one.reset({ seed: random.integers(2 ** 31) });
    }
    return actions.length;
  });
}

function measureVectorised(id: string): number {
  const envs = new VectorEnv(() => make(id), { count: ENVIRONMENTS, seed: 0, name: id });
  const { actionSpace, actionSize } = envs;
  const random = new Generator(0);
  const batches = Array.from({ length: BATCHES }, () => {
    const actions = new Float32Array(ENVIRONMENTS * actionSize);
    for (let i = 0; i < ENVIRONMENTS; i++) flatten(actionSpace, actionSpace.sample(random), actions, i * actionSize);
    return actions;
  });
  envs.reset();
  return best(() => {
    for (const actions of batches) envs.step(actions);
    return ENVIRONMENTS * BATCHES;
  });
}

/** Of several rounds the fastest, in steps per second: the machine does other things too. */
function best(steps: () => number): number {
  let fastest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    let taken = 0;
    let elapsedMs = 0;
    while (elapsedMs < ROUND_MS) {
      taken += steps();
      elapsedMs = performance.now() - started;
    }
    fastest = Math.max(fastest, (1000 * taken) / elapsedMs);
  }
  return fastest;
}

interface PeerLine {
  case: string;
  mode: Mode;
  stepsPerSecond: number;
}

/** The same of Gymnasium's own environments, single and in its fastest vector; none where there is no Gymnasium. */
function gymnasium(ids: readonly string[]): PeerLine[] {
  const python = pythonWith('gymnasium');
  if (python) return runPeer(python, 'env.py', [String(ENVIRONMENTS), ...ids]) as PeerLine[];
  console.error('env: no Python with gymnasium was found ($PYTHON names one): Gymnasium is left out');
  return [];
}
