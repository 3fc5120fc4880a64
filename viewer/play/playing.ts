import type { PageDevice } from '../../src/device/inPage.ts';
import type { AgentClient } from '../agent/client.ts';
import type { Place, Player, Recording } from '../time/player.ts';
import type { AgentSource, FoundAgent } from './agentSource.ts';
import type { Branch } from './branch.ts';
import type { Branches } from './branches.ts';
import { BranchScreen } from './branchScreen.ts';
import { actionName } from './choices.ts';
import { Games } from './games.ts';
import { type GameWanted, type OwnGame, prepareGame, randomSeed } from './ownGame.ts';
import { IDLE, type Phase, simulationToMoveIn } from './phase.ts';
import { savePlayed } from './saveReplay.ts';
import { Seats, seatsOf } from './seats.ts';
import type { Simulation } from './simulation.ts';
import { formatWhatIfs, type WhatIf, whatIfsOf } from './whatIf.ts';

/** What the page has to do with what is played. */
export interface PlayingView {
  /** Something could not be done; `what` was to be. */
  failed(error: unknown, what: string): void;
  /** A person takes the page into their own hands. */
  tookOver(): void;
  /** A game is played that is no replay of the server's. */
  leftReplay(): void;
}

/**
 * Playing in the page: taking over from the agent, asking what if it had done otherwise, playing against it.
 *
 * Whatever is played is a branch of what was on the screen, and the player shows it as it shows a replay.
 */
export class Playing {
  readonly #player: Player;
  readonly #client: AgentClient;
  readonly #source: AgentSource;
  readonly #view: PlayingView;
  readonly #screen: BranchScreen;
  readonly #seats: Seats;
  readonly #games: Games;
  readonly #listeners: (() => void)[] = [];
  #phase: Phase = IDLE;
  #work = new AbortController();
  #moving = false;

  constructor(player: Player, client: AgentClient, source: AgentSource, view: PlayingView) {
    this.#player = player;
    this.#client = client;
    this.#source = source;
    this.#view = view;
    this.#seats = new Seats(source, view.failed);
    this.#games = new Games(client, this.#seats, (what) => this.#setPhase({ kind: 'busy', what }));
    this.#screen = new BranchScreen(
      player,
      () => this.#tell(),
      () => {
        this.stop();
        this.#seats.clear();
      },
    );
  }

  /** Calls the listener whenever the phase, the move or the branches are others. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get branches(): Branches {
    return this.#screen.branches;
  }

  /** Thinks along, and can be handed the game; null before anybody was asked for, and where there is nobody. */
  get agent(): FoundAgent | null {
    return this.#seats.agent;
  }

  /** Is played against; null where that is nobody, or the environment itself. */
  get opponent(): FoundAgent | null {
    return this.#seats.opponent;
  }

  /** Whether a game is played that did not begin as a replay. */
  get isOwnGame(): boolean {
    return this.#seats.own !== null;
  }

  get device(): PageDevice {
    return this.#seats.device;
  }

  /** Ends what is going on; the next game is on this device. */
  setDevice(device: PageDevice): void {
    this.stop();
    this.#seats.setDevice(device);
    this.#tell();
  }

  /** A person plays on from the step on the screen. */
  async takeOver(): Promise<void> {
    if (this.#phase.kind === 'yours' && this.#screen.isAtEndOf(this.#phase.simulation.branch)) return;
    await this.#do('Taking over', async (signal) => {
      const simulation = await this.#beginHere(`you, from step ${this.#player.step}`, signal);
      this.#screen.add(simulation.branch);
      return await this.#yourMove(simulation);
    });
  }

  /** Asks a person what else the agent might have done at the step on the screen. */
  async whatIf(): Promise<void> {
    await this.#do('Looking at the actions', async (signal) => {
      const simulation = await this.#beginHere(`what if, at step ${this.#player.step}`, signal);
      await simulation.think();
      return { kind: 'choosing', simulation };
    });
  }

  /** A person's move: in the step on the screen, which may be an earlier one than the last. */
  async act(action: ArrayLike<number>): Promise<void> {
    if (this.#moving) return; // a key that is held is faster than a game
    this.#moving = true;
    try {
      if (this.#phase.kind === 'choosing') return await this.#tryOther(this.#phase.simulation, action);
      await this.takeOver();
      if (this.#phase.kind === 'yours') await this.#move(this.#phase.simulation, action);
    } finally {
      this.#moving = false;
    }
  }

  /** A person's move by pointing at a place of the scene, in its units. */
  async point(x: number, y: number): Promise<void> {
    const simulation = simulationToMoveIn(this.#phase);
    if (!simulation) return;
    try {
      const action = await simulation.actionAt(x, y);
      if (action && simulation.allows(action)) await this.act(action);
    } catch (error) {
      this.#view.failed(error, 'Your move');
    }
  }

  /** The agent plays on where the person's move is. */
  async handBack(): Promise<void> {
    if (this.#phase.kind === 'yours' && this.agent) await this.#letAgentPlay(this.#phase.simulation);
  }

  /** Ends what is going on, and leaves on the screen what is there. */
  stop(): void {
    this.#work.abort();
    this.#games.end();
    this.#setPhase(IDLE);
  }

  /** Shows a branch, or the replay that they all go off from. */
  open(branch: Branch | null): void {
    this.#view.tookOver();
    this.stop();
    this.#player.pause();
    this.#screen.open(branch);
  }

  /** Shows a place in the branch that what-ifs lead to, one after the other; those that there are not yet are played. */
  async openWhatIfs(asked: readonly WhatIf[], { episode, step }: Required<Place>): Promise<void> {
    this.#view.tookOver();
    this.#player.pause();
    await this.#do('What if', async (signal) => {
      if (this.branches.open) this.#screen.open(null);
      for (const [i, whatIf] of asked.entries()) {
        const path = formatWhatIfs(asked.slice(0, i + 1));
        const known = this.branches.all.find(
          (branch) => branch.episode === episode && formatWhatIfs(whatIfsOf(branch) ?? []) === path,
        );
        if (known) this.#screen.open(known);
        else await this.#repeat(whatIf, episode, signal);
      }
      this.#player.seek({ episode, step });
      return IDLE;
    });
  }

  remove(branch: Branch): void {
    if (this.branches.open === branch) this.open(null);
    this.branches.remove(branch);
  }

  /** Whether what is on the screen was played here, and can be saved. */
  get hasPlayed(): boolean {
    return this.#screen.shown !== null;
  }

  /** Saves the branch on the screen as a replay, or all episodes of a game. */
  save(): void {
    const { shown } = this.#screen;
    if (!shown) return;
    savePlayed(
      shown,
      this.agent,
      this.isOwnGame ? shown.episodes.map((_, episode) => episode) : [shown.branch.episode],
    );
  }

  /** Starts a game without a replay; against the agent of a run, where the environment has another side. */
  async startGame(wanted: GameWanted): Promise<void> {
    this.#view.tookOver();
    this.#player.pause();
    await this.#do('Starting a game', async (signal) => {
      const own = await prepareGame(this.#client, this.#source, wanted, this.device);
      signal.throwIfAborted();
      this.#view.leftReplay();
      return await this.#startEpisode(own, null, signal);
    });
  }

  /** Another episode of the game that is played. */
  async playAgain(): Promise<void> {
    const { own } = this.#seats;
    if (!own) return;
    const before = this.#player.recording;
    await this.#do('Starting a game', (signal) => this.#startEpisode({ ...own, seed: randomSeed() }, before, signal));
  }

  /** @param before the episodes that were played already */
  async #startEpisode(own: OwnGame, before: Recording | null, signal: AbortSignal): Promise<Phase> {
    const { seed, environment, module, header } = own;
    const episode = before?.episodes.length ?? 0;
    const options = { base: before, episode, seed, from: 0, name: `game ${episode + 1}` };
    const request = { environment, module, actions: [], ...seatsOf(own) };
    const simulation = await this.#games.begin(request, options, signal);
    this.#seats.sitDown(own);
    this.#screen.begin(header, simulation.branch);
    return await this.#yourMove(simulation);
  }

  /** Another action than the agent's, and the agent to the end. */
  async #repeat({ step, action }: WhatIf, episode: number, signal: AbortSignal): Promise<void> {
    const { recording } = this.#player;
    if (!recording || step >= (recording.episodes[episode]?.steps ?? 0))
      throw new Error(`the episode is over before step ${step}`);
    const simulation = await this.#games.beginAt(recording, { episode, step }, `what if, at step ${step}`, signal);
    const { actionSpace } = simulation;
    if (!this.agent) throw new Error('there is no agent here that plays on');
    if (actionSpace.kind !== 'discrete' || action >= actionSpace.n || !simulation.allows([action]))
      throw new Error(`action ${action} cannot be taken at step ${step}`);
    await this.#tryOn(simulation, [action]);
    if (!simulation.now.ended) await simulation.playOn(() => this.#player.lengthen(), signal);
    signal.throwIfAborted();
    this.#screen.refresh();
    this.#games.end();
  }

  /** A game that is at the step on the screen. */
  async #beginHere(name: string, signal: AbortSignal): Promise<Simulation> {
    this.#view.tookOver();
    this.#player.pause();
    const { recording, episode, step } = this.#player;
    if (!recording) throw new Error('there is no episode to play on from');
    return await this.#games.beginAt(recording, { episode, step }, name, signal);
  }

  async #yourMove(simulation: Simulation): Promise<Phase> {
    if (simulation.now.ended) {
      this.#screen.refresh();
      return { kind: 'over', branch: simulation.branch };
    }
    await simulation.think();
    return { kind: 'yours', simulation };
  }

  async #move(simulation: Simulation, action: ArrayLike<number>): Promise<void> {
    await this.#attempt('Your move', async () => {
      await simulation.step(action, 'you');
      this.#player.lengthen();
      this.#player.moveBy(1);
      return await this.#yourMove(simulation);
    });
  }

  async #tryOther(simulation: Simulation, action: ArrayLike<number>): Promise<void> {
    await this.#attempt('What if', async () => {
      await this.#tryOn(simulation, action);
      return this.agent ? { kind: 'agents', simulation } : await this.#yourMove(simulation);
    });
    if (this.#phase.kind === 'agents') await this.#letAgentPlay(simulation);
  }

  /** Takes another action than the agent's, which begins a branch. */
  async #tryOn(simulation: Simulation, action: ArrayLike<number>): Promise<void> {
    const { branch, actionSpace } = simulation;
    await simulation.step(action, 'you');
    if (actionSpace.kind === 'discrete') branch.name += `: ${actionName(actionSpace, action[0] as number)}`;
    this.#screen.add(branch);
  }

  async #letAgentPlay(simulation: Simulation): Promise<void> {
    const { signal } = (this.#work = new AbortController());
    this.#setPhase({ kind: 'agents', simulation });
    await this.#attempt('The agent', async () => {
      await simulation.playOn(() => this.#player.lengthen(), signal);
      return IDLE;
    });
    if (signal.aborted) return;
    this.#games.end();
    this.#screen.refresh();
    if (this.#player.glides) this.#player.play(); // whoever wants less motion starts it by hand
  }

  /** Does something in place of what is going on. */
  async #do(what: string, work: (signal: AbortSignal) => Promise<Phase>): Promise<void> {
    this.#work.abort();
    const { signal } = (this.#work = new AbortController());
    this.#setPhase({ kind: 'busy', what });
    await this.#attempt(what, () => work(signal));
  }

  /** What is interrupted meanwhile leaves no trace. */
  async #attempt(what: string, work: () => Promise<Phase>): Promise<void> {
    const { signal } = this.#work;
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
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
