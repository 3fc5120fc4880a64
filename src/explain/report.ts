import { type Explanation, headName, type ReachPoint, type Weight } from './explanation.ts';
import { estimateText, lossText, lostText, number, percent } from './figures.ts';
import { sentencesOf } from './sentences.ts';

/** A part of a report: plain data, which a terminal, a file and a page each paint in their way. */
export type Block = { title: string; note: string } & (
  | { kind: 'bars'; rows: Bar[] }
  | { kind: 'grid'; columns: string[]; rows: { name: string; cells: (Cell | null)[] }[] }
  | { kind: 'curve'; points: CurvePoint[] }
);

export interface Bar {
  name: string;
  /** How long it is, from 0 to 1. */
  share: number;
  text: string;
}

export interface Cell {
  /** How strongly it is coloured, from 0 to 1. */
  share: number;
  text: string;
  title: string;
}

export interface CurvePoint {
  x: number;
  /** From 0 to 1, with its 95 % interval. */
  y: number;
  low: number;
  high: number;
  text: string;
}

export interface Report {
  title: string;
  /** What was found, the most important first. */
  sentences: string[];
  blocks: Block[];
  notes: string[];
}

const LISTED = 10;

/** What an explanation says, for a person. */
export function reportOf(explanation: Explanation): Report {
  const { environment, step, episodes, run, notes, complete } = explanation;
  const blocks = [
    headGrid(explanation),
    headBars(explanation),
    aloneBars(explanation),
    togetherBars(explanation),
    reachCurve(
      'How far memory reaches',
      'How much of the distribution over actions is another one when all older than the last k steps is forgotten.',
      explanation.reach,
    ),
    reachCurve(
      'What single past steps count for',
      'How much of it is another one when the step k before shows something neutral.',
      explanation.hiddenSteps,
    ),
    rolloutCurve(explanation),
    weightBars(
      'What it sees, hidden part by part',
      'How much of the distribution over actions moves.',
      explanation.occlusion,
    ),
    weightBars(
      'What it sees, by gradients',
      'Of the log-probability of the action that was taken, small changes only.',
      explanation.saliency,
    ),
    weightBars(
      'Where the encoder looked',
      'Attention weights, the mean over heads and decisions: not causes.',
      explanation.looked,
    ),
  ];
  return {
    title: `${environment}: what the policy of ${run} needs, after ${step.toLocaleString('en-US')} steps`,
    sentences: sentencesOf(explanation),
    blocks: blocks.filter((block) => block !== null),
    notes: [
      ...(complete ? [] : ['Not all was measured: it was interrupted.']),
      `Over ${episodes} episodes, the same with and without each head; intervals are of 95 %.`,
      ...notes,
    ],
  };
}

function headGrid({ heads }: Explanation): Block | null {
  if (!heads || heads.length === 0) return null;
  const most = Math.max(...heads.map(({ lost }) => lost.mean), 0);
  const columns = Math.max(...heads.map(({ head }) => head)) + 1;
  const layers = [...new Map(heads.map((head) => [rowName(head), head])).values()].sort(
    (a, b) => a.part.localeCompare(b.part) || a.layer - b.layer,
  );
  return {
    kind: 'grid',
    title: 'Return lost without each head',
    note: 'Its output set to zero before heads are mixed.',
    columns: Array.from({ length: columns }, (_, head) => `head ${head + 1}`),
    rows: layers.map(({ part, layer, ...any }) => ({
      name: rowName({ part, layer, ...any }),
      cells: Array.from({ length: columns }, (_, column) => {
        const found = heads.find((head) => head.part === part && head.layer === layer && head.head === column);
        return (
          found && {
            share: shareOf(found.lost.mean, most),
            text: number(found.lost.mean),
            title: `${headName(found)}: ${lostText(found)}`,
          }
        );
      }).map((cell) => cell ?? null),
    })),
  };
}

function rowName({ part, layer }: { part: string; layer: number }): string {
  return part === 'encoder' ? 'encoder' : `layer ${layer + 1}`;
}

function headBars({ heads }: Explanation): Block | null {
  if (!heads || heads.length === 0) return null;
  const most = Math.max(...heads.map(({ lost }) => lost.mean), 0);
  return {
    kind: 'bars',
    title: 'Heads by what they carry',
    note: 'Return lost when the head is silent, and the return that is left.',
    rows: heads
      .slice(0, LISTED)
      .map((head) => ({ name: headName(head), share: shareOf(head.lost.mean, most), text: lossText(head) })),
  };
}

function aloneBars({ heads, none, baseline }: Explanation): Block | null {
  const rows = (heads ?? []).flatMap(({ alone, ...head }) => (alone && none ? [{ head, alone, none }] : []));
  if (rows.length === 0 || !baseline) return null;
  return {
    kind: 'bars',
    title: 'Heads alone',
    note: 'Return with one head, all others that look back being silent; the bar is the share that it keeps of what they all bring.',
    rows: rows
      .toSorted((a, b) => b.alone.mean - a.alone.mean)
      .slice(0, LISTED)
      .map(({ head, alone, none }) => ({
        name: headName(head),
        share: shareOf(alone.mean - none.return.mean, baseline.return.mean - none.return.mean),
        text: estimateText(alone),
      })),
  };
}

function togetherBars({ together, none }: Explanation): Block | null {
  if (!together || together.length === 0 || !none) return null;
  return {
    kind: 'bars',
    title: 'Heads silenced together',
    note: 'One more each time, that which lowers the return most (greedily).',
    rows: [
      ...together.map(({ heads, ...loss }) => ({
        name:
          heads.length === 1
            ? headName(heads[0] as (typeof heads)[number])
            : `and ${headName(heads.at(-1) as (typeof heads)[number])}`,
        share: shareOf(loss.lost.mean, none.lost.mean),
        text: lossText(loss),
      })),
      { name: 'all that look back', share: 1, text: lossText(none) },
    ],
  };
}

function reachCurve(title: string, note: string, points: readonly ReachPoint[] | null): Block | null {
  if (!points || points.length === 0) return null;
  return {
    ...{ kind: 'curve', title, note },
    points: points.map(({ k, distance: { mean, ci }, changed, decisions }) => ({
      ...{ x: k, y: mean, low: ci[0], high: ci[1] },
      text: `${percent(mean)}${changed === null ? '' : `, another likeliest action in ${percent(changed)}`}, of ${decisions} decisions`,
    })),
  };
}

function rolloutCurve({ rollout }: Explanation): Block | null {
  if (!rollout || rollout.length === 0) return null;
  return {
    kind: 'curve',
    title: 'Attention rollout',
    note: 'How much the step so many before could reach a decision through all layers: what flows, not what it does.',
    points: rollout.map((weight, lag) => ({ x: lag, y: weight, low: weight, high: weight, text: percent(weight) })),
  };
}

function weightBars(title: string, note: string, weights: readonly Weight[] | null): Block | null {
  if (!weights || weights.length === 0) return null;
  const most = weights[0]?.value ?? 0;
  const rows = weights
    .slice(0, LISTED)
    .map(({ name, value }) => ({ name, share: shareOf(value, most), text: number(value) }));
  return { kind: 'bars', title, note, rows };
}

/** What an SVG draws of a curve: its line, the band of its intervals, where it ends and how high it goes. */
export function curvePaths(
  points: readonly CurvePoint[],
  { width, height }: { width: number; height: number },
): { line: string; band: string; last: number; most: number } {
  const last = points.at(-1)?.x ?? 0;
  const most = Math.max(...points.map(({ high }) => high), 1e-9);
  const at = (x: number, y: number): string =>
    `${((x / Math.max(last, 1)) * width).toFixed(1)},${(height * (1 - y / most)).toFixed(1)}`;
  const path = (places: readonly string[]): string => `M${places.join('L')}`;
  return {
    line: path(points.map(({ x, y }) => at(x, y))),
    band: `${path([...points.map(({ x, high }) => at(x, high)), ...points.toReversed().map(({ x, low }) => at(x, low))])}Z`,
    last,
    most,
  };
}

function shareOf(value: number, most: number): number {
  return most > 0 ? Math.min(Math.max(value / most, 0), 1) : 0;
}
