import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FileError, GymformerError } from '../src/errors.ts';
import { readJson, writeDirectoryAtomic, writeFileAtomic } from '../src/files.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gymformer-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  test('writes the file, replaces the one before, and leaves nothing beside it', () => {
    const path = join(folder, 'config.json');
    writeFileAtomic(path, 'first');
    writeFileAtomic(path, new TextEncoder().encode('second'));
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test('a folder that does not exist is an error that names the path', () => {
    const path = join(folder, 'missing', 'config.json');
    expect(() => writeFileAtomic(path, '')).toThrow(`cannot write ${path}: its folder does not exist`);
    expect(() => writeFileAtomic(path, '')).toThrow(GymformerError);
  });

  test('a file where a folder should be is an error that says so', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeFileAtomic(join(folder, 'file', 'a'), '')).toThrow('a part of the path is a file, not a folder');
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk says so and keeps what was there (needs /dev/full)', () => {
    const path = join(folder, 'state.json');
    writeFileSync(path, 'before');
    symlinkSync('/dev/full', `${path}.partial`);
    expect(() => writeFileAtomic(path, 'after')).toThrow(`cannot write ${path}: the disk is full: free some room`);
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['state.json']);
  });
});

describe('writeDirectoryAtomic', () => {
  test('writes a folder of files, with the folders above it, and replaces the one before', () => {
    const path = join(folder, 'checkpoints', '100');
    writeDirectoryAtomic(path, { 'a.txt': 'a', 'b.bin': Uint8Array.of(1, 2) });
    writeDirectoryAtomic(path, { 'a.txt': 'new' });
    expect(readdirSync(path)).toEqual(['a.txt']);
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['100']);
  });

  test('what a crash left half written does not stand in the way', () => {
    const path = join(folder, '100');
    mkdirSync(`${path}.partial`);
    writeFileSync(join(`${path}.partial`, 'rest'), '');
    mkdirSync(`${path}.old`);
    writeDirectoryAtomic(path, { 'a.txt': 'a' });
    expect(readdirSync(folder)).toEqual(['100']);
    expect(readdirSync(path)).toEqual(['a.txt']);
  });

  test('a failure names the path and keeps the folder that was there', () => {
    const path = join(folder, '100');
    writeDirectoryAtomic(path, { 'a.txt': 'a' });
    expect(() => writeDirectoryAtomic(path, { 'a.txt': 'b', 'no/such': '' })).toThrow(`cannot write ${path}:`);
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('a');
    expect(readdirSync(folder)).toEqual(['100']);
  });
});

describe('readJson', () => {
  const schema = z.object({ seed: z.int(), device: z.object({ name: z.string() }) });

  test('gives what fits the schema', () => {
    const path = join(folder, 'config.json');
    writeFileSync(path, '{"seed": 1, "device": {"name": "cpu"}}');
    expect(readJson(path, schema)).toEqual({ seed: 1, device: { name: 'cpu' } });
  });

  test.each([
    ['cut', '{"seed": 1, ', 'is not valid JSON, cut or corrupt'],
    ['of another shape', '{"seed": "1", "device": {}}', /does not hold what it should: seed: .*; device\.name: /],
    ['no object', '3', 'does not hold what it should: '],
  ])('a file that is %s is a FileError that names it and says where', (_, text, message) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, text);
    expect(() => readJson(path, schema)).toThrow(FileError);
    expect(() => readJson(path, schema)).toThrow(path);
    expect(() => readJson(path, schema)).toThrow(message);
  });

  test('a missing file is a FileError that says so', () => {
    const path = join(folder, 'none.json');
    expect(() => readJson(path, schema)).toThrow(new FileError(`cannot read ${path}: there is no such file`));
  });
});
