import { describe, expect, test } from 'vitest';
import { Player, SPEEDS, STEPS_PER_SECOND } from '../../viewer/time/player.ts';
import type { Change, Recording } from '../../viewer/time/player.ts';
import { markerEpisode, markerHeader } from './recordings.ts';

/** A recording in memory, with episodes of so many steps. */
function recording(...steps: number[]): Recording {
  const episodes = steps.map(markerEpisode);
  return {
    header: markerHeader,
    complete: true,
    episodes: steps.map((count, seed) => ({
      seed,
      steps: count,
      return: (count * (count - 1)) / 2,
      terminated: true,
      truncated: false,
    })),
    moment: (episode, t) => {
      const moment = episodes[episode]?.[t];
      if (!moment) throw new RangeError(`no moment ${t} in episode ${episode}`);
      return moment;
    },
    rewards: (episode) => Float32Array.from({ length: steps[episode] ?? 0 }, (_, t) => t),
    values: () => null,
  };
}

function opened(...steps: number[]): { player: Player; changes: Change[] } {
  const player = new Player();
  player.open(recording(...steps));
  const changes: Change[] = [];
  player.onChange((change) => changes.push(change));
  return { player, changes };
}

const SECOND = 1000;

test('a moment is decoded once, however many ask for it, and anew when its recording may hold another', () => {
  const decoded: number[] = [];
  const counted = (): Recording => {
    const kept = recording(5, 5);
    const moment: Recording['moment'] = (episode, t) => {
      decoded.push(t);
      return kept.moment(episode, t);
    };
    return { ...kept, moment };
  };
  const player = new Player();
  player.open(counted());
  const first = player.moment;
  expect(player.moment).toBe(first);
  player.seek({ step: 2 });
  expect(player.moment).not.toBe(first);
  player.lengthen();
  expect(player.moment).not.toBeNull();
  player.seek({ episode: 1, step: 2 });
  expect(player.moment).not.toBeNull();
  player.replace(counted());
  expect(player.moment).not.toBeNull();
  expect(decoded).toEqual([0, 2, 2, 2, 2]);
});

describe('time', () => {
  test('runs at thirty steps a second, times the speed', () => {
    const { player } = opened(1000);
    player.play();
    player.advance(SECOND);
    expect(player.step).toBe(STEPS_PER_SECOND);
    player.setSpeed(4);
    player.advance(SECOND);
    expect(player.step).toBe(5 * STEPS_PER_SECOND);
  });

  test('the picture is under way between two steps, while the panels show the first of them', () => {
    const { player } = opened(1000);
    player.play();
    player.advance(SECOND / STEPS_PER_SECOND / 4);
    expect(player.step).toBe(0);
    expect(player.position).toBeCloseTo(0.25);
  });

  test('stops at the end of the episode, and plays from the start again', () => {
    const { player } = opened(10);
    player.play();
    player.advance(SECOND * 60);
    expect([player.step, player.playing, player.moving]).toEqual([10, false, false]);
    player.play();
    expect([player.step, player.playing]).toEqual([0, true]);
  });

  test('pausing between two steps ends on the nearer one', () => {
    const { player } = opened(1000);
    player.play();
    player.advance((SECOND / STEPS_PER_SECOND) * 3.7);
    player.pause();
    expect(player.step).toBe(4);
    player.advance(SECOND);
    expect([player.position, player.moving]).toEqual([4, false]);
  });

  test('runs backwards as it runs forwards, and from the start backwards begins at the end', () => {
    const { player } = opened(1000);
    player.seek({ step: 100 });
    player.play(-1);
    player.advance(SECOND / STEPS_PER_SECOND / 4);
    expect([player.step, player.position]).toEqual([100, 99.75]);
    player.advance(SECOND);
    expect(player.step).toBe(70);
    player.advance(SECOND * 60);
    expect([player.step, player.playing, player.moving]).toEqual([0, false, false]);
    player.play(-1);
    expect([player.step, player.playing]).toEqual([1000, true]);
    player.play(1); // the other way: from the start
    expect([player.step, player.direction]).toEqual([0, 1]);
  });

  test.each([1, -1] as const)('a loop is played over and over, both of its ends shown (direction %i)', (direction) => {
    const { player } = opened(100);
    player.setSpeed(1);
    player.setLoop({ from: 12, to: 10 });
    expect(player.loop).toEqual({ from: 10, to: 12 });
    player.play(direction);
    const shown = Array.from({ length: 5 }, () => {
      const { step } = player;
      player.advance(SECOND / STEPS_PER_SECOND);
      return step;
    });
    expect(shown).toEqual(direction > 0 ? [10, 11, 12, 10, 11] : [12, 11, 10, 12, 11]);
    player.setLoop(null);
    player.advance(SECOND * 60);
    expect([player.step, player.playing]).toEqual([direction > 0 ? 100 : 0, false]);
  });

  test('a loop without length is none, and one ends with its episode', () => {
    const { player } = opened(100, 100);
    player.setLoop({ from: 5, to: 5 });
    expect(player.loop).toBeNull();
    player.setLoop({ from: 90, to: Infinity });
    expect(player.loop).toEqual({ from: 90, to: 100 });
    player.seek({ step: 3 });
    expect(player.loop).not.toBeNull();
    player.seek({ episode: 1 });
    expect(player.loop).toBeNull();
  });

  test('a single step by hand glides, a longer jump does not', () => {
    const { player } = opened(1000);
    player.moveBy(1);
    expect([player.step, player.position, player.moving]).toEqual([1, 0, true]);
    player.advance(SECOND);
    expect([player.position, player.moving]).toEqual([1, false]);
    player.moveBy(10);
    expect([player.step, player.position]).toEqual([11, 11]);
  });

  test('nothing glides for people who want less motion', () => {
    const { player } = opened(1000);
    player.glides = false;
    player.moveBy(1);
    expect([player.position, player.moving]).toEqual([1, false]);
    player.play();
    player.advance(SECOND / STEPS_PER_SECOND / 2);
    expect(player.position).toBe(1);
  });

  test('a paused player asks for no frames and tells of no change', () => {
    const { player, changes } = opened(1000);
    player.advance(SECOND);
    expect(player.moving).toBe(false);
    expect(changes).toEqual([]);
  });
});

describe('places', () => {
  test('steps and episodes beyond the end become the last, senseless ones the first', () => {
    const { player } = opened(10, 20);
    player.seek({ episode: Infinity, step: Infinity });
    expect([player.episode, player.step]).toEqual([1, 20]);
    player.seek({ episode: 0 });
    expect([player.episode, player.step]).toEqual([0, 10]);
    player.seek({ step: NaN });
    expect(player.step).toBe(0);
    player.moveBy(-10);
    expect(player.step).toBe(0);
  });

  test('tells what changed, and nothing when nothing did', () => {
    const { player, changes } = opened(10, 20);
    player.seek({ step: 3 });
    player.seek({ step: 3 });
    player.seek({ episode: 1, step: 0 });
    expect(changes).toEqual(['step', 'episode']);
  });

  test('a replay that has grown stays where it was, and goes on playing', () => {
    const { player } = opened(100);
    player.setSpeed(1);
    player.seek({ step: 40 });
    player.play();
    player.advance(SECOND / STEPS_PER_SECOND / 2);
    player.replace(recording(100, 50));
    expect([player.episode, player.step, player.playing]).toEqual([0, 40, true]);
    expect(player.position).toBeCloseTo(40.5);
  });

  test('without a replay there is nothing to play or to show', () => {
    const player = new Player();
    player.play();
    player.moveBy(1);
    expect([player.playing, player.step, player.moment, player.moving]).toEqual([false, 0, null, false]);
  });
});

describe('speed', () => {
  test('goes through its steps and stays within them', () => {
    const { player } = opened(1000);
    for (let i = 0; i < 20; i++) player.changeSpeed(1);
    expect(player.speed).toBe(SPEEDS.at(-1));
    for (let i = 0; i < 20; i++) player.changeSpeed(-1);
    expect(player.speed).toBe(SPEEDS[0]);
  });

  test('a replay of short episodes starts slowed down, until a person chose a speed', () => {
    const { player } = opened(16);
    expect(player.speed).toBe(0.25);
    player.setSpeed(2);
    player.open(recording(16));
    expect(player.speed).toBe(2);
  });
});
