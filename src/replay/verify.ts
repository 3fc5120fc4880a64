import type { Env } from '../../envs/env.ts';
import { describeSpace, flatSize, flatten, unflatten } from '../../envs/spaces.ts';
import type { Value } from '../../envs/spaces.ts';
import { RepeatingOpponent } from '../replies.ts';
import type { Replay } from './format.ts';

/** Where a simulation went another way than a replay. */
export interface Difference {
  episode: number;
  /** Actions taken before. */
  step: number;
  /** `observation[2]`, `reward`, `terminated`, `truncated`, or one of the spaces. */
  what: string;
  recorded: number | boolean | string;
  simulated: number | boolean | string;
}

export interface Verification {
  /** Episodes and steps that were simulated, up to the first difference. */
  episodes: number;
  steps: number;
  firstDifference?: Difference;
}

type Facts = [what: string, recorded: number | boolean | string, simulated: number | boolean | string][];

/**
 * Plays a replay again from its seeds and actions, and compares observations, rewards and ends, as float32 numbers.
 *
 * @param make  the environment that the replay is of
 * @throws ReplayError when the replay is damaged
 */
export function verifyReplay(replay: Replay, make: () => Env): Verification {
  const env = make();
  const opponent = env.meet ? new RepeatingOpponent() : null;
  if (opponent) env.meet?.(opponent);
  const done = { episodes: 0, steps: 0 };
  const { observationSpace, actionSpace } = replay.header;
  try {
    const spaces: Facts = [
      ['observation space', describeSpace(observationSpace), describeSpace(env.observationSpace)],
      ['action space', describeSpace(actionSpace), describeSpace(env.actionSpace)],
    ];
    const other = differenceIn(spaces, 0, 0);
    if (other) return { ...done, firstDifference: other };
    for (let episode = 0; episode < replay.episodes.length; episode++, done.episodes++) {
      opponent?.repeat(replay, episode);
      const firstDifference = verifyEpisode(replay, episode, env, done);
      if (firstDifference) return { ...done, firstDifference };
    }
    return done;
  } finally {
    env.close?.();
  }
}

function verifyEpisode(replay: Replay, episode: number, env: Env, done: { steps: number }): Difference | undefined {
  const { seed, steps } = replay.episodes[episode] as { seed: number; steps: number };
  let { observation } = env.reset({ seed });
  for (let step = 0; ; step++) {
    const recorded = replay.moment(episode, step);
    const seen = new Float32Array(flatSize(env.observationSpace));
    flatten(env.observationSpace, observation as Value, seen);
    const facts = Array.from(seen, (number, i): Facts[number] => {
      return [`observation[${i}]`, recorded.observation[i] as number, number];
    });
    const difference = differenceIn(facts, episode, step);
    const { decision } = recorded;
    if (difference || !decision || step === steps) return difference;
    const result = env.step(unflatten(env.actionSpace, decision.action));
    const outcome: Facts = [
      ['reward', Math.fround(decision.reward), Math.fround(result.reward)],
      ['terminated', decision.terminated, result.terminated],
      ['truncated', decision.truncated, result.truncated],
    ];
    const another = differenceIn(outcome, episode, step);
    if (another) return another;
    done.steps++;
    observation = result.observation;
  }
}

function differenceIn(facts: Facts, episode: number, step: number): Difference | undefined {
  const different = facts.find(([, recorded, simulated]) => recorded !== simulated && !bothNaN(recorded, simulated));
  if (!different) return undefined;
  const [what, recorded, simulated] = different;
  return { episode, step, what, recorded, simulated };
}

const bothNaN = (a: unknown, b: unknown): boolean => Number.isNaN(a) && Number.isNaN(b);
