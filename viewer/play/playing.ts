import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import type { AgentClient } from '../agent/client.ts';
import type { PageDevice } from '../../src/device/inPage.ts';
import type { GameRequest } from '../agent/protocol.ts';
import type { Player, Recording } from '../time/player.ts';
import type { AgentSource, FoundAgent } from './agentSource.ts';
import { Branch } from './branch.ts';
import { Branches } from './branches.ts';
import { BranchRecording } from './branchRecording.ts';
import { type GameWanted, type OwnGame, prepareGame, randomSeed } from './ownGame.ts';
import { download, encodeReplay, fileName } from './saveReplay.ts';
import { Simulation } from './simulation.ts';
import { VERSION } from './version.ts';

/** What is going on. */
export type Phase =
  /** Nothing: a replay, or a branch that was played, is looked at. */
  | { kind: 'idle' }
  /** Something is being loaded or played again; `what` says what. */
  | { kind: 'busy'; what: string }
  /** A person is to say what else the agent might have done at a step. */
  | { kind: 'choosing'; simulation: Simulation }
  /** It is a person's move. */
  | { kind: 'yours'; simulation: Simulation }
  /** The agent plays on. */
  | { kind: 'agents'; simulation: Simulation }
  /** The episode that a person played is over. */
  | { kind: 'over'; branch: Branch };

/** What the page has to do with what is played. */
export interface PlayingView {
  /** The phase, the move or the branches are others. */
  changed(): void;
  /** Something could not be done; `what` was to be. */
  failed(error: unknown, what: string): void;
  /** A person takes the page into their own hands. */
  tookOver(): void;
  /** A game is played that is no replay of the server's. */
  leftReplay(): void;
}

const IDLE: Phase = { kind: 'idle' };

/**
 * Playing in the page: taking over from the agent, asking what if it had done otherwise, playing against it.
 *
 * Whatever is played is a branch of what was on the screen, and the player shows it as it shows a replay.
 */
export class Playing {
  readonly branches: Branches;
  readonly #player: Player;
  readonly #client: AgentClient;
  readonly #source: AgentSource;
  readonly #view: PlayingView;
  #phase: Phase = IDLE;
  /** Of the replay that is open; null where there is none, or none was looked for yet. */
  #agent: FoundAgent | null = null;
  #device: PageDevice = 'simd';
  #work = new AbortController();
  #simulation: Simulation | null = null;
  /** What this has put on the screen. */
  #shown: BranchRecording | null = null;
  /** The game that is played without a replay to begin with. */
  #own: OwnGame | null = null;
  #moving = false;

  constructor(player: Player, client: AgentClient, source: AgentSource, view: PlayingView) {
    this.#player = player;
    this.#client = client;
    this.#source = source;
    this.#view = view;
    this.branches = new Branches(() => view.changed());
    player.onChange((change) => {
      if (change === 'replay') this.#noticeReplay();
    });
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Who thinks along, or is played against; null before anybody was asked for, and where there is nobody. */
  get agent(): FoundAgent | null {
    return this.#own?.opponent ?? this.#agent;
  }

  /** Whether the agent is on the other side. */
  get isAgainstAgent(): boolean {
    return Boolean(this.#own?.opponent);
  }

  /** Whether a game is played that did not begin as a replay. */
  get isOwnGame(): boolean {
    return this.#own !== null;
  }

  get device(): PageDevice {
    return this.#device;
  }

  /** From the next game on. */
  setDevice(device: PageDevice): void {
    this.#device = device;
    this.#agent = null;
    this.#view.changed();
  }

  /** A person plays on from the step on the screen. */
  async takeOver(): Promise<void> {
    const { step } = this.#player;
    await this.#do('Taking over', async (signal) => {
      const simulation = await this.#begin(`you, from step ${step}`, signal);
      this.#show(simulation.branch);
      return await this.#yourMove(simulation);
    });
  }

  /** Asks a person what else the agent might have done at the step on the screen. */
  async whatIf(): Promise<void> {
    await this.#do('Looking at the actions', async (signal) => {
      const simulation = await this.#begin(`what if, at step ${this.#player.step}`, signal);
      await simulation.think();
      return { kind: 'choosing', simulation };
    });
  }

  /** A person's move: on the screen's step, which may be an earlier one than the last. */
  async act(action: ArrayLike<number>): Promise<void> {
    if (this.#moving) return; // a key that is held is faster than a game
    this.#moving = true;
    try {
      if (this.#phase.kind === 'choosing') return await this.#tryOther(this.#phase.simulation, action);
      if (this.#phase.kind === 'yours' && !this.#isAtMove(this.#phase.simulation)) await this.takeOver();
      if (this.#phase.kind !== 'yours') return;
      const { simulation } = this.#phase;
      await this.#attempt('Your move', async () => {
        await simulation.step(action, 'you');
        this.#goOn();
        return await this.#yourMove(simulation);
      });
    } finally {
      this.#moving = false;
    }
  }

  /** A person's move by pointing at a place of the scene, in its units. */
  async point(x: number, y: number): Promise<void> {
    const { phase } = this;
    if (phase.kind !== 'yours' && phase.kind !== 'choosing') return;
    const action = await phase.simulation.actionAt(x, y);
    const { mask } = phase.simulation.now;
    if (action && (!mask || mask[action[0] as number])) await this.act(action);
  }

  /** The agent plays on where the person's move is. */
  async handBack(): Promise<void> {
    if (this.#phase.kind !== 'yours' || !this.#agent) return;
    await this.#letAgentPlay(this.#phase.simulation);
  }

  /** Ends what is going on, and leaves on the screen what is there. */
  stop(): void {
    this.#work.abort();
    this.#endSimulation();
    this.#setPhase(IDLE);
  }

  /** Shows a branch, or the replay that they all go off from. */
  open(branch: Branch | null): void {
    this.#view.tookOver();
    this.stop();
    this.#player.pause();
    if (branch) this.#put(branch);
    else if (this.branches.original) this.#player.replace(this.branches.original);
    this.branches.show(branch);
  }

  remove(branch: Branch): void {
    const isOpen = this.branches.open === branch;
    this.branches.remove(branch);
    if (isOpen) this.open(null);
  }

  /** Saves the branch on the screen as a replay, or all episodes of a game. */
  save(): void {
    const shown = this.#shown;
    if (!shown) return;
    const { header, branch, episodes } = shown;
    const agent = this.#agent;
    const played: ReplayHeader = {
      ...header,
      createdAt: new Date().toISOString(),
      gymformer: VERSION,
      ...(agent && { step: agent.step, policy: agent.policy }),
    };
    const saved = this.#own ? episodes.map((_, episode) => episode) : [branch.episode];
    download(fileName(branch, header), encodeReplay(played, shown, saved));
  }

  /** Starts a game of its own; against the agent of a run, where the environment has another side. */
  async startGame(wanted: GameWanted): Promise<void> {
    this.#view.tookOver();
    this.#player.pause();
    await this.#do('Starting a game', async (signal) => {
      const own = await prepareGame(this.#client, this.#source, wanted, this.#device);
      signal.throwIfAborted();
      this.#view.leftReplay();
      this.#agent = own.agent;
      return await this.#startEpisode(own, null, signal);
    });
  }

  /** Another episode of the game that is played. */
  async playAgain(): Promise<void> {
    const own = this.#own;
    if (!own) return;
    const games = this.#player.recording;
    await this.#do('Starting a game', (signal) => this.#startEpisode({ ...own, seed: randomSeed() }, games, signal));
  }

  async #startEpisode(own: OwnGame, before: Recording | null, signal: AbortSignal): Promise<Phase> {
    const { seed, environment, module, header } = own;
    const episode = before?.episodes.length ?? 0;
    const simulation = await this.#simulate(
      { environment, module, seed, actions: [], ...this.#seats(own) },
      (last) => new Branch({ base: before, episode, seed, from: 0, name: `game ${episode + 1}` }, last),
      signal,
    );
    this.#own = own;
    this.#shown = new BranchRecording(header, simulation.branch);
    this.branches.reset(this.#shown);
    this.#player.open(this.#shown, { episode });
    return await this.#yourMove(simulation);
  }

  /** A game that is at the step on the screen. */
  async #begin(name: string, signal: AbortSignal): Promise<Simulation> {
    this.#view.tookOver();
    this.#player.pause();
    const { recording, summary, episode, step } = this.#player;
    if (!recording || !summary) throw new Error('there is no episode to play on from');
    const { environment } = recording.header;
    const run = this.#source.runOpen;
    if (!this.#own) this.#agent ??= await this.#findAgent(recording.header, run);
    const { seed } = summary;
    const actions = Array.from({ length: step }, (_, t) => recording.moment(episode, t).decision?.action ?? []);
    const module = this.#own ? this.#own.module : this.#source.moduleOf(run);
    const simulation = await this.#simulate(
      { environment, module, seed, actions, ...this.#seats(this.#own) },
      (last) => new Branch({ base: recording, episode, seed, from: step, name }, last),
      signal,
    );
    if (!simulation.now.ended) return simulation;
    throw new Error('the episode is over at this step: go back to an earlier one');
  }

  async #simulate(
    request: GameRequest,
    makeBranch: (last: Moment) => Branch,
    signal: AbortSignal,
  ): Promise<Simulation> {
    this.#endSimulation();
    const onTold = ({ steps }: { steps: number }): void =>
      this.#setPhase({ kind: 'busy', what: `Playing step ${steps} of ${request.actions.length} again` });
    return (this.#simulation = await Simulation.begin(this.#client, request, makeBranch, { signal, onTold }));
  }

  #seats(own: OwnGame | null): Pick<GameRequest, 'agent' | 'opponent' | 'choice'> {
    const opponent = own?.opponent ?? null;
    const agent = this.#agent;
    return {
      agent: agent?.agent ?? null,
      opponent: opponent?.agent ?? null,
      choice: (opponent ?? agent)?.choice ?? 'likeliest',
    };
  }

  /**
   * The agent of the recording that is open; null where the server has no run of it.
   *
   * @throws Error when it cannot be loaded
   */
  async findAgent(): Promise<FoundAgent | null> {
    const run = this.#source.runOpen;
    const { recording } = this.#player;
    if (run === null || !recording) return null;
    const { environment, step } = recording.header;
    return (this.#agent ??= await this.#source.find(run, { environment, step, device: this.#device }));
  }

  /** Null, said aloud, where there is none: a person can play without. */
  async #findAgent({ environment, step }: ReplayHeader, run: string | null): Promise<FoundAgent | null> {
    if (run === null) return null;
    try {
      return await this.#source.find(run, { environment, step, device: this.#device });
    } catch (error) {
      this.#view.failed(error, 'The agent');
      return null;
    }
  }

  async #yourMove(simulation: Simulation): Promise<Phase> {
    if (simulation.now.ended) {
      this.#refresh();
      return { kind: 'over', branch: simulation.branch };
    }
    await simulation.think();
    return { kind: 'yours', simulation };
  }

  async #tryOther(simulation: Simulation, action: ArrayLike<number>): Promise<void> {
    await this.#attempt('What if', async () => {
      await simulation.step(action, 'you');
      this.#show(simulation.branch);
      return this.#agent ? IDLE : await this.#yourMove(simulation);
    });
    if (this.#agent) await this.#letAgentPlay(simulation);
  }

  async #letAgentPlay(simulation: Simulation): Promise<void> {
    const { signal } = (this.#work = new AbortController());
    this.#setPhase({ kind: 'agents', simulation });
    await this.#attempt('The agent', async () => {
      await simulation.playOn(() => this.#goOn(), signal);
      return IDLE;
    });
    if (signal.aborted) return;
    this.#endSimulation();
    this.#refresh();
    if (this.#player.glides) this.#player.play(); // whoever wants less motion starts it by hand
  }

  #isAtMove({ branch }: Simulation): boolean {
    const { recording, episode, step } = this.#player;
    return recording === this.#shown && episode === branch.episode && step === branch.steps;
  }

  /** A branch that is new comes on the screen. */
  #show(branch: Branch): void {
    this.#put(branch);
    this.branches.add(branch);
  }

  #put(branch: Branch): void {
    const { recording } = this.#player;
    if (!recording) return;
    this.#shown = new BranchRecording(recording.header, branch);
    this.#player.replace(this.#shown);
  }

  /** What is listed of the episodes on the screen is another, now that one is over. */
  #refresh(): void {
    if (this.#shown && this.#player.recording === this.#shown) this.#player.replace(this.#shown);
  }

  /** The branch on the screen has become longer; a person's move is shown at once. */
  #goOn(): void {
    this.#player.lengthen();
    if (this.#phase.kind === 'yours') this.#player.moveBy(1);
  }

  /** Does something in place of what is going on. */
  async #do(what: string, work: (signal: AbortSignal) => Promise<Phase>): Promise<void> {
    this.#work.abort();
    const { signal } = (this.#work = new AbortController());
    this.#setPhase({ kind: 'busy', what });
    await this.#attempt(what, () => work(signal), signal);
  }

  async #attempt(what: string, work: () => Promise<Phase>, signal = this.#work.signal): Promise<void> {
    try {
      const phase = await work();
      if (!signal.aborted) this.#setPhase(phase);
    } catch (error) {
      if (signal.aborted) return;
      this.#setPhase(IDLE);
      this.#view.failed(error, what);
    }
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    this.#view.changed();
  }

  #endSimulation(): void {
    void this.#simulation?.end();
    this.#simulation = null;
  }

  /** Another replay is on the screen, or the same one, longer. */
  #noticeReplay(): void {
    const { recording } = this.#player;
    if (recording === this.#shown) return;
    if (recording === this.branches.original) return this.branches.show(null);
    if (this.branches.open && isSame(recording, this.branches.original))
      return this.#player.replace(this.#shown as Recording);
    this.stop();
    this.#own = null;
    this.#agent = null;
    this.branches.reset(recording);
  }
}

/** Whether it is the same replay, read again while it grows. */
function isSame(a: Recording | null, b: Recording | null): boolean {
  return a !== null && b !== null && a.header.createdAt === b.header.createdAt && a.header.run === b.header.run;
}
