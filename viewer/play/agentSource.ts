import { agentUrl, checkpointsUrl, environmentModuleUrl } from '../agent/addresses.ts';
import type { AgentClient } from '../agent/client.ts';
import type { PageDevice } from '../../src/device/inPage.ts';
import type { AgentDescription, DeviceDescription } from '../agent/protocol.ts';
import { groupThousands } from '../page/numbers.ts';
import type { CheckpointEntry, RunEntry } from '../../src/server/listing.ts';

/** An agent to play with, and what to say of it. */
export interface FoundAgent extends AgentDescription {
  device: DeviceDescription;
  /** Why it is not the one that is wanted; null where it is. */
  instead: string | null;
}

/** Finds agents: on the server, of the runs that it has. */
export class AgentSource {
  readonly #client: AgentClient;
  readonly #openId: () => string | null;
  #runs: readonly RunEntry[] = [];

  /** @param openId says which of the server's replays is open */
  constructor(client: AgentClient, openId: () => string | null) {
    this.#client = client;
    this.#openId = openId;
  }

  setRuns(runs: readonly RunEntry[]): void {
    this.#runs = runs;
  }

  /** Id of the run that the open replay is of; null for a file, and for replays without a run. */
  get runOpen(): string | null {
    const openId = this.#openId();
    const run = this.#runs.find(({ replays }) => replays.some(({ id }) => id === openId));
    return run && run.algo !== '' ? run.id : null; // replays alone are listed as a run that learned by no algorithm
  }

  /**
   * The agent of a run, as it was after so many steps, or as near to that as there is a checkpoint.
   *
   * @param environment  that it is to act in
   * @param step         undefined: at its best
   * @throws AgentError when it cannot be loaded, or does not fit the environment
   */
  async find(
    run: string,
    { environment, step, device }: { environment: string; step: number | undefined; device: PageDevice },
  ): Promise<FoundAgent> {
    const checkpoints = await this.#checkpoints(run);
    const found = step === undefined ? checkpoints.find(({ best }) => best) : nearest(checkpoints, step);
    if (!found) throw new Error(`${run} has no checkpoint yet`);
    const opened = await this.#client.request('open', { device });
    const request = { url: agentUrl(run, found.name), environment, module: environmentModuleUrl(run) };
    const agent = await this.#client.request('load', request);
    const instead =
      step === undefined || step === agent.step
        ? null
        : `there is no checkpoint of step ${groupThousands(step)}, this is the nearest`;
    return { ...agent, device: opened, instead };
  }

  async #checkpoints(run: string): Promise<CheckpointEntry[]> {
    const response = await fetch(checkpointsUrl(run));
    if (!response.ok) throw new Error(`the server has no agent of ${run} (it answered ${response.status})`);
    return (await response.json()) as CheckpointEntry[]; // our own server's answer
  }
}

function nearest(checkpoints: readonly CheckpointEntry[], step: number): CheckpointEntry | undefined {
  const distance = (entry: CheckpointEntry): number => Math.abs(entry.step - step);
  return [...checkpoints].sort((a, b) => distance(a) - distance(b))[0];
}
