import { AddressBar } from './addressBar.ts';
import { parseAddress } from './address.ts';
import type { Address } from './address.ts';
import { AttentionPanel } from './attentionPanel.ts';
import { Clock } from './clock.ts';
import type { Panel } from './clock.ts';
import { Controls } from './controls.ts';
import { byId, setText } from './dom.ts';
import { listenForFiles } from './drop.ts';
import { Following } from './following.ts';
import { HeaderBar } from './headerBar.ts';
import { Inspector } from './inspector.ts';
import { listenToKeys } from './keys.ts';
import { fetchRuns, newestReplay, watchRuns } from './library.ts';
import type { RunEntry } from './library.ts';
import { Messages } from './messages.ts';
import { Opener } from './opener.ts';
import { Picture } from './picture.ts';
import { Player } from './player.ts';
import { RunsPanel } from './runsPanel.ts';
import { Stage } from './stage.ts';
import { Timeline } from './timeline.ts';
import { Transport } from './transport.ts';

const NEWEST = Number.POSITIVE_INFINITY; // an episode beyond the last is the last
const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');

// Time and data
const messages = new Messages();
const player = new Player();
const opener = new Opener(player, messages, showWaiting);
const following = new Following(
  {
    get wantedId() {
      return opener.wantedId;
    },
    get bytesRead() {
      return opener.bytesRead;
    },
    get atLastEpisode() {
      return player.episode + 1 >= (player.recording?.episodes.length ?? 0);
    },
    get busy() {
      return player.playing;
    },
    play: ({ id }) => void playNewest(id),
    refresh: (replay) => opener.reopen(replay),
  },
  () => header.showLive(following, connected),
);
const controls = new Controls(player, () => following.leave());
let connected = true;

// The page
const header = new HeaderBar(player);
const timeline = new Timeline(player, controls);
const attention = new AttentionPanel(player, controls, (chosen) => timeline.setAttention(chosen));
const runsPanel = new RunsPanel(player, controls, (id) => {
  following.leave();
  void opener.openReplay(id);
  runsPanel.setOpen(opener.wantedId);
});
const picture = new Picture(player, await Stage.create(byId('scene', HTMLElement)));
const addressBar = new AddressBar(
  player,
  () => opener.openId,
  () => following.state === 'live',
  goTo,
);
const panels: Panel[] = [
  header,
  runsPanel,
  picture,
  new Transport(player, controls),
  attention,
  timeline,
  new Inspector(player),
  addressBar,
];

new Clock(
  player,
  (changes) => {
    if (changes.has('replay')) showOpened();
    for (const panel of panels) panel.update(changes);
    if (changes.has('playback') && !player.playing && player.atEnd) following.catchUp();
  },
  (error) => messages.showError(error, 'This moment'),
);

listenToKeys(controls);
listenForFiles((file) => {
  following.leave();
  void opener.openFile(file).then(() => runsPanel.setOpen(opener.wantedId));
});
byId('live', HTMLButtonElement).addEventListener('click', () => {
  if (following.state === 'live') following.leave();
  else following.goLive();
});
new ResizeObserver(() => timeline.redraw()).observe(byId('timeline', HTMLElement));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  timeline.redraw();
  attention.redraw();
  picture.redraw();
});
player.glides = !lessMotion.matches;
lessMotion.addEventListener('change', () => (player.glides = !lessMotion.matches));

await start();

async function start(): Promise<void> {
  const address = parseAddress(location.hash);
  if (address) following.leave();
  const runs = await fetchRuns();
  runsPanel.setRuns(runs);
  if (address) goTo(address);
  if (!runs) {
    if (!address) showWelcome();
    return;
  }
  await showRuns(runs);
  watchRuns((changed) => void showRuns(changed), showConnected);
}

/** The runs that there are now; the first time, and with nothing better to show, the newest replay of all. */
async function showRuns(runs: RunEntry[]): Promise<void> {
  runsPanel.setRuns(runs);
  await following.setRuns(runs);
  if (opener.wantedId === null && !player.recording && following.state !== 'behind') {
    const newest = runs.map(newestReplay).find((replay) => replay !== null);
    if (newest) await playNewest(newest.id);
    else showWelcome(runs.some(({ live }) => live));
  }
}

async function playNewest(id: string): Promise<void> {
  const opened = opener.openReplay(id, { episode: NEWEST });
  runsPanel.setOpen(opener.wantedId);
  if ((await opened) && !lessMotion.matches) player.play();
}

function goTo({ replay, episode, step }: Address): void {
  following.leave();
  if (replay === opener.openId) {
    player.pause();
    player.seek({ episode: episode - 1, step });
    return;
  }
  void opener.openReplay(replay, { episode: episode - 1, step });
  runsPanel.setOpen(opener.wantedId);
}

function showConnected(now: boolean): void {
  connected = now;
  header.showLive(following, connected);
}

function showOpened(): void {
  byId('welcome', HTMLElement).hidden = true;
  runsPanel.setOpen(opener.openId);
}

function showWelcome(training = false): void {
  byId('welcome', HTMLElement).hidden = false;
  if (!training) return;
  setText(byId('welcome-title', HTMLElement), 'Training');
  setText(byId('welcome-text', HTMLElement), 'The first replay appears here by itself. Meanwhile, open another:');
}

function showWaiting(what: string | null): void {
  const waiting = byId('waiting', HTMLElement);
  waiting.hidden = what === null;
  setText(waiting, what === null ? '' : `Opening ${what}\u2026`);
}
