import type { AgentClient } from '../agent/client.ts';
import type { GameRequest } from '../agent/protocol.ts';
import type { Moment } from '../../src/replay/format.ts';
import type { Place, Recording } from '../time/player.ts';
import { Branch, type BranchOptions } from './branch.ts';
import type { Seats } from './seats.ts';
import { Simulation } from './simulation.ts';

/** The game that is under way in the worker: one at a time. */
export class Games {
  readonly #client: AgentClient;
  readonly #seats: Seats;
  readonly #busy: (what: string) => void;
  #simulation: Simulation | null = null;

  /** @param busy hears what is being done while a game begins */
  constructor(client: AgentClient, seats: Seats, busy: (what: string) => void) {
    this.#client = client;
    this.#seats = seats;
    this.#busy = busy;
  }

  /**
   * A game, in place of the one before.
   *
   * @param options of the branch that it becomes
   */
  async begin(request: Omit<GameRequest, 'seed'>, options: BranchOptions, signal: AbortSignal): Promise<Simulation> {
    this.end();
    const { seed } = options;
    const onTold = ({ steps }: { steps: number }): void =>
      this.#busy(`Playing step ${steps} of ${request.actions.length} again`);
    const makeBranch = (last: Moment): Branch => new Branch(options, last);
    return (this.#simulation = await Simulation.begin(this.#client, { ...request, seed }, makeBranch, {
      signal,
      onTold,
    }));
  }

  /**
   * A game that is at a step of a recording, with those who are there.
   *
   * @throws Error when the episode is over there
   */
  async beginAt(
    recording: Recording,
    { episode, step }: Required<Place>,
    name: string,
    signal: AbortSignal,
  ): Promise<Simulation> {
    const summary = recording.episodes[episode];
    if (!summary) throw new Error('there is no episode to play on from');
    const options = { base: recording, episode, seed: summary.seed, from: step, name };
    const actions = Array.from({ length: step }, (_, t) => recording.moment(episode, t).decision?.action ?? []);
    const simulation = await this.begin({ ...(await this.#seats.of(recording.header)), actions }, options, signal);
    if (!simulation.now.ended) return simulation;
    throw new Error('the episode is over at this step: go back to an earlier one');
  }

  end(): void {
    this.#simulation?.end().catch(() => {}); // with a worker that is gone, it has ended
    this.#simulation = null;
  }
}
