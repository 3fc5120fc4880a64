import type { PageDevice } from '../../src/device/inPage.ts';
import type { AgentClient } from '../agent/client.ts';

import type { ReplayHeader } from '../../src/replay/format.ts';
import { environmentModuleUrl, playedModuleUrl } from '../agent/addresses.ts';
import type { AgentSource, FoundAgent } from './agentSource.ts';
import { VERSION } from './version.ts';

/** Which game to play: an environment, and the run whose agent is to be there. */
export interface GameWanted {
  environment: string;
  /** Id of the run; null for nobody. */
  against: string | null;
  /** Of the first episode; null for any. */
  seed: number | null;
}

/** A game that is played without a replay to begin with. */
export interface OwnGame {
  header: ReplayHeader;
  environment: string;
  /** Where the environment's program is, if it is not built in. */
  module: string;
  seed: number;
  /** On the other side, in a game for two. */
  opponent: FoundAgent | null;
  /** Thinks along, and can be handed the game, elsewhere. */
  agent: FoundAgent | null;
}

/** @throws AgentError when the environment cannot be run here, or the agent does not fit it */
export async function prepareGame(
  client: AgentClient,
  source: AgentSource,
  { environment: wanted, against, seed }: GameWanted,
  device: PageDevice,
): Promise<OwnGame> {
  const module = against === null ? playedModuleUrl() : environmentModuleUrl(against);
  const described = await client.request('describe', { environment: wanted, module });
  const { observationSpace, actionSpace, versus } = described;
  const environment = (against === null ? null : versus) ?? described.environment;
  const found = against === null ? null : await source.find(against, { environment, step: undefined, device });
  const isForTwo = found !== null && versus !== null;
  const policy = found && !isForTwo ? { policy: found.policy, step: found.step } : {};
  const createdAt = new Date().toISOString();
  return {
    header: { environment, observationSpace, actionSpace, createdAt, gymformer: VERSION, ...policy },
    environment,
    module,
    seed: seed ?? randomSeed(),
    opponent: isForTwo ? found : null,
    agent: isForTwo ? null : found,
  };
}

/** Any seed that a replay can hold, 0 to 2^31 - 1. */
export function randomSeed(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1));
  return bits >>> 1;
}
