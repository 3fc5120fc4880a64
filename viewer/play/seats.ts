import type { PageDevice } from '../../src/device/inPage.ts';
import type { ReplayHeader } from '../../src/replay/format.ts';
import { environmentModuleUrl } from '../agent/addresses.ts';
import type { GameRequest } from '../agent/protocol.ts';
import type { AgentSource, FoundAgent } from './agentSource.ts';
import type { OwnGame } from './ownGame.ts';

type Who = Pick<GameRequest, 'environment' | 'module' | 'agent' | 'opponent' | 'choice'>;

/** Who is at the table: an agent that thinks along and can be handed the game, or one on the other side; and which game. */
export class Seats {
  readonly #source: AgentSource;
  readonly #failed: (error: unknown, what: string) => void;
  #own: OwnGame | null = null;
  #agent: FoundAgent | null = null;
  #device: PageDevice = 'simd';

  /** @param failed hears why there is no agent: a person can play without */
  constructor(source: AgentSource, failed: (error: unknown, what: string) => void) {
    this.#source = source;
    this.#failed = failed;
  }

  /** The game that did not begin as a replay; null where a replay is played on. */
  get own(): OwnGame | null {
    return this.#own;
  }

  /** Thinks along; null before anybody was asked for, and where there is nobody. */
  get agent(): FoundAgent | null {
    return this.#agent;
  }

  /** On the other side; null where that is nobody, or the environment itself. */
  get opponent(): FoundAgent | null {
    return this.#own?.opponent ?? null;
  }

  get device(): PageDevice {
    return this.#device;
  }

  /** For the agent of the replay that is open, from its next game on. */
  setDevice(device: PageDevice): void {
    this.#device = device;
    this.#agent = null;
  }

  /** Everybody leaves: another replay is open. */
  clear(): void {
    this.#own = this.#agent = null;
  }

  /** Those of a game without a replay to begin with. */
  sitDown(own: OwnGame): void {
    this.#own = own;
    this.#agent = own.agent;
  }

  /** Finds the agent of the replay that is open, and says who plays. */
  async of({ environment, step }: ReplayHeader): Promise<Who> {
    const run = this.#source.runOpen;
    if (!this.#own && run !== null) this.#agent ??= await this.#find(run, environment, step);
    const module = this.#own?.module ?? (run === null ? null : environmentModuleUrl(run));
    return { environment, module, ...seatsOf(this) };
  }

  async #find(run: string, environment: string, step: number | undefined): Promise<FoundAgent | null> {
    try {
      return await this.#source.find(run, { environment, step, device: this.#device });
    } catch (error) {
      this.#failed(error, 'The agent');
      return null;
    }
  }
}

/** What a request for a game says of those who are there. */
export function seatsOf({
  agent,
  opponent,
}: Record<'agent' | 'opponent', FoundAgent | null>): Pick<GameRequest, 'agent' | 'opponent' | 'choice'> {
  const { choice = 'likeliest' } = opponent ?? agent ?? {};
  return { agent: agent?.agent ?? null, opponent: opponent?.agent ?? null, choice };
}
