/**
 * What a picture is of: where the page is opened (`address`, or a replay's `episode` and `step`), and what is done there
 * to come to the moment (`compose`). `kinds` are those that have such a moment; all, by default.
 */
export const MOMENTS = {
  page: {},
  training: { compose: showCurves },
  attention: { compose: showAttention },
  influence: { compose: askTheAgent },
  'what-if': { compose: tryAnother },
  compare: { compose: compareWithAgent },
  'take-over': { compose: takeOver, kinds: ['classic', 'memory', 'grid', 'arcade'] },
  play: {
    kinds: ['board'],
    address: ({ name, environment }) => `#${new URLSearchParams({ play: environment, against: name, seed: 1 })}`,
    compose: playMoves,
  },
  keys: { kinds: ['classic'], compose: (page) => page.keyboard.press('?') },
};

/** The two of the README. */
export const README = [
  { name: 'viewer', kind: 'grid', colours: 'dark', moment: { step: 4 } },
  { name: 'viewer-light', kind: 'memory', colours: 'light', moment: { compose: tryAnother } },
];

async function showCurves(page) {
  await page.locator('#training-button').click();
  await page.locator('#training .uplot').first().waitFor();
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
