import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { make } from '../../envs/registry.ts';
import { type Moment, Replay } from '../../src/replay/format.ts';
import { verifyReplay } from '../../src/replay/verify.ts';
import { ROOT } from '../cli/program.ts';
import { encode } from '../replay/encode.ts';
import { chromiumPath, SOFTWARE_GPU, startBrowser } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { savedBy } from './savedBy.ts';
import { TrainedRuns } from './trainedRuns.ts';

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('playing in the page, in Chromium', () => {
  const runs = new TrainedRuns();
  const normalized = { normalizeObservations: true, normalizeRewards: true };
  let page: Page;
  const { atStep, complaints, openAt, openPage, serve } = inViewer({ runs }, (opened) => (page = opened));

  beforeAll(async () => {
    await runs.train('cart', { environment: 'CartPole-v1', policy: 'transformer', ...normalized });
    await runs.train('other', { environment: 'CartPole-v1', policy: 'transformer' });
    await runs.train('swing', { environment: 'Pendulum-v1', policy: 'mlp' });
    await runs.train('own', { environment: join(ROOT, 'template/env.ts'), policy: 'mlp' });
    await runs.train('noughts', {
      environment: 'TicTacToe-v0:opponent=self',
      evalParameters: 'opponent=random',
      policy: 'mlp',
    });
  });

  const phase = (name: string): Promise<void> =>
    page.locator(`#turn[data-phase="${name}"]`).waitFor({ state: 'attached' });
  const says = (): Promise<string> => page.locator('#turn').innerText();
  const branch = (name: string | RegExp): Locator => page.locator('#branches .row').filter({ hasText: name });
  /** What there was to see, what was done, and what came of it. */
  const step = async (): Promise<string> => {
    const parts = ['#facts', '#action', '#observation'].map((part) => page.locator(part).innerText());
    return (await Promise.all(parts)).join('\n').replace(/return to go\s+\S+/, ''); // which is of what comes after
  };
  /** The same of each of the first steps. */
  const firstSteps = async (count: number): Promise<string[]> => {
    await page.keyboard.press('Home');
    await atStep(0);
    const steps = [await step()];
    while (steps.length < count) {
      await page.keyboard.press('ArrowRight');
      await atStep(steps.length);
      steps.push(await step());
    }
    return steps;
  };
  const save = async (): Promise<Replay> => {
    const button = page.getByRole('button', { name: 'Save replay' });
    return Replay.open((await savedBy(page, () => button.click())).bytes);
  };

  test('what if: the first steps are those of the original, then another action, then the agent to the end', async () => {
    await openAt('cart/one.gfr', 5);
    const original = await firstSteps(5);
    await page.keyboard.press('ArrowRight');
    await atStep(5);
    const chosen = await page.locator('#action [data-state="chosen"] .name').innerText();
    await page.keyboard.press('w');
    await phase('choosing');
    await page.keyboard.press(/right/.test(chosen) ? 'ArrowLeft' : 'ArrowRight');
    await phase('idle');
    await expect(branch('what if').innerText()).resolves.toContain('another way from step 5');
    await expect(branch('what if').getAttribute('aria-current')).resolves.toBe('true');
    await atStep(5);
    await expect(page.locator('#action [data-state="chosen"] .name').innerText()).resolves.not.toBe(chosen);
    expectSame(await firstSteps(5), original);
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('#caption').textContent()).toBe('terminated');
    await branch('as it was').click();
    expectSame(await firstSteps(5), original);
    expect(complaints).toEqual([]);
  });

  test('what if the agent had done the same: the whole episode is the same, and so are its values', async () => {
    await openAt('cart/one.gfr', 5);
    const original = await firstSteps(9);
    await page.getByRole('button', { name: 'First step' }).click();
    await page.keyboard.press('w');
    await phase('choosing');
    await page.locator('#moves .agents').click();
    await phase('idle');
    await expect(branch('what if').innerText()).resolves.toContain('the same');
    expectSame(await firstSteps(9), original);
  });

  test('a link to a branch plays it again, from what-ifs alone, and Back leaves it', async () => {
    await openAt('cart/one.gfr', 5);
    await page.keyboard.press('w');
    await phase('choosing');
    await page.locator('#moves .move:not(.agents)').click();
    await phase('idle');
    await expect.poll(() => page.url()).toContain('what-if=5%3A');
    await page.keyboard.press('ArrowRight');
    await atStep(6);
    await page.keyboard.press('w'); // and what if then
    await phase('choosing');
    await page.locator('#moves .move:not(.agents)').click();
    await phase('idle');
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('#caption').textContent()).toBe('terminated');
    const last = Number(await page.locator('main').getAttribute('data-step'));
    await expect.poll(() => page.url()).toMatch(new RegExp(`step=${last}&what-if=5%3A\\d%2C6%3A\\d$`));
    const [link, end] = [page.url(), await step()];
    const names = await page.locator('#branches .name').allTextContents();
    await page.goto('about:blank');
    await page.goto(link);
    await branch('what if, at step 6').waitFor();
    await atStep(last);
    expectSame([await step()], [end]);
    await expect(page.locator('#branches .name').allTextContents()).resolves.toEqual(names);
    await expect.poll(() => page.url()).toBe(link);
    await page.goto(link.replace(/step=\d+&what-if.*/, 'step=3')); // by its hash: as a link in the page
    await atStep(3);
    await expect(branch('as it was').getAttribute('aria-current')).resolves.toBe('true');
    await page.goBack();
    await atStep(last);
    await expect(branch('what if, at step 6').getAttribute('aria-current')).resolves.toBe('true');
    await expect(page.locator('#branches .row').count()).resolves.toBe(3); // what was played is not played again
    expect(complaints).toEqual([]);
  });

  test('a link to a branch that cannot be says so, and shows the episode as it was', async () => {
    const address = `/#replay=${encodeURIComponent('cart/one.gfr')}&episode=1&step=2`;
    for (const [whatIf, why] of [
      ['9999:0', 'the episode is over before step 9999'],
      ['2:7', 'action 7 cannot be taken at step 2'],
    ]) {
      await page.goto('about:blank');
      await page.goto(`${address}&what-if=${whatIf}`);
      await page.locator('#messages').getByText(String(why)).waitFor();
      await atStep(2);
      await expect.poll(() => page.url()).not.toContain('what-if');
    }
  });

  test('take over with the keys, hand back, and what was played is the same when it is played again', async () => {
    await openAt('cart/one.gfr', 3);
    await page.keyboard.press('t');
    await phase('yours');
    await expect(says()).resolves.toMatch(/Your move, step 3/);
    await expect(says()).resolves.toMatch(/simd: WebAssembly/);
    for (const [i, key] of ['ArrowLeft', '1', 'ArrowRight', '2'].entries()) {
      await page.keyboard.press(key);
      await page
        .locator('#turn-says')
        .filter({ hasText: `step ${4 + i}` })
        .waitFor();
    }
    await atStep(7);
    await page.keyboard.press('h');
    await phase('idle');
    const replay = await save();
    const [{ steps } = { steps: 0 }] = replay.episodes;
    const actions = [3, 4, 5, 6].map((t) => replay.moment(0, t).decision?.action[0]);
    expect(actions).toEqual([0, 0, 1, 1]);
    expect(replay.moment(0, steps - 1).decision?.terminated).toBe(true);
    expect(verifyReplay(replay, () => make(replay.header.environment))).toEqual({ episodes: 1, steps });
    expect(complaints).toEqual([]);
  });

  test('several branches are kept, each opens with a press, and can be removed', async () => {
    await openAt('cart/one.gfr', 2);
    for (const key of ['1', '2']) {
      await page.keyboard.press('w');
      await phase('choosing');
      await page.keyboard.press(key);
      await phase('idle');
      await branch('as it was').click();
    }
    await expect(branch('what if').count()).resolves.toBe(2);
    await branch('what if').first().click();
    await page.keyboard.press('t');
    await phase('yours');
    await page.keyboard.press('Escape');
    await phase('idle');
    await expect(branch(/you|what if/).count()).resolves.toBe(3);
    await page.getByRole('button', { name: /^Remove you/ }).click();
    await expect.poll(() => branch('as it was').getAttribute('aria-current')).toBe('true');
    await expect(branch(/you|what if/).count()).resolves.toBe(2);
  });

  test('a move at an earlier step is a branch of its own', async () => {
    await openAt('cart/one.gfr', 2);
    await page.keyboard.press('t');
    await phase('yours');
    await page.keyboard.press('1');
    await atStep(3);
    await page.getByRole('button', { name: 'First step' }).click();
    await atStep(0);
    await page.keyboard.press('2');
    await atStep(1);
    await expect(branch('you').count()).resolves.toBe(2);
  });

  test('continuous actions are sliders, and the arrows turn them all the way', async () => {
    await openAt('swing/one.gfr', 4);
    await page.keyboard.press('t');
    await phase('yours');
    await page.keyboard.press('ArrowLeft');
    await atStep(5);
    await page.locator('#moves input').fill('0.5');
    await page.locator('#moves input').blur();
    await page.keyboard.press('Enter');
    await atStep(6);
    await page.keyboard.press('Escape');
    const replay = await save();
    expect([4, 5].map((t) => replay.moment(0, t).decision?.action[0])).toEqual([-2, 0.5]);
  });

  test('against the agent: a click is a move, the agent answers, and the saved game can be played again', async () => {
    await page.goto(`/#play=TicTacToe-v0:starts=agent&against=noughts&seed=11`);
    await phase('yours');
    await expect(says()).resolves.toContain('against noughts');
    const box = await page.locator('#scene canvas').first().boundingBox();
    if (!box) throw new Error('the scene is not there');
    await page.mouse.click(box.x + box.width / 2, box.y + (1.9 / 4.15) * box.height);
    await atStep(1);
    await expect(page.locator('#moves button').filter({ hasText: 'masked' }).count()).resolves.toBe(2);
    for (let move = 2; (await page.locator('#turn').getAttribute('data-phase')) !== 'over'; move++) {
      await page.locator('#moves button:enabled').first().click();
      await atStep(move);
      await page.locator('#turn:is([data-phase="yours"], [data-phase="over"])').waitFor();
    }
    await page.keyboard.press('r');
    await phase('yours');
    await expect.poll(() => page.locator('#episodes li').count()).toBe(2);
    const replay = await save();
    expect(replay.header.environment).toBe('TicTacToe-v0:opponent=self,starts=agent');
    expect(replay.moment(0, 0).decision?.action[0]).toBe(4);
    expect(verifyReplay(replay, () => make(replay.header.environment)).firstDifference).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  test('without a run, a person plays alone', async () => {
    await page.goto(`/#play=FrozenLake-v1&seed=1`);
    await phase('yours');
    await expect(page.locator('#hand-back').isVisible()).resolves.toBe(false);
    await page.keyboard.press('ArrowDown');
    await atStep(1);
    expect(page.url()).toContain('#play=FrozenLake-v1');
  });

  test('an agent that does not fit is said, with both shapes, and a person plays without it', async () => {
    runs.misremember('other', { width: 64 });
    await openAt('other/one.gfr', 1);
    await page.keyboard.press('t');
    await page
      .locator('.message')
      .filter({ hasText: /has shape \[.*\], wanted \[.*64.*\]/ })
      .waitFor();
    await phase('yours');
    await page.keyboard.press('1');
    await atStep(2);
  });

  test('where there is no SIMD the agent runs on a slower device, and the page says so', async () => {
    await page.route('**/*.wasm', (route) => route.abort());
    await openAt('cart/one.gfr', 1);
    await page.keyboard.press('t');
    await phase('yours');
    await expect(says()).resolves.toMatch(/cpu: plain JavaScript.*instead, since simd/);
  });

  test('on WebGPU the agent has the same opinion', async ({ skip }) => {
    const withGpu = await startBrowser(SOFTWARE_GPU);
    try {
      await openPage({}, withGpu);
      await openAt('cart/one.gfr', 3);
      if (!(await page.evaluate(() => navigator.gpu?.requestAdapter()))) skip('this Chromium has no software GPU');
      const opinions: string[][] = [];
      for (const device of ['simd', 'webgpu']) {
        if (device === 'webgpu') await page.locator('#device').selectOption(device);
        await page.keyboard.press('t');
        await phase('yours');
        await expect(says()).resolves.toContain(`${device}: `);
        opinions.push(await page.locator('#moves .number').allInnerTexts());
        await branch('as it was').click();
        await atStep(3);
      }
      expect(opinions[0]).toEqual(opinions[1]);
    } finally {
      await withGpu.close();
    }
  });

  test('an episode that goes another way than its replay says is found out', async () => {
    const replay = runs.read('cart/one.gfr');
    const moments = Array.from({ length: 6 }, (_, t) => replay.moment(0, t));
    moments[3] = { ...(moments[3] as Moment), observation: [9, 9, 9, 9] };
    moments[5] = { ...(moments[5] as Moment), decision: null };
    const seeds = replay.episodes.map(({ seed }) => seed);
    await openAt(runs.write('cart', 'forged.gfr', encode(replay.header, [moments], { seeds })), 4);
    await page.keyboard.press('t');
    await page.locator('.message').filter({ hasText: 'went another way than the replay at step 3' }).waitFor();
    await phase('idle');
  });

  test("an environment of one's own runs here too, as its run has it, and as it is served to be played", async () => {
    await openAt('own/one.gfr', 1);
    await page.keyboard.press('t');
    await phase('yours');
    await expect(page.locator('#moves button').allInnerTexts()).resolves.toHaveLength(3);
    await page.keyboard.press('ArrowRight');
    await atStep(2);
    const environment = join(ROOT, 'template/env.ts');
    const served = await serve({ played: environment });
    await page.goto(`${served.url}#${new URLSearchParams({ play: environment, seed: '1' })}`);
    await phase('yours');
    await page.keyboard.press('ArrowLeft');
    await atStep(1);
    expect(complaints).toEqual([]);
  });

  test('an environment that this page does not have is said', async () => {
    await page.goto(`/#play=NoSuchEnvironment-v0`);
    await page
      .locator('.message')
      .filter({ hasText: 'NoSuchEnvironment-v0 cannot be run in this page: there is no such run' })
      .waitFor();
  });
});

/** The same words, and the same numbers but for their last digit: a replay keeps 16 bits of a value. */
function expectSame(steps: readonly string[], wanted: readonly string[]): void {
  const number = /[+\u2212-]?\d+\.\d+/g;
  const words = (texts: readonly string[]): string[] => texts.map((text) => text.replace(number, '#'));
  const numbers = (texts: readonly string[]): number[] =>
    texts.flatMap((text) => text.match(number) ?? []).map((text) => Number(text.replace('\u2212', '-')));
  expect(words(steps)).toEqual(words(wanted));
  const found = numbers(steps);
  for (const [i, value] of numbers(wanted).entries()) expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(2e-3);
}
