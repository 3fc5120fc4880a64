import type { Branch } from './branch.ts';
import { BranchRecording } from './branchRecording.ts';

/** Another action than the agent's, counted from 0, at a step. */
export interface WhatIf {
  step: number;
  action: number;
}

/**
 * The what-ifs that lead to a branch, one after the other, so that whoever has the replay and its agent can play it again.
 *
 * @returns null where it did not come of them alone: a person played more than one step, the agent did not play to the
 *          end, or actions are not counted
 */
export function whatIfsOf(branch: Branch): WhatIf[] | null {
  return branch.ended ? pathTo(branch) : null;
}

/** `5:1,30:0`: at step 5 action 1, and then at step 30 of what came of it action 0. */
export function formatWhatIfs(asked: readonly WhatIf[]): string {
  return asked.map(({ step, action }) => `${step}:${action}`).join(',');
}

/** None where the text makes no sense. */
export function parseWhatIfs(text: string): WhatIf[] {
  if (!/^\d+:\d+(,\d+:\d+)*$/.test(text)) return [];
  return text.split(',').map((part) => {
    const [step, action] = part.split(':').map(Number) as [number, number];
    return { step, action };
  });
}

function pathTo(branch: Branch): WhatIf[] | null {
  const before = branchBefore(branch);
  const path = before ? pathTo(before) : [];
  const [first, second, ...more] = branch.stretches;
  const mixed = first?.hand !== 'you' || first.to !== first.from + 1 || second?.hand === 'you' || more.length > 0;
  const action = branch.moment(branch.from)?.decision?.action;
  if (!branch.base || !path || mixed || !action) return null;
  if (branch.base.header.actionSpace.kind !== 'discrete') return null;
  return [...path, { step: branch.from, action: action[0] as number }];
}

/** The branch that it goes off from, if it has steps of that one's own. */
function branchBefore({ base, episode, from }: Branch): Branch | null {
  let before = base;
  while (before instanceof BranchRecording) {
    const { branch } = before;
    if (branch.episode === episode && branch.from < from) return branch;
    before = branch.base;
  }
  return null;
}
