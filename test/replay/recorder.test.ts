import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GymformerError } from '../../src/errors.ts';
import { Replay } from '../../src/replay/format.ts';
import { ReplayFile } from '../../src/replay/recorder.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from './cartPoleMoments.ts';

vi.mock('node:fs', { spy: true });

const fs = await vi.importActual<typeof import('node:fs')>('node:fs');

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gymformer-recorder-'));
  path = join(folder, 'one.gfr');
});
afterEach(() => {
  vi.mocked(writeSync).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

const read = (): Replay => Replay.open(readFileSync(path));

function record(file: ReplayFile, steps: number, seed: number): void {
  file.begin(seed);
  for (const moment of cartPoleEpisode(steps, { seed })) file.add(moment);
  file.end();
}

test('every episode is in the file as soon as it has ended, and the file whole once it is finished', () => {
  const file = ReplayFile.create(path, CART_POLE_HEADER);
  expect(read().episodes).toEqual([]);
  record(file, 20, 1);
  record(file, 30, 2);
  expect(read().episodes.map(({ seed, steps }) => [seed, steps])).toEqual([
    [1, 20],
    [2, 30],
  ]);
  expect(read().complete).toBe(false);
  file.finish();
  file.finish();
  expect(read().complete).toBe(true);
  expect(read().moment(1, 30).decision).toBeNull();
});

test('what was written is never written again: the file only grows', () => {
  const file = ReplayFile.create(path, CART_POLE_HEADER);
  record(file, 20, 1);
  const before = readFileSync(path);
  record(file, 600, 2);
  file.finish();
  expect(readFileSync(path).subarray(0, before.length)).toEqual(before);
});

test('a file that exists already is kept, and the error says what to do', () => {
  writeFileSync(path, 'precious');
  expect(() => ReplayFile.create(path, CART_POLE_HEADER)).toThrow(GymformerError);
  expect(() => ReplayFile.create(path, CART_POLE_HEADER)).toThrow(`cannot write ${path}: it exists already: delete it`);
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('a folder that does not exist is an error that names the file', () => {
  const missing = join(folder, 'none', 'one.gfr');
  expect(() => ReplayFile.create(missing, CART_POLE_HEADER)).toThrow(
    `cannot write ${missing}: its folder does not exist`,
  );
  expect(existsSync(missing)).toBe(false);
});

test('a full disk says so once, and what was whole before can be read', () => {
  const file = ReplayFile.create(path, CART_POLE_HEADER);
  record(file, 20, 1);
  vi.mocked(writeSync).mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  expect(() => record(file, 20, 2)).toThrow(`cannot write ${path}: the disk is full: free some room`);
  file.finish();
  expect(() => record(file, 20, 3)).toThrow('it has been closed');
  expect(read().episodes).toHaveLength(1);
});

test('a write that stops short is gone on with', () => {
  const file = ReplayFile.create(path, CART_POLE_HEADER);
  vi.mocked(writeSync).mockImplementationOnce(((fd: number, bytes: Uint8Array, offset: number) =>
    fs.writeSync(fd, bytes, offset, 10)) as typeof writeSync);
  record(file, 20, 1);
  file.finish();
  expect(read().complete).toBe(true);
});
