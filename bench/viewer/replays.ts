import { closeSync, openSync, writeSync } from 'node:fs';
import { type Moment, ReplayEncoder, type ReplayHeader, VERSION } from 'gymformer';
import { CartPole, type Env, flatSize, flatten, Generator as Random, make, sampleAction } from 'gymformer/envs';

/** Heads, and steps that each looks back to besides its own. */
const [HEADS, CONTEXT] = [16, 64];
/** In what a head finds: a step is not looked at the same way twice. */
const NOISE = 0.1;
/** Of a hand-written rule that balances the pole: pull for each number of the observation, and how sure it is. */
const PULLS = [0.5, 0.9, 12, 2.5];
const SURENESS = 4;

/** Bytes of a replay as they are written, and what there is in them. */
export interface Written {
  bytes: number;
  steps: number;
}

/** How long a pole is balanced, and whether with attention. */
export interface Balanced {
  episodes: number;
  /** Of each episode. */
  steps: number;
  attention: boolean;
}

/**
 * Writes a replay of a pole that is balanced by a rule, with attention as a trained Transformer has it: some steps are
 * looked at more than others, by some heads more than by others.
 */
export function writeBalanced(path: string, { episodes, steps, attention }: Balanced): Written {
  const env = new CartPole();
  const memory = attention && { kind: 'transformer', layers: 1, heads: HEADS, context: CONTEXT };
  return write(path, { ...headerOf('CartPole', env), ...(memory && { policy: memory }) }, function* () {
    for (let seed = 0; seed < episodes; seed++) yield { seed, moments: balance(env, seed, { steps, attention }) };
  });
}

/** Writes a replay of random actions, without attention. */
export function writeRandom(path: string, id: string, steps: number): Written {
  const env = make(id);
  return write(path, headerOf(id, env), function* () {
    for (let seed = 0, left = steps; left > 0; seed++) {
      const moments = [...wander(env, seed, left)];
      left -= moments.length - 1;
      yield { seed, moments };
    }
  });
}

function headerOf(environment: string, { observationSpace, actionSpace }: Env): ReplayHeader {
  const createdAt = new Date().toISOString();
  return { environment, observationSpace, actionSpace, createdAt, gymformer: VERSION };
}

function write(
  path: string,
  header: ReplayHeader,
  episodes: () => Iterable<{ seed: number; moments: Iterable<Moment> }>,
): Written {
  const encoder = new ReplayEncoder(header);
  const file = openSync(path, 'w');
  const written = { bytes: 0, steps: 0 };
  const append = (bytes: Uint8Array | null): void => {
    if (bytes) written.bytes += writeSync(file, bytes);
  };
  try {
    append(encoder.prelude());
    for (const { seed, moments } of episodes()) {
      encoder.begin(seed);
      for (const moment of moments) {
        append(encoder.add(moment));
        written.steps += Number(moment.decision !== null);
      }
      append(encoder.end());
    }
    append(encoder.finish());
  } finally {
    closeSync(file);
  }
  return written;
}

/** @throws Error when the rule drops the pole */
function* balance(
  env: CartPole,
  seed: number,
  { steps, attention }: Pick<Balanced, 'steps' | 'attention'>,
): Iterable<Moment> {
  const random = new Random(seed);
  const keys: number[][] = [];
  let { observation } = env.reset({ seed });
  for (let t = 0; t < steps; t++) {
    const pull = PULLS.reduce((sum, weight, i) => sum + weight * (observation[i] as number), 0);
    const right = 1 / (1 + Math.exp(-SURENESS * pull));
    const action = Number(random.random() < right);
    keys.unshift(Array.from({ length: HEADS }, () => random.standardNormal()));
    keys.length = Math.min(keys.length, CONTEXT + 1);
    const seen = { observation, scene: env.draw() };
    const result = env.step(action);
    if (result.terminated) throw new Error(`the pole fell after ${t} steps`);
    const decision = {
      ...{ action: [action], distribution: [1 - right, right], mask: null },
      ...{
        value: 99 * Math.exp(-Math.abs(pull)),
        attention: attention ? attentionTo(keys, random) : null,
        tokenAttention: null,
      },
      ...{ reward: 1, terminated: false, truncated: t === steps - 1, info: {} },
    };
    yield { ...seen, decision };
    observation = result.observation;
  }
  yield { observation, scene: env.draw(), decision: null };
}

/** [HEADS, CONTEXT + 1] flat, a softmax over what each head finds in the last steps. */
function attentionTo(keys: readonly number[][], random: Random): Float32Array {
  const weights = new Float32Array(HEADS * (CONTEXT + 1));
  for (let head = 0; head < HEADS; head++) {
    const sharpness = 0.5 + head / 4;
    const scores = keys.map((key, lag) =>
      Math.exp(sharpness * (key[head] as number) - 0.02 * lag * (head % 4) + NOISE * random.standardNormal()),
    );
    const sum = scores.reduce((total, score) => total + score, 0);
    scores.forEach((score, lag) => (weights[head * (CONTEXT + 1) + lag] = score / sum));
  }
  return weights;
}

function* wander(env: Env, seed: number, steps: number): Iterable<Moment> {
  const random = new Random(seed);
  const flat = (space: Env['observationSpace'], value: unknown): Float32Array => {
    const numbers = new Float32Array(flatSize(space));
    flatten(space, value as Parameters<typeof flatten>[1], numbers);
    return numbers;
  };
  let { observation } = env.reset({ seed });
  for (let t = 0, ended = false; t < steps && !ended; t++) {
    const seen = { observation: flat(env.observationSpace, observation), scene: env.draw?.() ?? null };
    const mask = env.actionMask?.() ?? null;
    const action = sampleAction(env, random);
    const result = env.step(action);
    const says = { distribution: null, value: null, attention: null, tokenAttention: null };
    const { reward, terminated, truncated, info } = result;
    const decision = { action: flat(env.actionSpace, action), mask, ...says, reward, terminated, truncated, info };
    yield { ...seen, decision };
    observation = result.observation;
    ended = terminated || truncated;
  }
  yield { observation: flat(env.observationSpace, observation), scene: env.draw?.() ?? null, decision: null };
}
