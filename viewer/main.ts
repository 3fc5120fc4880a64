import { AddressBar } from './addressBar.ts';
import { AttentionPanel } from './attentionPanel.ts';
import { Clock } from './clock.ts';
import type { Panel } from './clock.ts';
import { Controls } from './controls.ts';
import { byId } from './dom.ts';
import { listenForFiles } from './drop.ts';
import { HeaderBar } from './headerBar.ts';
import { Inspector } from './inspector.ts';
import { listenToKeys } from './keys.ts';
import { LookedPanel } from './lookedPanel.ts';
import { Messages } from './messages.ts';
import { Opener } from './opener.ts';
import { Picture } from './picture.ts';
import { Player } from './player.ts';
import { RunsPanel } from './runsPanel.ts';
import { Session } from './session.ts';
import { Stage } from './stage.ts';
import { Timeline } from './timeline.ts';
import { Transport } from './transport.ts';
import { Welcome } from './welcome.ts';

const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');
const darkColours = matchMedia('(prefers-color-scheme: dark)');

// Time and data
const messages = new Messages();
const welcome = new Welcome();
const player = new Player();
player.glides = !lessMotion.matches;
const opener = new Opener(player, messages, (name) => welcome.showWaiting(name));
const session = new Session(player, opener, {
  showRuns: (runs) => runsPanel.setRuns(runs),
  showWanted: (id) => runsPanel.setOpen(id),
  showLive: (following, connected) => header.showLive(following, connected),
  showWelcome: (training) => welcome.show(training),
});
const controls = new Controls(player, () => session.takeOver());

// The page
const header = new HeaderBar(player, () => session.toggleLive());
const runsPanel = new RunsPanel(player, controls, (replay) => session.choose(replay));
const picture = new Picture(player, await Stage.create(byId('scene', HTMLElement), byId('caption', HTMLElement)));
const timeline = new Timeline(player, controls);
const attention = new AttentionPanel(player, controls, (chosen) => timeline.setAttention(chosen));
const looked = new LookedPanel(player);
const panels: Panel[] = [
  welcome,
  header,
  runsPanel,
  picture,
  new Transport(player, controls),
  looked,
  attention,
  timeline,
  new Inspector(player),
  new AddressBar(player, opener, session),
];

new Clock(
  player,
  (changes) => {
    for (const panel of panels) panel.update(changes);
    if (changes.has('playback') && !player.playing && player.atEnd) session.episodeEnded();
  },
  (error) => messages.showError(error, 'This moment'),
);
listenToKeys(controls);
listenForFiles((file) => void session.openFile(file));
lessMotion.addEventListener('change', () => (player.glides = !lessMotion.matches));
darkColours.addEventListener('change', () => {
  for (const panel of [timeline, looked, attention, picture]) panel.redraw();
});

await session.start();
