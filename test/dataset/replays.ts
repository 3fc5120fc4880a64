import { Box, Discrete, type Space } from '../../envs/spaces.ts';
import { ReplayEncoder } from '../../src/replay/format.ts';

/** An episode as a test tells it: everything else of a replay's moments is left out. */
export interface ToldEpisode {
  seed: number;
  /** One more than actions. */
  observations: readonly (readonly number[])[];
  actions: readonly (readonly number[])[];
  rewards: readonly number[];
  masks?: readonly (readonly number[])[];
  /** Left out: the last step terminates. */
  ends?: 'terminated' | 'truncated' | 'not';
}

export interface ToldReplay {
  environment?: string;
  observationSpace?: Space;
  actionSpace?: Space;
}

export const OBSERVATIONS = new Box({ low: [-1, -1], high: [1, 1] });

/** The bytes of a replay; without its end, as it stands while it is written, where `finished` is false. */
export function replayOf(
  episodes: readonly ToldEpisode[],
  { environment = 'Told-v0', observationSpace = OBSERVATIONS, actionSpace = new Discrete(3) }: ToldReplay = {},
  { finished = true } = {},
): Uint8Array {
  const encoder = new ReplayEncoder({
    ...{ environment, observationSpace, actionSpace },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', gymformer: '0.1.0', run: 'told', step: 1000 },
  });
  const parts = [encoder.prelude()];
  for (const { seed, observations, actions, rewards, masks, ends = 'terminated' } of episodes) {
    encoder.begin(seed);
    const add = (moment: Parameters<ReplayEncoder['add']>[0]): void =>
      void parts.push(encoder.add(moment) ?? new Uint8Array());
    actions.forEach((action, t) => {
      const last = t === actions.length - 1;
      const outcome = {
        reward: rewards[t] as number,
        terminated: last && ends === 'terminated',
        truncated: last && ends === 'truncated',
        info: {},
      };
      const thought = { distribution: null, value: null, attention: null, tokenAttention: null };
      add({
        observation: observations[t] as number[],
        scene: null,
        decision: { action, mask: masks?.[t] ?? null, ...thought, ...outcome },
      });
    });
    add({ observation: observations[actions.length] as number[], scene: null, decision: null });
    parts.push(encoder.end());
  }
  if (finished) parts.push(encoder.finish());
  return new Uint8Array(Buffer.concat(parts));
}

/** An episode whose numbers all differ, and tell which episode and step they are of. */
export function toldEpisode(number: number, steps: number, ends: ToldEpisode['ends'] = 'terminated'): ToldEpisode {
  const times = Array.from({ length: steps }, (_, t) => t);
  return {
    seed: 100 + number,
    observations: [...times, steps].map((t) => [Math.fround(number / 64), Math.fround(t / 1024)]),
    actions: times.map((t) => [(number + t) % 3]),
    rewards: times.map((t) => number + t / 2),
    ends,
  };
}
