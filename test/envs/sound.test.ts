import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { make } from '../../envs/registry.ts';
import { playEpisode, playEpisodes, type ScriptedPolicy } from './playEpisodes.ts';

interface Perceived {
  room: number[];
  sound: number[];
}

const made = (parameters = ''): Env<Perceived, number> =>
  make(`SoundCue-v0${parameters && `:${parameters}`}`) as Env<Perceived, number>;

/** How much of a waveform is of this many samples a cycle, whatever its phase. */
function power(sound: readonly number[], period: number): number {
  let [real, imaginary] = [0, 0];
  sound.forEach((sample, i) => {
    real += sample * Math.cos((2 * Math.PI * i) / period);
    imaginary += sample * Math.sin((2 * Math.PI * i) / period);
  });
  return real ** 2 + imaginary ** 2;
}

const isHigh = ({ sound }: Perceived): boolean => power(sound, 8) > power(sound, 16);

/** Goes to the upper corner of the tone that was heard at the start. */
const listen: ScriptedPolicy<Perceived> = (seen) => {
  const side = isHigh(seen[0] as Perceived) ? 1 : 0;
  const at = (seen.at(-1) as Perceived).room.indexOf(2);
  if (at % 5 !== 4 * side) return side;
  return 2;
};
const goLeft: ScriptedPolicy<Perceived> = (seen) => ((seen.at(-1) as Perceived).room.indexOf(2) % 5 === 0 ? 2 : 0);

describe('SoundCue-v0', () => {
  test.each(['', 'cue=start', 'noise=0'])('who hears the tone of the start always succeeds (%s)', (parameters) => {
    expect(playEpisodes(made(parameters), listen, 200)).toMatchObject({ mean: 1, success: 1 });
  });

  test('who does not listen succeeds half the time, and so does everybody without audio', () => {
    expect(playEpisodes(made(), goLeft, 400).success).toBeCloseTo(0.5, 1);
    expect(playEpisodes(made('audio=false'), listen, 400).success).toBeCloseTo(0.5, 1);
  });

  test('the tone goes on, or is there at the start alone', () => {
    const loud = ({ sound }: Perceived): boolean => Math.max(power(sound, 8), power(sound, 16)) > 100;
    const heard = (parameters: string): boolean[] => playEpisode(made(parameters), listen, 3).observations.map(loud);
    expect(heard('').every(Boolean)).toBe(true);
    const [first, ...later] = heard('cue=start');
    expect(first).toBe(true);
    expect(later.some(Boolean)).toBe(false);
    expect(heard('audio=false').some(Boolean)).toBe(false);
  });

  test('tells the tone in the first and the last info, and what can be walked through', () => {
    const env = made();
    const { info, observation } = env.reset({ seed: 1 });
    expect(info).toEqual({ tone: isHigh(observation) ? 'high' : 'low' });
    expect(playEpisode(env, listen, 1).last.info).toEqual({ success: true, tone: info['tone'] });
    env.reset({ seed: 1 });
    for (let step = 0; step < 4; step++) env.step(0);
    expect(Array.from(env.actionMask?.() ?? [])).toEqual([0, 1, 1, 0]);
  });

  test('ends after twenty steps without a door', () => {
    const { observations, last } = playEpisode(made(), () => 3, 0);
    expect(observations.length).toBe(21);
    expect(last).toMatchObject({ reward: 0, terminated: false, truncated: true, info: { success: false } });
  });
});
