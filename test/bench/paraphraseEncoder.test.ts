import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeParaphraseEncoder } from '../../bench/modalities/paraphraseEncoder.ts';
import { SentenceEmbedding } from '../../src/pretrained/sentenceEmbedding.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-paraphrases-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the encoder made for wordings puts what means the same together, and reads as any other model', async () => {
  const path = join(folder, 'encoder');
  await makeParaphraseEncoder(path, 'BabyAI-GoToLocal-v0');
  const encoder = new SentenceEmbedding(path, 'encoder');
  const [task, same, turned, kind, colour] = [
    'go to the red ball',
    'walk to the red ball',
    'look for the ball that is red',
    'go to the red key',
    'go to the blue ball',
  ].map((text) => encoder.embed(text)) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  const likeness = (other: Float32Array): number =>
    task.reduce((sum, x, i) => sum + x * (other[i] as number), 0) / encoder.width;
  for (const other of [same, turned]) expect(likeness(other)).toBeGreaterThan(0.9);
  for (const other of [kind, colour]) expect(likeness(other)).toBeLessThan(0.75);
  encoder.dispose();
});
