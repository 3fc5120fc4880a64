import type { Space } from '../../envs/spaces.ts';
import type { Decision } from '../../src/replay/format.ts';
import { element } from '../page/dom.ts';
import { isBounded } from './observationPanel.ts';
import { Meter, share } from '../page/meter.ts';
import { formatShare, formatSigned } from '../page/numbers.ts';

/** Shows a decision; null where the episode is over. */
type Update = (decision: Decision | null) => void;

const NOTHING = '\u2014';

/** Builds the rows of an action under `parent`; what it returns brings them up to date. */
export function buildAction(space: Space, parent: HTMLElement): Update {
  switch (space.kind) {
    case 'discrete':
      return buildChoice(space.n, space.names, parent, { at: 0, offset: 0 });
    case 'multiDiscrete':
      return buildParts(space.n, space.names, parent);
    case 'multiBinary':
      return buildSwitches(space.n, space.names, parent);
    case 'box':
      return buildContinuous(space.size, space, parent);
    case 'text':
    case 'tuple':
    case 'dict':
      return buildNumbers(parent);
    default:
      return space satisfies never;
  }
}

/** The chosen action in words, for the caption under the picture. */
export function describeAction(
  space: Space,
  { action, distribution }: Pick<Decision, 'action' | 'distribution'>,
): string {
  const numbers = Array.from(action);
  if (space.kind === 'discrete') {
    const index = numbers[0] ?? 0;
    const probability = distribution?.[index];
    const name = space.names?.[index] ?? `action ${index + space.start}`;
    return probability === undefined ? name : `${name} \u00b7 ${formatShare(probability)}`;
  }
  if (space.kind === 'multiBinary') {
    const on = numbers.flatMap((bit, i) => (bit ? [space.names?.[i] ?? `switch ${i + 1}`] : []));
    return on.join(', ') || 'nothing';
  }
  if (space.kind === 'multiDiscrete')
    return numbers.map((number, i) => `${space.names?.[i] ?? `part ${i + 1}`} ${number}`).join(', ');
  if (space.kind !== 'box') return numbers.join(' ');
  return numbers
    .map((number, i) => [space.names?.[i], formatSigned(number), space.units?.[i]].filter(Boolean).join(' '))
    .join(', ');
}

/** One of `n`: action number `at`, whose probabilities and mask start at `offset`. */
function buildChoice(
  n: number,
  names: readonly string[] | undefined,
  parent: HTMLElement,
  { at, offset }: { at: number; offset: number },
): Update {
  const meters = Array.from({ length: n }, (_, i) => new Meter(names?.[i] ?? `action ${i}`));
  parent.append(...meters.map((meter) => meter.root));
  return (decision) =>
    meters.forEach((meter, i) => {
      const chosen = decision?.action[at] === i;
      const masked = decision?.mask ? !decision.mask[offset + i] : false;
      const probability = decision?.distribution?.[offset + i];
      meter.setState(chosen ? 'chosen' : masked ? 'masked' : null);
      const text = masked ? 'masked' : probability === undefined ? NOTHING : formatShare(probability);
      meter.showSpan(0, probability ?? Number(chosen), text);
    });
}

function buildParts(n: readonly number[], names: readonly string[] | undefined, parent: HTMLElement): Update {
  let offset = 0;
  const updates = n.map((size, at) => {
    parent.append(element('li', { class: 'part' }, names?.[at] ?? `part ${at + 1}`));
    const labels = Array.from({ length: size }, (_, i) => String(i));
    const update = buildChoice(size, labels, parent, { at, offset });
    offset += size;
    return update;
  });
  return (decision) => updates.forEach((update) => update(decision));
}

/** The probability that each switch is on; those that are on are the chosen ones. */
function buildSwitches(n: number, names: readonly string[] | undefined, parent: HTMLElement): Update {
  const meters = Array.from({ length: n }, (_, i) => new Meter(names?.[i] ?? `switch ${i + 1}`));
  parent.append(...meters.map((meter) => meter.root));
  return (decision) =>
    meters.forEach((meter, i) => {
      const on = decision?.action[i] === 1;
      const probability = decision?.distribution?.[i];
      meter.setState(on ? 'chosen' : null);
      meter.showSpan(0, probability ?? Number(on), probability === undefined ? NOTHING : formatShare(probability));
    });
}

/** Mean and spread of each component's Gaussian as a bar, the number that was drawn from it as a mark. */
function buildContinuous(
  size: number,
  { low, high, names, units }: Extract<Space, { kind: 'box' }>,
  parent: HTMLElement,
): Update {
  const meters = Array.from(
    { length: size },
    (_, i) => new Meter(names?.[i] ?? (size === 1 ? 'action' : `action ${i + 1}`)),
  );
  const spreads = meters.map(() => element('li', { class: 'spread' }));
  meters.forEach((meter, i) => parent.append(meter.root, spreads[i] as HTMLElement));
  return (decision) =>
    meters.forEach((meter, i) => {
      const [action, mean, deviation] = [
        decision?.action[i],
        decision?.distribution?.[i],
        decision?.distribution?.[size + i],
      ];
      const drawn = action ?? 0;
      const reach = Math.max(1, Math.abs(drawn), Math.abs(mean ?? 0) + 2 * (deviation ?? 0));
      const bounds = isBounded(low[i], high[i])
        ? { low: low[i] as number, high: high[i] as number }
        : { low: -reach, high: reach };
      const place = (value: number): number => share(value, bounds.low, bounds.high);
      const text = action === undefined ? NOTHING : [formatSigned(action), units?.[i]].filter(Boolean).join(' ');
      const hasSpread = mean !== undefined && deviation !== undefined;
      meter.setState(action === undefined ? null : 'chosen');
      meter.showSpan(
        hasSpread ? place(mean - deviation) : place(0),
        hasSpread ? place(mean + deviation) : place(drawn),
        text,
      );
      meter.showMark(place(drawn));
      (spreads[i] as HTMLElement).textContent = hasSpread
        ? `drawn from ${formatSigned(mean)} \u00b1 ${formatSigned(deviation).replace('+', '')}`
        : '';
    });
}

function buildNumbers(parent: HTMLElement): Update {
  const row = element('li', { class: 'meter word' });
  parent.append(row);
  return (decision) => (row.textContent = decision ? Array.from(decision.action).join(' ') : NOTHING);
}
