import { openDeviceInPage, type PageDevice } from '../../src/device/inPage.ts';
import { type Agent, loadAgent } from './agent.ts';
import { findEnvironment } from './environment.ts';
import type { AgentRequest, Beginning, Call, DeviceDescription, GameRequest } from './protocol.ts';
import { Table } from './table.ts';

/** Where agents play: the device that they run on, those that are loaded, and the tables that games are played at. */
export class Room {
  #device: DeviceDescription | null = null;
  #wanted: PageDevice | null = null;
  /** By their numbers. */
  readonly #agents: Agent[] = [];
  /** Numbers of agents by what was asked for. */
  readonly #loaded = new Map<string, number>();
  readonly #tables = new Map<number, Table>();
  #games = 0;

  /**
   * Opens a device; another one than before takes the place of it, without the agents and games that were on that.
   *
   * @throws Error when not even the slowest can be opened
   */
  async open(wanted: PageDevice): Promise<DeviceDescription> {
    if (this.#device && wanted === this.#wanted) return this.#device;
    for (const game of this.#tables.keys()) this.end(game);
    for (const { mind, twin } of this.#agents) for (const trained of [mind, twin]) trained?.policy.dispose();
    this.#agents.length = 0;
    this.#loaded.clear();
    const { name: device, detail, instead } = await openDeviceInPage(wanted);
    this.#wanted = wanted;
    return (this.#device = { device, detail, instead });
  }

  /** @throws Error when it cannot be loaded, or does not fit the environment */
  async load(request: AgentRequest): Promise<Agent> {
    const key = JSON.stringify([request.url, request.environment]);
    const known = this.#agents[this.#loaded.get(key) ?? -1];
    if (known) return known;
    if (!this.#device) await this.open('simd');
    const agent = await loadAgent(request, this.#agents.length);
    this.#agents.push(agent);
    this.#loaded.set(key, agent.description.agent);
    return agent;
  }

  /** @throws EnvError; Error when the environment cannot be run here, or an agent is not loaded */
  async begin(request: GameRequest, call: Call<'begin'>): Promise<Beginning> {
    const { agent, opponent, actions } = request;
    if (opponent !== null && this.#device?.device === 'webgpu')
      throw new Error('an opponent has to answer at once, which an agent on a GPU cannot: choose another device');
    const seats = { agent: this.#mind(agent), opponent: this.#mind(opponent) };
    const table = new Table(await findEnvironment(request), request, seats);
    try {
      const past = await table.repeat(actions, call);
      const game = ++this.#games;
      this.#tables.set(game, table);
      return { game, ...table.spaces, takesPointer: table.takesPointer, past, now: table.now };
    } catch (error) {
      table.dispose();
      throw error;
    }
  }

  /** @throws Error when there is no such game */
  table(game: number): Table {
    const table = this.#tables.get(game);
    if (!table) throw new Error(`there is no game ${game}: it was ended`);
    return table;
  }

  end(game: number): null {
    this.#tables.get(game)?.dispose();
    this.#tables.delete(game);
    return null;
  }

  /** @throws Error when it is not loaded */
  agent(agent: number): Agent {
    const found = this.#agents[agent];
    if (!found) throw new Error(`there is no agent ${agent}: it was not loaded on this device`);
    return found;
  }

  #mind(agent: number | null): Agent['mind'] | null {
    return agent === null ? null : this.agent(agent).mind;
  }
}
