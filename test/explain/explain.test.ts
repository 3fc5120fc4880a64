import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Agent, loadAgent } from '../../src/agent.ts';
import { resolveConfig } from '../../src/config.ts';
import { playEpisodes } from '../../src/evaluate.ts';
import { explain } from '../../src/explain/explain.ts';
import type { Explanation } from '../../src/explain/explanation.ts';
import { htmlOf } from '../../src/explain/html.ts';
import { reportOf } from '../../src/explain/report.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { train } from '../../src/trainer.ts';

const ENVIRONMENT = 'ProofofMemory-v0';
const folder = mkdtempSync(join(tmpdir(), 'gymformer-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function trained(name: string, flags: Record<string, unknown>): Promise<Agent> {
  const spec = await resolveEnvironment(ENVIRONMENT);
  const settings = { device: 'simd', threads: 1, evalEpisodes: 1, ...flags };
  const preset = typeof spec.preset === 'object' ? spec.preset : {};
  const config = resolveConfig({ environment: ENVIRONMENT, preset, flags: settings });
  const run = join(folder, name);
  await train({ config, spec, run, onEvent: () => {} });
  return await loadAgent(run, { resolve: resolveEnvironment });
}

const options = { episodes: 40, seed: 7, actions: 'likeliest' } as const;

describe('of a policy that has to remember a cue', () => {
  let agent: Agent;
  let found: Explanation;
  let left: number;
  const told: string[] = [];

  beforeAll(async () => {
    agent = await trained('transformer', { seed: 1, steps: 20_000 });
    await explain(agent, { ...options, episodes: 2 }); // after which the model has what it keeps
    const { numTensors } = tf.memory();
    found = await explain(agent, {
      ...options,
      onProgress: (done, total, { what }) => told.push(`${done} ${total} ${what}`),
    });
    left = tf.memory().numTensors - numTensors;
  });
  afterAll(() => agent.dispose());

  test('the heads that carry the cue are found, and without them it does no better than without memory', () => {
    expect(found.complete).toBe(true);
    expect(found.baseline!.return.mean).toBeGreaterThan(1.1);
    expect(found.heads!.map(({ lost }) => lost.mean)).toEqual(
      found.heads!.map(({ lost }) => lost.mean).toSorted((a, b) => b - a),
    );
    expect(found.none!.return.mean).toBeLessThan(0.4); // 0.28 is the best there is without memory
    // Either of the two brings it all by itself, as each shows when it is the only one left.
    expect(found.heads!.map(({ alone }) => alone!.mean).every((mean) => mean > 1.1)).toBe(true);
    const [one, other] = found.heads!;
    expect(one!.alone).toEqual(other!.return);
    const last = found.together!.at(-1)!;
    expect(last.heads.length).toBe(2);
    expect(last.lost.mean).toBeGreaterThanOrEqual(0.9 * found.none!.lost.mean);
    expect(last.lost.mean).toBeCloseTo(found.baseline!.return.mean - last.return.mean, 9);
    expect(last.successLost!.mean).toBeGreaterThan(0.2);
  });

  test('its memory reaches back to the cue: the less of it there is, the more actions are others', () => {
    const [none, ...more] = found.reach!;
    expect(none!.k).toBe(0);
    expect(none!.distance.mean).toBeGreaterThan(0.3);
    expect(more.at(-1)!.distance.mean).toBeLessThan(0.1);
    expect(found.hiddenSteps!.map(({ k }) => k)).toContain(1);
    expect(found.rollout!.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
  });

  test('what it sees is named, and weighed both ways', () => {
    for (const weights of [found.occlusion!, found.saliency!])
      expect(weights.map(({ name }) => name).toSorted()).toEqual(['left goal', 'position', 'right goal']);
    expect(found.looked).toBeNull();
    expect(found.notes.join()).toContain('one token');
  });

  test('nothing of it stays on the device', () => expect(left).toBe(0));

  test('progress counts up to all that there is at most', () => {
    const [, total] = told.at(-1)!.split(' ').map(Number) as [number, number];
    expect(told[0]).toBe(`0 ${total} what it sees and does`);
    expect(told.every((line) => Number(line.split(' ')[0]) <= total)).toBe(true);
  });

  test('interrupted, it keeps what it has measured, and the heads have their voices back', async () => {
    const controller = new AbortController();
    const before = await playEpisodes(agent, options);
    const partial = await explain(agent, {
      ...options,
      signal: controller.signal,
      onProgress: (_done, _total, { what }) => void (what.endsWith('head 2') && controller.abort()),
    });
    expect(partial.complete).toBe(false);
    expect(partial.heads!.length).toBe(1);
    expect(partial.together).toBeNull();
    expect(reportOf(partial).notes[0]).toContain('interrupted');
    expect(await playEpisodes(agent, options)).toEqual(before);
  });

  test('the report names the heads, and what it quotes cannot become markup', () => {
    const { sentences, blocks } = reportOf(found);
    expect(sentences.join(' ')).toMatch(/Layer 1 head [12] and layer 1 head [12] are each enough by themselves/);
    expect(blocks.map(({ kind }) => kind)).toContain('grid');
    const html = htmlOf(reportOf({ ...found, run: '<b>"&' }));
    expect(html).toContain('&lt;b&gt;&quot;&amp;');
    expect(html).not.toContain('<b>');
  });
});

test('of a policy without attention it measures what there is, and says what there is not', async () => {
  for (const policy of ['gru', 'mlp'] as const) {
    const agent = await trained(policy, { seed: 1, steps: 2048, policy });
    const found = await explain(agent, { ...options, episodes: 8 });
    expect(found).toMatchObject({ complete: true, heads: null, none: null, together: null, rollout: null });
    expect(found.reach === null).toBe(policy === 'mlp');
    expect(found.occlusion!.length).toBe(3);
    expect(found.notes.join()).toContain(policy === 'gru' ? 'remembers without attention' : 'remembers nothing');
    agent.dispose();
  }
});
