import type { SceneMoment, SceneState } from '../../envs/customScene.ts';
import { unflatten } from '../../envs/spaces.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';

/** What a scene of one's own is to show at a position, whole or between two steps; null where there is no such moment. */
export function sceneStateAt(
  position: number,
  header: ReplayHeader,
  momentAt: (step: number) => Moment | null,
): { state: SceneState; alpha: number } | null {
  const step = Math.floor(position);
  const [moment, next] = [momentAt(step), momentAt(step + 1)];
  if (!moment) return null;
  const state = { ...describe(moment, step, header), next: next && describe(next, step + 1, header) };
  return { state, alpha: position - step };
}

function describe({ observation, scene, decision }: Moment, step: number, header: ReplayHeader): SceneMoment {
  return {
    step,
    observation: unflatten(header.observationSpace, observation),
    drawn: scene,
    outcome: decision && {
      action: unflatten(header.actionSpace, decision.action),
      reward: decision.reward,
      terminated: decision.terminated,
      truncated: decision.truncated,
      info: decision.info,
    },
  };
}
