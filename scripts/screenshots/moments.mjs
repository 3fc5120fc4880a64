/**
 * What a picture is of: where the page is opened (`address`, or a replay's `episode` and `step`), and what is done there
 * to come to the moment (`compose`). `kinds` are those that have such a moment; all, by default.
 */
export const MOMENTS = {
  page: {},
  training: { compose: showCurves },
  overlay: { kinds: ['classic'], compose: layOver },
  explained: { kinds: ['classic'], compose: showExplained },
  search: { kinds: ['classic', 'grid'], compose: search },
  attention: { compose: showAttention },
  influence: { compose: askTheAgent },
  'what-if': { compose: tryAnother },
  compare: { compose: compareWithAgent },
  'compare-picker': { kinds: ['classic'], compose: (page) => page.locator('#compare-button').click() },
  export: { kinds: ['classic', 'grid'], compose: openExport },
  library: { kinds: ['classic'], compose: openLibrary },
  'take-over': { compose: takeOver, kinds: ['classic', 'memory', 'grid', 'arcade'] },
  play: {
    kinds: ['board'],
    address: ({ name, environment }) => `#${new URLSearchParams({ play: environment, against: name, seed: 1 })}`,
    compose: playMoves,
  },
  keys: { kinds: ['classic'], compose: (page) => page.keyboard.press('?') },
};

/** A run that was not explained has no such picture. */
const ABSENT_MS = 5000;

/** The two of the README. */
export const README = [
  { name: 'viewer', kind: 'grid', colours: 'dark', moment: { step: 4 } },
  { name: 'viewer-light', kind: 'memory', colours: 'light', moment: { compose: tryAnother } },
];

async function showCurves(page) {
  await page.locator('#training-button').click();
  await page.locator('#training .uplot').first().waitFor();
}

/** The curves of some runs over one another, over a logarithmic scale where there is one. */
async function layOver(page) {
  await showCurves(page);
  await openLibrary(page);
  for (let runs = 0; runs < 2; runs++) await page.locator('#runs input:not(:checked)').first().click();
  await closeLibrary(page);
  await page.locator('#training-runs li').nth(2).waitFor();
  await page.locator('.chart .log:visible').last().click();
}

async function showExplained(page) {
  await page.locator('#explained-button').click({ timeout: ABSENT_MS });
  await page.locator('#explained-report > *').first().waitFor();
}

async function search(page) {
  await page.locator('#search-text').fill('reward > 0');
  await page.locator('#search-result:not(:empty)').waitFor();
}

async function openExport(page) {
  await page.locator('#share-button').click();
  await page.locator('#share-gif').click();
  await page.locator('#export-note:not(:empty)').waitFor();
}

/** Where there is less room, the lists have a button. */
async function openLibrary(page) {
  const button = page.locator('#library-button');
  if (await button.isVisible()) await button.click();
}

async function closeLibrary(page) {
  const button = page.locator('#library-button[aria-expanded="true"]');
  if (await button.isVisible()) await button.click();
}

/** One head, locked: of those that look at the observation, or of the memory's where there are none. */
async function showAttention(page) {
  await page.locator(':is(#attention, #looked):not([hidden])').first().waitFor();
  const looks = (await page.locator('#looked:not([hidden])').count()) > 0;
  const heads = page.locator(looks ? '#looked-heads button' : '#heads button:has(canvas)');
  await heads.last().click();
  await page.locator(looks ? '#looked' : '#attention').evaluate((section) => section.scrollIntoView());
}

async function askTheAgent(page) {
  await page.keyboard.press('s');
  await page.locator('#influence-parts:not([aria-busy="true"]) > *').first().waitFor();
  await page.locator('#influence').evaluate((section) => section.scrollIntoView());
}

/** Something the agent did not choose, played to the end by the agent; looked at a little after the two part. */
async function tryAnother(page) {
  await page.keyboard.press('w');
  await page.locator('#turn[data-phase="choosing"]').waitFor();
  await page.locator('#moves .move:not(.agents, :disabled)').first().click();
  await page.locator('#turn:is([data-phase="idle"], [data-phase="over"])').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowRight');
}

/** The agent beside its own replay, from the same seed. */
async function compareWithAgent(page) {
  await page.locator('#compare-button').click();
  await page.locator('#compare-agents').click();
  await page.locator('#compare-list button:not(:disabled)').first().click();
  await page.keyboard.press('Escape');
  await page.locator('#compared canvas').first().waitFor();
}

async function takeOver(page) {
  await page.keyboard.press('t');
  await page.locator('#turn[data-phase="yours"]').waitFor();
}

/** A few moves from left to right. */
async function playMoves(page) {
  for (const move of [3, 2, 4]) {
    await page.locator('#turn[data-phase="yours"]').waitFor();
    const moves = page.locator('#moves .move:not(:disabled)');
    const step = await page.locator('main').getAttribute('data-step');
    await moves.nth(Math.min(move, (await moves.count()) - 1)).click();
    await page.locator(`main:not([data-step="${step}"])`).waitFor();
  }
  await page.locator('#turn:is([data-phase="yours"], [data-phase="over"])').waitFor();
}
