import { batchOf } from './batchOf.ts';
import { checkedWriter, describe, problemOfMask, problemOfReset, problemOfStep, type Problem } from './contract.ts';
import type { Env, ResetResult, StepResult } from './env.ts';
import { localEngine } from './localEngine.ts';
import { play, sampleAction, sampleMasked, type Moment } from './play.ts';
import { problemOfScene } from './problemOfScene.ts';
import { problemOfShown } from './problemOfShown.ts';
import { Generator } from './random.ts';
import { describeSpace, flatSize, flatten, type Space } from './spaces.ts';
import { VectorEnv } from './vector.ts';

/** One claim of the contract, and whether the environment keeps it. */
export interface Finding {
  claim: string;
  ok: boolean;
  /** What was found and wanted where the claim is broken; a remark where it is kept. */
  message?: string;
}

export interface CheckOptions {
  /** What messages call the environment. */
  name: string;
  seed?: number;
  /** How long to play for each claim; episodes that end are followed by others. */
  steps?: number;
}

/** A claim's test: undefined where the environment keeps it, else what was found and wanted. */
type Test = (context: Context) => string | undefined;

interface Context {
  make: () => Env;
  seed: number;
  steps: number;
}

/** Without these nothing else can be tried: the first that is broken ends the check. */
const FOUNDATIONS: readonly (readonly [claim: string, test: Test])[] = [
  ['the environment can be made', ({ make }) => void make()],
  ['observationSpace and actionSpace are spaces', ({ make }) => problemOfSpaces(make())],
  ['reset() returns { observation, info }', checkReset],
  ['step() returns { observation, reward, terminated, truncated, info }', checkSteps],
];

const CLAIMS: readonly (readonly [claim: string, test: Test])[] = [
  ['every observation is a value of observationSpace', checkObservations],
  ['the same seed and actions give the same episodes', checkDeterminism],
  ['all randomness comes from the seed', checkMathRandom],
  ['environments side by side do not disturb each other', checkSideBySide],
  ['reset() works without a seed', ({ make }) => sentence(problemOfReset(make().reset()))],
  ['an observation stays as it was returned', checkObservationsKept],
  ['an action stays as it was given', checkActionsKept],
  ['info survives JSON', checkInfo],
  ['actionMask() leaves an action in every part', checkMasks],
  ['draw() returns a scene', checkScenes],
  ['draw() changes nothing', checkDrawing],
  ['vectorize() does what as many environments do one by one', checkBatch],
  ['close() can be called', ({ make }) => void make().close?.()],
];

/**
 * The conformance suite: tries an environment on every claim of the contract and says which ones it breaks, and how.
 *
 * A failing foundation, such as a `step` that throws, ends the check, because every later claim would fail by it.
 */
export function checkEnvironment(make: () => Env, { name, seed = 0, steps = 1000 }: CheckOptions): Finding[] {
  const context = { make, seed, steps };
  const findings: Finding[] = [];
  const check = ([claim, test]: readonly [string, Test]): boolean => {
    const message = run(test, context);
    findings.push(message === undefined ? { claim, ok: true } : { claim, ok: false, message: `${name}: ${message}` });
    return message === undefined;
  };
  if (!FOUNDATIONS.every(check)) return findings;
  CLAIMS.forEach(check);
  findings.push(noteOnEnds(context));
  return findings;
}

function run(test: Test, context: Context): string | undefined {
  try {
    return test(context);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${describe(error)}`;
  }
}

function sentence(problem: Problem | undefined): string | undefined {
  return problem && `${problem.found}, wanted ${problem.wanted}`;
}

function problemOfSpaces(env: Env): string | undefined {
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    const space = env[name] as Space | undefined;
    if (typeof space?.sample !== 'function' || typeof space.contains !== 'function')
      return `${name} is ${describe(space)}, wanted a space, such as new Box({ low: -1, high: 1, shape: [3] })`;
    const value = space.sample(new Generator(0));
    if (!space.contains(value)) return `${name} does not contain its own sample, ${JSON.stringify(value)}`;
  }
  return undefined;
}

function checkReset({ make, seed }: Context): string | undefined {
  const env = make();
  const result: unknown = env.reset({ seed });
  const wrong = problemOfReset(result) ?? problemOfObservation(env, (result as ResetResult).observation);
  return wrong && `reset() ${sentence(wrong)} (seed ${seed})`;
}

function checkSteps({ make, seed, steps }: Context): string | undefined {
  const env = make();
  for (const { at, action, result } of play(env, { seed, steps })) {
    const wrong =
      (action === undefined ? problemOfReset(result) : problemOfStep(result)) ??
      problemOfObservation(env, result.observation);
    if (wrong) return `${action === undefined ? 'reset' : 'step'}() ${sentence(wrong)} (${at})`;
  }
  return undefined;
}

/** Type and size only: bounds are a claim of their own, which does not keep the other claims from being tried. */
function problemOfObservation({ observationSpace }: Env, observation: unknown): Problem | undefined {
  return checkedWriter(observationSpace)(observation, new Float32Array(flatSize(observationSpace)), 0);
}

function checkObservations({ make, seed, steps }: Context): string | undefined {
  const env = make();
  for (const { at, result } of play(env, { seed, steps })) {
    if (env.observationSpace.contains(result.observation)) continue;
    return `${outside(env.observationSpace, result.observation)} (${at})`;
  }
  return undefined;
}

/** Which component lies outside the bounds, where the space is a Box. */
function outside(space: Space, observation: unknown): string {
  if (space.kind !== 'box')
    return `the observation ${JSON.stringify(observation)} is not a value of ${describeSpace(space)}`;
  const { low, high, names } = space;
  const numbers = Array.from(observation as ArrayLike<number>);
  const i = numbers.findIndex(
    (x, k) => !(Math.fround(x) >= (low[k] as number) && Math.fround(x) <= (high[k] as number)),
  );
  const name = names ? ` (${names[i]})` : '';
  return `observation[${i}]${name} is ${numbers[i]}, the space says ${low[i]} to ${high[i]}`;
}

/** What an agent gets of a moment, as text to compare. */
function recordOf({ result }: Moment): string {
  const { observation, reward, terminated, truncated } = result as StepResult;
  return JSON.stringify([observation, reward, terminated, truncated], (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value,
  );
}

function checkDeterminism({ make, seed, steps }: Context): string | undefined {
  const again = play(make(), { seed, steps });
  for (const moment of play(make(), { seed, steps })) {
    const other = again.next().value as Moment;
    if (recordOf(moment) !== recordOf(other)) return `${moment.at} gave ${recordOf(moment)}, then ${recordOf(other)}`;
  }
  return undefined;
}

function checkMathRandom({ make, seed, steps }: Context): string | undefined {
  const original = Math.random;
  let calls = 0;
  Math.random = () => {
    calls++;
    return original();
  };
  try {
    const env = make();
    for (const moment of play(env, { seed, steps })) if (moment.action === undefined) env.draw?.();
  } finally {
    Math.random = original;
  }
  if (calls === 0) return undefined;
  return `Math.random was called ${calls} times, wanted a Generator that reset({ seed }) makes from the seed`;
}

function checkSideBySide({ make, seed, steps }: Context): string | undefined {
  const alone = [...play(make(), { seed, steps })].map(recordOf);
  const other = play(make(), { seed: seed + 1, steps });
  let i = 0;
  for (const moment of play(make(), { seed, steps })) {
    if (recordOf(moment) !== alone[i++])
      return `${moment.at} differs when a second environment plays: do they share variables?`;
    other.next();
  }
  return undefined;
}

function checkObservationsKept({ make, seed, steps }: Context): string | undefined {
  let previous: Moment | undefined;
  let kept = '';
  for (const moment of play(make(), { seed, steps })) {
    if (previous && recordOf(previous) !== kept)
      return `the observation of ${previous.at} changed afterwards, wanted a new array each time`;
    previous = moment;
    kept = recordOf(moment);
  }
  return undefined;
}

function checkActionsKept({ make, seed, steps }: Context): string | undefined {
  const env = make();
  env.reset({ seed });
  const random = new Generator(seed);
  for (let step = 1; step <= steps; step++) {
    const action = sampleAction(env, random);
    const given = JSON.stringify(action);
    const { terminated, truncated } = env.step(action);
    if (JSON.stringify(action) !== given)
      return `step ${step} of seed ${seed} changed its action ${given} to ${JSON.stringify(action)}`;
    if (terminated || truncated) env.reset();
  }
  return undefined;
}

function checkInfo({ make, seed, steps }: Context): string | undefined {
  for (const { at, result } of play(make(), { seed, steps })) {
    try {
      JSON.stringify(result.info);
    } catch (error) {
      return `info of ${at}: ${(error as Error).message}`;
    }
  }
  return undefined;
}

function checkMasks({ make, seed, steps }: Context): string | undefined {
  const env = make();
  if (!env.actionMask) return undefined;
  env.reset({ seed });
  const random = new Generator(seed);
  for (let step = 0; step < steps; step++) {
    const wrong = sentence(problemOfMask(env.actionSpace, env.actionMask()));
    if (wrong) return `actionMask() ${wrong} (after step ${step} of seed ${seed})`;
    const { terminated, truncated } = env.step(sampleAction(env, random));
    if (terminated || truncated) env.reset();
  }
  return undefined;
}

function checkScenes({ make, seed, steps }: Context): string | undefined {
  const env = make();
  for (const { at } of play(env, { seed, steps })) {
    if (!env.draw) return undefined;
    const scene = env.draw();
    const wrong = problemOfScene(scene) ?? problemOfShown(scene, env.observationSpace);
    if (wrong) return `the scene's ${wrong} (after ${at})`;
  }
  return undefined;
}

function checkDrawing({ make, seed, steps }: Context): string | undefined {
  const drawn = make();
  const undrawn = play(make(), { seed, steps });
  for (const moment of play(drawn, { seed, steps })) {
    drawn.draw?.();
    if (recordOf(moment) !== recordOf(undrawn.next().value as Moment))
      return `${moment.at} differs when every step is drawn`;
  }
  return undefined;
}

/** Both ways through resets and ends, and through a restored state, which steps single rows. */
function checkBatch({ make, seed, steps }: Context): string | undefined {
  if (!batchOf(make())) return undefined;
  const options = { count: 5, seed, name: 'vectorize()' };
  const batch = new VectorEnv(make, options);
  const single = new VectorEnv(make, {
    ...options,
    engine: (one, count) => localEngine(one, count, { oneByOne: true }),
  });
  const random = new Generator(seed);
  const differ = (): string | undefined => differenceOfRows(batch, single);
  batch.reset();
  single.reset();
  let found = differ();
  for (let step = 0; step < steps && !found; step++) {
    const actions = sampleActions(single, random);
    batch.step(actions);
    single.step(actions);
    found = differ();
    if (step !== Math.floor(steps / 2) || found) continue;
    batch.restore(batch.state());
    single.restore(single.state());
    found = differ();
  }
  return found;
}

function sampleActions(
  { count, actionSpace, actionSize, actionMasks, maskSize }: VectorEnv,
  random: Generator,
): Float32Array {
  const actions = new Float32Array(count * actionSize);
  for (let i = 0; i < count; i++) {
    const mask = actionMasks?.subarray(i * maskSize, (i + 1) * maskSize);
    flatten(actionSpace, sampleMasked(actionSpace, mask, random), actions, i * actionSize);
  }
  return actions;
}

function differenceOfRows(batch: VectorEnv, single: VectorEnv): string | undefined {
  for (const name of ['observations', 'rewards', 'terminated', 'truncated', 'actionMasks', 'infos'] as const) {
    const [found, wanted] = [batch[name], single[name]];
    const size = (wanted?.length ?? 0) / single.count;
    if (!!found !== !!wanted)
      return `vectorize() ${found ? 'has' : 'lacks'} the masks that the environment ${found ? 'lacks' : 'has'}`;
    for (let i = 0; i < single.count; i++) {
      const row = (rows: typeof found): string =>
        JSON.stringify(Array.from((rows as ArrayLike<unknown> | null) ?? []).slice(i * size, (i + 1) * size));
      if (row(found) === row(wanted)) continue;
      const ended = single.terminated[i] || single.truncated[i];
      const steps = ended ? single.lastLengths[i] : single.episodeSteps[i];
      const seed = ended ? single.lastSeeds[i] : single.episodeSeeds[i];
      return `vectorize() gave ${row(found)} as ${name} of row ${i}, where one by one gives ${row(wanted)} (after step ${steps} of the episode with seed ${seed})`;
    }
  }
  return undefined;
}

/** Not every environment's episodes end, so that this is a remark rather than a failure. */
function noteOnEnds({ make, seed, steps }: Context): Finding {
  const claim = 'episodes end';
  for (const { at, action, result } of play(make(), { seed, steps })) {
    const { terminated, truncated } = result as StepResult;
    if (action !== undefined && (terminated || truncated))
      return { claim, ok: true, message: `first ${terminated ? 'terminated' : 'truncated'} by ${at}` };
  }
  return { claim, ok: true, message: `none ended within ${steps} steps of random play: a time limit may be wanted` };
}
