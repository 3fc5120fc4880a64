import { compareField } from './compare/addressField.ts';
import { AddressBar } from './session/addressBar.ts';
import { AgentClient } from './agent/client.ts';
import { AgentSource } from './play/agentSource.ts';
import { EVERYTHING, sameSelection } from './attention/attention.ts';
import { AttentionPanel } from './attention/attentionPanel.ts';
import { BranchTracks } from './play/branchTracks.ts';
import { Choice } from './attention/choice.ts';
import { headField, lookedField } from './attention/choiceFields.ts';
import { Clock } from './time/clock.ts';
import type { Panel } from './time/clock.ts';
import { Controls } from './time/controls.ts';
import { ComparedTracks } from './compare/comparedTracks.ts';
import { ComparePanel } from './compare/comparePanel.ts';
import { Comparison } from './compare/comparison.ts';
import { curvesField } from './live/curvesField.ts';
import { CopyStep } from './inspector/copyStep.ts';
import { byId } from './page/dom.ts';
import { listenForFiles } from './page/drop.ts';
import { embeddedReplay } from '../src/replay/format.ts';
import { ExplainedPanel } from './explained/explainedPanel.ts';
import { ExportDialog } from './share/exportDialog.ts';
import { GoTo } from './time/goTo.ts';
import { HeaderBar } from './page/headerBar.ts';
import { HeatOverlay } from './attention/heatOverlay.ts';
import { Layout } from './page/layout.ts';
import { Influence } from './influence/influence.ts';
import { InfluencePanel } from './influence/influencePanel.ts';
import { Inspector } from './inspector/inspector.ts';
import { Jumps } from './time/jumps.ts';
import { layoutField } from './session/layoutField.ts';
import { HELP, listenToKeys } from './time/keys.ts';
import { LossNote } from './scene/lossNote.ts';
import type { PastSteps } from './attention/lagList.ts';
import { LookedPanel } from './attention/lookedPanel.ts';
import { Looking } from './attention/looking.ts';
import { logField, LogScales } from './live/logScales.ts';
import { Looks } from './looks/looks.ts';
import { Memory } from './attention/memory.ts';
import { Messages } from './page/messages.ts';
import { Overlay } from './live/overlay.ts';
import { Opener } from './session/opener.ts';
import { OwnScenes } from './looks/ownScenes.ts';
import { Picture } from './scene/picture.ts';
import { Picker } from './compare/picker.ts';
import { Player } from './time/player.ts';
import { parsePlayAddress } from './play/playAddress.ts';
import { listenToMoves, playBindings } from './play/playKeys.ts';
import { Playing } from './play/playing.ts';
import { listenToPointing } from './play/pointing.ts';
import { RunsPanel } from './session/runsPanel.ts';
import { Scan } from './time/scan.ts';
import { Search } from './search/search.ts';
import { searchField } from './search/searchField.ts';
import { SearchPanel } from './search/searchPanel.ts';
import { Session } from './session/session.ts';
import { fileSource, sourceOf } from './compare/sources.ts';
import { ShareMenu } from './share/shareMenu.ts';
import { HAS_GPU } from './scene/renderer.ts';
import { Stage } from './scene/stage.ts';
import { Timeline } from './time/timeline.ts';
import { TrainingPanel } from './live/trainingPanel.ts';
import { Transport } from './time/transport.ts';
import { TurnPanel } from './play/turnPanel.ts';
import { Welcome } from './page/welcome.ts';
import { WhatIfField } from './play/whatIfField.ts';
import { Zoom } from './time/zoom.ts';
import { zoomField } from './time/zoomField.ts';

const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');
const darkColours = matchMedia('(prefers-color-scheme: dark)');

// Time and data
const messages = new Messages();
const welcome = new Welcome();
const player = new Player();
player.glides = !lessMotion.matches;
const opener = new Opener(player, messages, (name) => welcome.showWaiting(name));
const session = new Session(player, opener, {
  showRuns: (runs) => {
    agents.setRuns(runs ?? []);
    runsPanel.setRuns(runs);
    picker.setRuns(runs);
    scenes.setRuns(runs);
    looks.noticeRuns();
    training.setRuns(runs);
    explained.setRuns(runs);
  },
  showWanted: (id) => runsPanel.setOpen(id),
  showLive: (following, connected) => header.showLive(following, connected),
  showWelcome: (training) => welcome.show(training),
});
const zoom = new Zoom(player);
zoom.onChange(() => clock.note('zoom'));
const scan = new Scan(player, () => clock.note('signals'));
const search = new Search(() => clock.note('matches'));
const client = new AgentClient();
const agents = new AgentSource(client, () => opener.openId);
const playing = new Playing(player, client, agents, {
  failed: (error, what) => messages.showError(error, what),
  tookOver: () => session.takeOver(),
  leftReplay: () => session.leaveReplay(),
});
const controls = new Controls(player, zoom, () => session.takeOver());
const playmate = new AgentClient(); // its worker starts when an agent is compared
const comparison = new Comparison(
  player,
  { opened: () => opener, show: (source, opened, place) => session.show(source, opened, place) },
  (entry) => sourceOf(entry, playmate),
);
const memory = new Memory(player);
const heads = new Choice(EVERYTHING, sameSelection);
const looking = new Looking(player);
const influence = new Influence(player, client, async ({ header: { environment, step } }) => {
  const run = agents.runOpen;
  return run === null ? null : await agents.find(run, { environment, step, device: playing.device });
});

// The page
const layout = new Layout();
const overlay = new Overlay();
const scales = new LogScales();
const training = new TrainingPanel(layout, overlay, scales);
const explained = new ExplainedPanel(layout, overlay);
const header = new HeaderBar(player, () => session.toggleLive());
const runsPanel = new RunsPanel(player, controls, {
  overlay,
  open: (replay) => session.choose(replay),
  compare: (replay) => comparison.addReplay(replay),
});
const picker = new Picker(player, comparison);
const scenes = new OwnScenes((title, detail) => messages.showNotice(title, detail));
const stage = new Stage(byId('scene', HTMLElement), byId('caption', HTMLElement), (error) =>
  messages.showError(error, 'The picture'),
);
const picture = new Picture(player, stage);
const looks = new Looks(player, { opener, picture, scenes });
const timeline = new Timeline(player, controls, scan, (episode) => search.inEpisode(episode));
const jumps = new Jumps(player, controls, scan);
const searchPanel = new SearchPanel(player, controls, search);
const copyStep = new CopyStep(player, scan, messages);
const past: PastSteps = { goTo: (step) => controls.seek(step), point: (step) => timeline.point(step) };
const attention = new AttentionPanel({
  ...{ player, memory, choice: heads, past },
  remember: (remembered) => timeline.setMemory(remembered),
});
const looked = new LookedPanel(player, looking);
new InfluencePanel(influence);
const heat = new HeatOverlay(player, [influence, looking]);
const tracks = new ComparedTracks(player, comparison, { controls, plot: () => timeline.plot });
const compare = new ComparePanel(player, comparison, {
  controls,
  scenes,
  tracks,
  mainName: () => opener.openName,
  onComparing: (comparing) => timeline.setBrief(comparing),
});
const turn = new TurnPanel(player, playing);
const branches = new BranchTracks(player, playing, () => timeline.plot);
const pointing = listenToPointing(player, playing);
const showPlaying = (): void => {
  for (const part of [turn, branches, pointing]) part.show();
};
playing.onChange(showPlaying);
const addressBar = new AddressBar(player, opener, session, [
  compareField(comparison),
  layoutField(layout),
  headField(heads, player),
  lookedField(looking.choice, player),
  new WhatIfField(playing, player, opener),
  zoomField(zoom, player),
  searchField(searchPanel),
  curvesField(overlay),
  logField(scales),
]);
const exportDialog = new ExportDialog(player, {
  ...{ looks, heat },
  halt: () => {
    session.takeOver();
    player.pause();
  },
});
const share = new ShareMenu(player, { opener, address: addressBar, messages, looks, heat, dialog: exportDialog });
const panels: Panel[] = [
  scan,
  zoom,
  welcome,
  header,
  runsPanel,
  picture,
  looks,
  new LossNote(player, controls),
  new Transport(player, controls),
  influence,
  heat,
  looked,
  attention,
  timeline,
  compare,
  turn,
  branches,
  jumps,
  new Inspector(player, scan),
  copyStep,
  searchPanel,
  addressBar,
  share,
];

const clock = new Clock(
  player,
  { first: picture, mostFrames: HAS_GPU ? Infinity : 30 },
  (changes) => {
    for (const panel of panels) panel.update(changes);
    if (changes.has('playback') && !player.playing && player.atEnd) session.episodeEnded();
  },
  (error) => messages.showError(error, 'This moment'),
);
const escape = (): void => {
  for (const choice of [heads, looking.choice]) choice.unlock();
  playing.stop();
};
listenToKeys(controls, [
  {
    title: 'Find',
    bindings: [
      ...jumps.keys,
      ...new GoTo(player, controls).keys,
      ...searchPanel.keys,
      {
        keys: ['d'],
        shown: ['D'],
        does: 'first difference of what is compared',
        run: () => controls.seek(comparison.nextDivergence() ?? player.step),
      },
    ],
  },
  {
    title: 'The agent',
    bindings: [
      { keys: ['a'], shown: ['A'], does: 'attention on the scene: on or off', run: () => heat.toggle() },
      {
        keys: ['s'],
        shown: ['S'],
        does: 'saliency and occlusion: what changes the action',
        run: () => influence.toggle(),
      },
      ...playBindings(playing),
      { keys: ['Escape'], shown: ['Esc'], does: 'stop playing; all heads again, after one was locked', run: escape },
    ],
  },
  { title: 'The page', bindings: [...copyStep.keys, HELP] },
]);
listenToMoves(playing, turn);
listenForFiles({
  open: (file) => void session.openFile(file),
  compare: (file) => comparison.add(fileSource(file)),
  comparable: () => player.recording !== null,
});
lessMotion.addEventListener('change', () => (player.glides = !lessMotion.matches));
darkColours.addEventListener('change', () => {
  for (const panel of [timeline, branches, compare, heat, looked, attention, picture, training]) panel.redraw();
});

const startWantedGame = (): void => {
  const wanted = parsePlayAddress(location.hash);
  if (wanted) void playing.startGame(wanted);
};
window.addEventListener('hashchange', startWantedGame);
if (parsePlayAddress(location.hash)) session.takeOver();
const hash = location.hash || (embeddedReplay(document)?.address ?? '');
addressBar.start(hash);
await session.start(hash);
startWantedGame();
