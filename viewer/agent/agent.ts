import {
  type Config,
  decodeSafetensors,
  describePolicy,
  restorePolicy,
  type Trained,
  type TrainedState,
} from '../../src/playing.ts';
import { get } from './answer.ts';
import { findEnvironment } from './environment.ts';
import type { AgentDescription, AgentRequest } from './protocol.ts';

/** An agent that is loaded. */
export interface Agent {
  mind: Trained;
  /** The same on TFJS's own device, where layers have gradients to what they see; null before one was asked for. */
  twin: Trained | null;
  /** Makes it once more, on the device that is open. */
  restore: () => Trained;
  description: AgentDescription;
}

/** What the server says of a checkpoint: see server/agents.ts. */
interface AgentEntry {
  run: string;
  checkpoint: string;
  environment: string;
  config: Config;
  state: TrainedState;
}

/**
 * Loads an agent from the server, for the environment that it is to play in.
 *
 * @param agent its number
 * @throws Error when the server does not have it, or it does not fit the environment: with both shapes
 */
export async function loadAgent({ url, ...request }: AgentRequest, agent: number): Promise<Agent> {
  const { run, checkpoint, environment, config, state } = (await (await get(url)).json()) as AgentEntry;
  const name = `checkpoint ${checkpoint} of ${run}`;
  // By its own name: `latest` may by now be another.
  const weights = new URL(`${checkpoint}/policy.safetensors`, url);
  const bytes = new Uint8Array(await (await get(weights)).arrayBuffer());
  const { tensors } = decodeSafetensors(bytes, name);
  const spec = await findEnvironment(request);
  const restore = (): Trained => restorePolicy({ config, state, weights: tensors, name }, spec);
  const mind = restore();
  const policy = describePolicy(config, mind.policy);
  const { evalActions: choice } = config;
  return {
    mind,
    twin: null,
    restore,
    description: { agent, run, checkpoint, step: mind.step, environment, policy, choice },
  };
}
