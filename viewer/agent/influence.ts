import type { Decided } from '../../agents/model/decided.ts';
import { occlude } from '../../agents/model/occlusion.ts';
import { saliency } from '../../agents/model/saliency.ts';
import { onPlainDevice } from '../../src/device/inPage.ts';
import type { Trained } from '../../src/playing.ts';
import type { Agent } from './agent.ts';
import type { DecisionRequest, OcclusionRequest } from './protocol.ts';

/** [parts + 1] distributions as a replay has them: with nothing hidden, then with each part hidden. */
export async function occludeFor({ mind }: Agent, request: OcclusionRequest): Promise<Float32Array[]> {
  const { neutral, parts, mask } = request;
  const { head } = mind.policy;
  const outputs = await occlude(mind.policy, decidedBy(mind, request), prepared(mind, neutral), parts);
  return outputs.map((output) => head.describe(output, mask));
}

/** [size], or null: see `saliency`. Of a quantity that the agent normalises it is by its deviation. */
export async function saliencyFor(agent: Agent, request: DecisionRequest): Promise<Float32Array | null> {
  return await onPlainDevice(async () => {
    const twin = (agent.twin ??= agent.restore());
    return await saliency(twin.policy, decidedBy(twin, request), request);
  });
}

/** @throws Error for an agent that is told a return: a replay does not hold which */
function decidedBy(mind: Trained, { past, fromStart, now }: DecisionRequest): Decided {
  if (mind.policy.condition)
    throw new Error(
      'This agent goes by a return that it is told, too, which a replay does not hold: “gymformer explain” with its run asks it with that return.',
    );
  return { past: prepared(mind, past), fromStart, now: prepared(mind, now) };
}

/** [rows, size], as the policy takes them. */
function prepared({ policy, normalizer }: Trained, observations: Float32Array): Float32Array {
  const rows = observations.length / policy.observationSize;
  return rows === 0 ? observations : normalizer(rows).apply(observations);
}
