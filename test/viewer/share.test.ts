import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../replay/encode.ts';
import { chromiumPath, collectComplaints } from './browser.ts';
import { inViewer } from './inViewer.ts';
import { decodeGif, near, playVideo } from './playedMedia.ts';
import { decodePng } from './png.ts';
import { BACKDROP, MARKER, markerEpisode, markerHeader, markerX, MARKER_Y, WORLD } from './recordings.ts';
import { RunFolder } from './runFolder.ts';
import { savedBy } from './savedBy.ts';

const REPLAY = encode(markerHeader, [markerEpisode(8), markerEpisode(5)]);
/** The middle of the marker at a step, as shares of the picture. */
const middleOf = (step: number): [number, number] => [(markerX(step) + 1) / WORLD.width, (MARKER_Y + 1) / WORLD.height];

// Skipped without a Chromium: browser.ts then says so.
describe.skipIf(!chromiumPath)('sharing, in Chromium', () => {
  const runs = new RunFolder();
  let page: Page;
  let replay: string;
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { complaints, openAt, server } = inViewer({ runs, permissions }, (opened) => (page = opened));
  beforeEach(() => {
    replay = runs.write('a b.gfr', REPLAY);
  });

  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'More ways to share' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const save = (): Locator => page.getByRole('button', { name: 'Save', exact: true });

  test('one click copies an address that leads to the same step', async () => {
    await openAt(replay, 0);
    await page.keyboard.press('ArrowRight'); // at once, before the address bar has followed
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await page.context().newPage();
    await other.goto(link);
    await other.locator('main[data-episode="1"][data-step="1"]').waitFor();
    await page.getByText('Copy link').waitFor();
    expect(complaints).toEqual([]);
  });

  test('the address holds which panels are open, and opens them again; Back brings them back', async () => {
    await openAt(replay, 2);
    const training = page.locator('#training');
    await page.getByRole('button', { name: 'Training', exact: true }).click();
    await training.waitFor();
    await expect.poll(() => page.url()).toContain('&step=2&panels=training');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('main[data-step="2"]').waitFor();
    await other.locator('#training').waitFor();
    await page.getByRole('button', { name: /^episode 2/ }).click();
    await page.getByRole('button', { name: 'Close the curves' }).click();
    await expect.poll(() => page.url()).not.toContain('panels');
    await page.goBack();
    await page.locator('main[data-episode="1"]').waitFor();
    await training.waitFor();
    expect(complaints).toEqual([]);
  });

  test('the address holds the layer and the head that are locked', async () => {
    await openAt(replay, 4);
    const head = (of: Page): Locator => of.getByRole('button', { name: 'layer 2, head 1' });
    await head(page).click();
    await page.mouse.move(0, 0);
    await expect.poll(() => page.url()).toContain('&step=4&head=2.1');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await expect.poll(() => head(other).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('head');
    expect(complaints).toEqual([]);
  });

  test('the menu is walked through by keyboard, and leaves the player alone', async () => {
    await openAt(replay, 3);
    await page.getByRole('button', { name: 'More ways to share' }).press('Enter');
    const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id);
    await expect.poll(focused).toBe('share-picture');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('share-gif');
    await page.keyboard.press('End');
    expect(await focused()).toBe('share-page');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('share-picture');
    await page.keyboard.press('Escape');
    await expect(page.locator('#share-menu').isVisible()).resolves.toBe(false);
    expect(await focused()).toBe('share-button');
    await expect(page.locator('main').getAttribute('data-step')).resolves.toBe('3');
  });

  test('a picture is the step’s scene, in a size that does not depend on the window', async () => {
    await openAt(replay, 3);
    const { name, bytes } = await savedBy(page, () => choose('Picture'));
    expect(name).toBe('marker-run-episode-1-step-3.png');
    const picture = decodePng(bytes);
    expect([picture.width, picture.height]).toEqual([2160, 1080]);
    const [x, y] = middleOf(3);
    expect(picture.at(Math.round(x * 2160), Math.round(y * 1080))).toEqual([...MARKER]);
    const [before] = middleOf(1);
    expect(picture.at(Math.round(before * 2160), Math.round(y * 1080))).toEqual([...BACKDROP]);
    await page.setViewportSize({ width: 500, height: 600 });
    expect((await savedBy(page, () => choose('Picture'))).bytes).toEqual(bytes);
    expect(complaints).toEqual([]);
  });

  test('an animation has the steps that were asked for, at the speed that was', async () => {
    await openAt(replay, 0);
    await choose('Animation');
    await page.locator('#export-first').fill('2');
    await page.locator('#export-last').fill('6');
    await page.locator('#export-speed').selectOption('0.5'); // 15 steps a second
    await page.locator('#export-height').selectOption('240');
    await page.getByText('8 frames, 0.3 s, 480 × 240 pixels.').waitFor();
    const { name, bytes } = await savedBy(page, () => save().click());
    expect(name).toBe('marker-run-episode-1-steps-2-6.gif');
    await expect(page.locator('#export').isVisible()).resolves.toBe(false);
    const { size, durationMs, colours } = await decodeGif(page, bytes, [middleOf(2), middleOf(6)]);
    expect(size).toEqual([480, 240]);
    expect(durationMs).toBe(8 * 40);
    const [first, last] = [colours[0] ?? [], colours.at(-1) ?? []];
    expect([near(first[0], MARKER), near(first[1], BACKDROP)]).toEqual([true, true]);
    expect([near(last[0], BACKDROP), near(last[1], MARKER)]).toEqual([true, true]);
    expect(complaints).toEqual([]);
  });

  test.each(['mp4', 'webm'])('a video in %s has every frame, and plays', async (format) => {
    await openAt(replay, 0, { episode: 2 });
    await choose('Video');
    await page.locator('#export-format').selectOption(format);
    await page.locator('#export-speed').selectOption('0.25'); // 7.5 steps a second, 8 frames a step
    await page.locator('#export-height').selectOption('240');
    await page.getByText('41 frames, 0.7 s, 480 × 240 pixels.').waitFor();
    const { name, bytes } = await savedBy(page, () => save().click());
    expect(name).toBe(`marker-run-episode-2-steps-0-5.${format}`);
    const track = await new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS }).getPrimaryVideoTrack();
    expect(await track?.computePacketStats()).toMatchObject({ packetCount: 41 });
    const { width, height, seconds, first, last } = await playVideo(page, bytes, [middleOf(0), middleOf(5)]);
    expect([width, height]).toEqual([480, 240]);
    expect(seconds).toBeCloseTo(41 / 60, 1);
    expect(near(first, MARKER, 40)).toBe(true);
    expect(near(last, MARKER, 40)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('what is played over and over is what an animation begins with', async () => {
    await openAt(replay, 2);
    await page.keyboard.press('i');
    for (let step = 3; step <= 5; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('o');
    await choose('Animation');
    await expect(page.locator('#export-first').inputValue()).resolves.toBe('2');
    await expect(page.locator('#export-last').inputValue()).resolves.toBe('5');
  });

  test('an export can be cancelled, and what makes no sense cannot be exported', async () => {
    await openAt(runs.write('long.gfr', encode(markerHeader, [markerEpisode(300)])), 0);
    await choose('Animation');
    await page.locator('#export-first').fill('301');
    await page.getByText('Wanted: a first step').waitFor();
    await expect(save().isDisabled()).resolves.toBe(true);
    await page.locator('#export-first').fill('0');
    await page.locator('#export-height').selectOption('1080');
    await save().click();
    await page.locator('#export-progress:not([value="0"])').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.locator('#export').isVisible()).resolves.toBe(false);
    await choose('Animation');
    await page.locator('#export-start:not(:disabled)').waitFor();
    await expect(page.locator('#export-progress').isVisible()).resolves.toBe(false);
    expect(complaints).toEqual([]);
  });

  test('where the browser has no encoder, the dialog says which it lacks', async () => {
    await page.addInitScript(() => {
      const { isConfigSupported } = VideoEncoder;
      VideoEncoder.isConfigSupported = (config) =>
        /^(vp8|vp09)/.test(config.codec) ? isConfigSupported(config) : Promise.resolve({ supported: false, config });
    });
    await openAt(replay, 0);
    await choose('Video');
    await page.getByText('VP9: this browser cannot encode H.264').waitFor();
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'VideoEncoder'));
    await page.reload();
    await choose('Video');
    await page.getByText('This browser cannot encode video').waitFor();
    await expect(save().isDisabled()).resolves.toBe(true);
  });

  test('a page with the replay inside opens from a file, offline, at the same step', async () => {
    await openAt(replay, 3, { episode: 2 });
    const { name, path } = await savedBy(page, () => choose('Web page'));
    expect(name).toBe('marker-run-episode-2-step-3.html');
    await openOffline(page, path, async (opened) => {
      await opened.locator('main[data-episode="2"][data-step="3"]').waitFor();
      await expect(opened.locator('[data-fact="reward"]').textContent()).resolves.toBe('3');
      await opened.keyboard.press('End');
      await opened.locator('main[data-step="5"]').waitFor();
      await expect.poll(() => opened.url()).toContain('#replay=a+b.gfr&episode=2&step=5');
      await opened.reload();
      await opened.locator('main[data-episode="2"][data-step="5"]').waitFor();
      await opened.getByRole('button', { name: 'More ways to share' }).click();
      await expect(opened.getByRole('menuitem').count()).resolves.toBe(3); // it is a page already
      await opened.keyboard.press('Escape');
      await opened.keyboard.press('t');
      await opened.locator('.message').filter({ hasText: 'open the replay with \u201cgymformer view\u201d' }).waitFor();
    });
  });

  test('such a page can be made of a dropped file too, whatever its name', async () => {
    await page.route('**/api/**', (route) => route.fulfill({ status: 404 }));
    await page.goto('/');
    const evil = '"><img src=x onerror=alert(1)><!--.gfr';
    await page.locator('#file').setInputFiles({ name: evil, mimeType: '', buffer: Buffer.from(REPLAY) });
    await page.locator('main[data-step="0"]').waitFor();
    const { path } = await savedBy(page, () => choose('Web page'));
    await openOffline(page, path, async (opened) => {
      await opened.locator('main[data-episode="1"][data-step="0"]').waitFor();
      await expect(opened.locator('img').count()).resolves.toBe(0);
    });
  });

  test('nothing is uploaded: there are only requests to read, and only to this server', async () => {
    const requests: { method: string; url: string }[] = [];
    page.on('request', (request) => requests.push({ method: request.method(), url: request.url() }));
    await openAt(replay, 2);
    await page.locator('#file').setInputFiles({ name: 'mine.gfr', mimeType: '', buffer: Buffer.from(REPLAY) });
    await page.locator('main[data-step="0"]').waitFor();
    await savedBy(page, () => choose('Picture'));
    await savedBy(page, () => choose('Web page'));
    await choose('Video');
    await page.locator('#export-height').selectOption('240');
    await savedBy(page, () => save().click());
    const remote = requests.filter(({ url }) => !url.startsWith('data:') && !url.startsWith('blob:'));
    expect(remote.length).toBeGreaterThan(5);
    expect(remote.filter(({ method, url }) => method !== 'GET' || !url.startsWith(server().url))).toEqual([]);
  });

  test('an environment without a picture offers what there is', async () => {
    const blind = markerEpisode(8).map((moment) => ({ ...moment, scene: null }));
    await openAt(runs.write('blind.gfr', encode(markerHeader, [blind])), 2);
    await page.getByRole('button', { name: 'More ways to share' }).click();
    for (const name of ['Picture', 'Animation', 'Video'])
      await expect(page.getByRole('menuitem', { name }).isDisabled()).resolves.toBe(true);
    await expect(page.getByRole('menuitem', { name: 'Web page' }).isDisabled()).resolves.toBe(false);
  });
});

/** Opens a saved page from the disk, without a network; it may ask for nothing and complain of nothing. */
async function openOffline(page: Page, path: string, look: (opened: Page) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-offline-'));
  const file = join(folder, 'shared.html');
  writeFileSync(file, readFileSync(path));
  await page.context().setOffline(true);
  const opened = await page.context().newPage();
  opened.setDefaultTimeout(20_000);
  const complaints = collectComplaints(opened);
  const asked: string[] = [];
  opened.on('request', (request) => asked.push(request.url()));
  await opened.goto(pathToFileURL(file).href);
  await look(opened);
  expect(complaints.filter((complaint) => !complaint.startsWith('AgentError'))).toEqual([]);
  expect(asked.filter((url) => !url.startsWith('data:') && !url.startsWith(pathToFileURL(file).href))).toEqual([]);
  await opened.close();
  await page.context().setOffline(false);
  rmSync(folder, { recursive: true });
}
