import { expect, test } from 'vitest';
import { Following } from '../../viewer/session/following.ts';
import type { ReplayEntry, RunEntry } from '../../src/server/listing.ts';

const replay = (id: string, minute: number, bytes = 100): ReplayEntry => ({
  ...{ id, name: id, bytes },
  modifiedAt: `2024-01-01T00:0${minute}:00Z`,
});
const run = (replays: ReplayEntry[], live = true): RunEntry => ({
  ...{ id: 'run', name: 'run', environment: 'Marker-v0', policy: 'transformer', algo: 'ppo', seed: 1 },
  ...{ step: 10, steps: 100, meanReturn: null, returns: [], updatedAt: '2024-01-01T00:00:00Z', live, replays },
});

/** A follower and a screen that remembers what it was told to show. */
function follow() {
  const told: string[] = [];
  const screen = {
    wantedId: null as string | null,
    bytesRead: 0,
    atLastEpisode: true,
    busy: false,
    play: ({ id, bytes }: ReplayEntry) => {
      told.push(`play ${id}`);
      Object.assign(screen, { wantedId: id, bytesRead: bytes, atLastEpisode: true });
    },
    refresh: ({ id, bytes }: ReplayEntry) => {
      told.push(`refresh ${id}`);
      Object.assign(screen, { bytesRead: bytes, atLastEpisode: false });
      return Promise.resolve();
    },
  };
  return { following: new Following(screen, () => {}), screen, told };
}

test('the newest replay of a run that trains is played, and once', async () => {
  const { following, told } = follow();
  await following.setRuns([run([replay('old', 1), replay('new', 2)])]);
  await following.setRuns([run([replay('old', 1), replay('new', 2)])]);
  expect(told).toEqual(['play new']);
  expect(following.state).toBe('live');
});

test('a run that does not train is not followed', async () => {
  const { following, told } = follow();
  await following.setRuns([run([replay('old', 1)], false)]);
  expect(told).toEqual([]);
  expect(following.state).toBe('off');
});

test('an episode that is being played is not cut short', async () => {
  const { following, screen, told } = follow();
  await following.setRuns([run([replay('first', 1)])]);
  screen.busy = true;
  await following.setRuns([run([replay('first', 1), replay('second', 2)])]);
  expect(told).toEqual(['play first']);
  screen.busy = false;
  following.catchUp();
  expect(told).toEqual(['play first', 'play second']);
});

test('a replay that grows is read again, and its new episode played', async () => {
  const { following, told } = follow();
  await following.setRuns([run([replay('first', 1)])]);
  await following.setRuns([run([replay('first', 2, 200)])]);
  expect(told).toEqual(['play first', 'refresh first', 'play first']);
});

test('whoever takes over keeps the screen, until they go live again', async () => {
  const { following, told } = follow();
  await following.setRuns([run([replay('first', 1)])]);
  following.leave();
  await following.setRuns([run([replay('first', 1), replay('second', 2)])]);
  expect(told).toEqual(['play first']);
  expect(following.state).toBe('behind');
  following.goLive();
  expect(told).toEqual(['play first', 'play second']);
  expect(following.state).toBe('live');
});
