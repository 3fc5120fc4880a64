import type { ReplayHeader } from '../../src/replay/format.ts';
import { describeAction } from '../inspector/actionPanel.ts';
import { componentLabels } from '../../envs/componentLabels.ts';
import { formatNumber } from '../page/numbers.ts';
import type { Difference } from './divergence.ts';

/** A difference for a person: what differs, and its value in the one and in the other. */
export interface DifferenceText {
  what: string;
  values: readonly [string, string];
}

/** @param header of either recording: they are of one environment */
export function describeDifference(difference: Difference, header: ReplayHeader): DifferenceText {
  switch (difference.what) {
    case 'observation': {
      const { component, count } = difference;
      const label = componentLabels(header.observationSpace)[component] ?? `number ${component + 1}`;
      const more = count > 1 ? ` and ${count - 1} more` : '';
      return { what: label + more, values: formatApart(...difference.values) };
    }
    case 'action': {
      const [one, other] = difference.values.map((action) =>
        describeAction(header.actionSpace, { action, distribution: null }),
      );
      return { what: 'action', values: [one as string, other as string] };
    }
    case 'reward':
      return { what: 'reward', values: formatApart(...difference.values) };
    case 'end': {
      const [one, other] = difference.values.map((end) => (end === 'cut' ? 'the recording stops' : end));
      return { what: 'end', values: [one as string, other as string] };
    }
    default:
      return difference satisfies never;
  }
}

/** Two numbers with as many digits as it takes to see that they differ. */
function formatApart(one: number, other: number): [string, string] {
  const short = [formatNumber(one), formatNumber(other)] as const;
  if (short[0] !== short[1]) return [...short];
  return [one.toPrecision(7), other.toPrecision(7)];
}
