import { describeSpace } from '../../envs/spaces.ts';
import { ReplayEncoder } from '../../src/replay/format.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import { agentUrl, environmentModuleUrl } from '../agent/addresses.ts';
import { AgentError } from '../agent/client.ts';
import type { AgentClient } from '../agent/client.ts';
import type { AgentDescription, AgentRequest, EnvironmentDescription } from '../agent/protocol.ts';
import { VERSION } from '../play/version.ts';
import type { MainEpisode, Playing } from './compared.ts';

const MOST_STEPS = 100_000; // of an environment that never ends

/**
 * An agent plays the main episode's environment from its seed, in the client's worker.
 *
 * @returns the bytes of a replay with that episode in it
 * @throws AgentError when there is no such checkpoint, or it does not fit the environment: with both shapes
 */
export async function playEpisode(
  client: AgentClient,
  { run, checkpoint }: { run: string; checkpoint: string },
  { header, seed }: MainEpisode,
  { signal, progress }: Playing,
): Promise<Uint8Array> {
  const where = { environment: header.environment, module: environmentModuleUrl(run) };
  const agent = await loadAgent(client, { url: agentUrl(run, checkpoint), ...where }, header, signal);
  const seats = { agent: agent.agent, opponent: null, choice: agent.choice };
  const { game, observationSpace, actionSpace } = await client.request(
    'begin',
    { ...where, seed, actions: [], ...seats },
    { signal },
  );
  try {
    const { step, policy } = agent;
    const spaces = { observationSpace, actionSpace };
    const createdAt = new Date().toISOString();
    const own = { gymformer: VERSION, createdAt, run: agent.run, step, policy };
    const writer = new EpisodeWriter({ ...header, ...spaces, ...own }, seed);
    const onTold = ({ moments }: { moments: Moment[] }): void => progress(writer.add(moments));
    const { observation, scene } = await client.request('play', { game, steps: MOST_STEPS }, { signal, onTold });
    writer.add([{ observation, scene, decision: null }]);
    return writer.finish();
  } finally {
    await client.request('end', { game }).catch(() => null); // the worker may be gone, and the game with it
  }
}

/** Loads it, and where that fails since it learned in another environment says both shapes. */
async function loadAgent(
  client: AgentClient,
  request: AgentRequest,
  { environment, observationSpace, actionSpace }: ReplayHeader,
  signal: AbortSignal,
): Promise<AgentDescription> {
  try {
    return await client.request('load', request, { signal });
  } catch (error) {
    const learned = await learnedIn(client, request).catch(() => null);
    if (signal.aborted || !learned || learned.environment === environment) throw error;
    const shape = (spaces: Pick<ReplayHeader, 'observationSpace' | 'actionSpace'>): string =>
      `${describeSpace(spaces.observationSpace)} and takes ${describeSpace(spaces.actionSpace)}`;
    const [own, wanted] = [shape(learned), shape({ observationSpace, actionSpace })];
    const shapes = `It learned in ${learned.environment}, which shows ${own}; ${environment} shows ${wanted}`;
    throw new AgentError(`${(error as Error).message}. ${shapes}.`, { cause: error });
  }
}

/** The environment that an agent learned in. */
async function learnedIn(client: AgentClient, { url, module }: AgentRequest): Promise<EnvironmentDescription> {
  const { environment } = (await (await fetch(url)).json()) as { environment: string }; // our own server's answer
  return client.request('describe', { environment, module });
}

/** Writes a replay of one episode. */
class EpisodeWriter {
  readonly #encoder: ReplayEncoder;
  readonly #chunks: Uint8Array[];
  #moments = 0;

  constructor(header: ReplayHeader, seed: number) {
    this.#encoder = new ReplayEncoder(header);
    this.#chunks = [this.#encoder.prelude()];
    this.#encoder.begin(seed);
  }

  /** @returns how many moments there are now */
  add(moments: readonly Moment[]): number {
    for (const moment of moments) {
      const bytes = this.#encoder.add(moment);
      if (bytes) this.#chunks.push(bytes);
    }
    return (this.#moments += moments.length);
  }

  finish(): Uint8Array {
    this.#chunks.push(this.#encoder.end(), this.#encoder.finish());
    const bytes = new Uint8Array(this.#chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }
}
