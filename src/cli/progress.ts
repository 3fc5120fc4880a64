import { environmentName } from '../plugins.ts';
import type {
  EvalEvent,
  HeldOutEvent,
  InitReport,
  StartEvent,
  TrainEvent,
  UpdateEvent,
  WorkerRestartedEvent,
} from '../metrics.ts';
import { downloadDisplay } from './download.ts';
import { formatCount, formatDuration, formatNumber, sparkline } from './format.ts';
import { colours, say } from './output.ts';
import { shortPath } from './runs.ts';

/** Shows a person how training goes, on standard error. */
export interface Progress {
  show(event: TrainEvent): void;
  /** Says something between two states of the display. */
  say(line: string): void;
}

/** Time between two lines of a log. */
const PLAIN_EVERY_MS = 5000;
/** Time between two states of a live display. */
const LIVE_EVERY_MS = 100;
const BAR_WIDTH = 30;

/** A line now and then, for logs. */
export class PlainProgress implements Progress {
  readonly #download = downloadDisplay();
  #shownAt = -Infinity;
  #steps = 0;

  show(event: TrainEvent): void {
    switch (event.event) {
      case 'start':
        this.#steps = event.steps;
        this.say(describeStart(event));
        return;
      case 'update':
        if (performance.now() - this.#shownAt < PLAIN_EVERY_MS && event.step < this.#steps) return;
        this.#shownAt = performance.now();
        this.say(
          `${formatCount(event.step)} of ${formatCount(this.#steps)} steps, ${describeSpeed(event, this.#steps)}, ${describeReturn(event)}`,
        );
        return;
      case 'eval':
        this.say(describeEvaluation(event));
        return;
      case 'heldOut':
        this.say(describeHeldOut(event));
        return;
      case 'workerRestarted':
        this.say(`warning: ${describeRestart(event)}`);
        return;
      case 'warning':
        this.say(`warning: ${event.message}`);
        return;
      case 'download':
        this.#download(event);
        return;
      case 'checkpoint':
      case 'replay':
      case 'snapshot':
      case 'done':
        return;
      default:
        event satisfies never;
    }
  }

  say(line: string): void {
    say(line);
  }
}

/** A block of lines that is painted over and over, for terminals. */
export class LiveProgress implements Progress {
  readonly #paint = colours(process.stderr);
  readonly #download = downloadDisplay();
  #start: StartEvent | undefined;
  #update: UpdateEvent | undefined;
  readonly #returns: number[] = [];
  #painted: string[] = [];
  #paintedAt = -Infinity;

  show(event: TrainEvent): void {
    switch (event.event) {
      case 'start':
        this.#start = event;
        this.say(describeStart(event));
        return;
      case 'update':
        this.#update = event;
        if (event.meanReturn !== null) this.#returns.push(event.meanReturn);
        if (performance.now() - this.#paintedAt > LIVE_EVERY_MS) this.#repaint();
        return;
      case 'eval':
        this.say(describeEvaluation(event));
        return;
      case 'heldOut':
        this.say(describeHeldOut(event));
        return;
      case 'workerRestarted':
        this.say(this.#paint.yellow(`warning: ${describeRestart(event)}`));
        return;
      case 'warning':
        this.say(this.#paint.yellow(`warning: ${event.message}`));
        return;
      case 'done':
        this.#repaint();
        return;
      case 'download':
        this.#download(event);
        return;
      case 'checkpoint':
      case 'replay':
      case 'snapshot':
        return;
      default:
        event satisfies never;
    }
  }

  say(line: string): void {
    process.stderr.write(`${this.#erased()}${line}\n`);
    this.#repaint();
  }

  #repaint(): void {
    if (!this.#start || !this.#update) return;
    const erased = this.#erased();
    this.#painted = this.#block(this.#start, this.#update);
    this.#paintedAt = performance.now();
    process.stderr.write(`${erased}${this.#painted.join('\n')}\n`);
  }

  /** What takes the block off the screen: up to its first line, then clear to the end. */
  #erased(): string {
    const lines = this.#painted.length;
    this.#painted = [];
    return lines > 0 ? `\u001b[${lines}F\u001b[0J` : '';
  }

  #block({ steps }: StartEvent, update: UpdateEvent): string[] {
    const { cyan, dim, bold } = this.#paint;
    const share = Math.min(update.step / steps, 1);
    const full = Math.round(share * BAR_WIDTH);
    const bar = cyan('━'.repeat(full)) + dim('─'.repeat(BAR_WIDTH - full));
    const width = Math.min((process.stderr.columns ?? 80) - 1, 100);
    const line = sparkline(this.#returns, Math.max(width - 46, 10));
    return [
      fit(
        [
          bar,
          bold(`${Math.floor(share * 100)} %`.padStart(5)),
          `${formatCount(update.step)} steps`,
          dim(describeSpeed(update, steps)),
        ],
        width,
      ),
      fit(
        [describeReturn(update).padEnd(BAR_WIDTH), cyan(line), dim(`${formatCount(update.episodes)} episodes`)],
        width,
      ),
    ];
  }
}

/** As many of the parts as the width of the terminal holds, so that no line wraps. */
function fit(parts: readonly string[], width: number): string {
  let line = '';
  let length = 0;
  for (const part of parts) {
    // oxlint-disable-next-line no-control-regex -- colours take no room
    const partLength = part.replace(/\u001b\[\d+m/g, '').length + (line ? 2 : 0);
    if (length + partLength > width) break;
    line += (line ? '  ' : '') + part;
    length += partLength;
  }
  return line;
}

function describeStart(event: StartEvent): string {
  const { environment, policy, algo, device, parameters, totalParameters, step, init } = event;
  const from = step > 0 ? ` · resumed at step ${formatCount(step)}` : '';
  const learning = parameters < totalParameters ? `, of which ${formatCount(parameters)} learn` : '';
  const line = `${environmentName(environment)} · ${policy} · ${algo} · ${device} · ${formatCount(totalParameters)} parameters${learning}${from}`;
  return init ? `${line}\n${describeInit(init)}` : line;
}

function describeInit({ from, environment, step, taken, new: fresh, statistics }: InitReport): string {
  const source = `${shortPath(from)} (${environmentName(environment)}, ${formatCount(step)} steps)`;
  const also = statistics ? ', and statistics of observations' : '';
  return `from ${source}: taken ${describeTensors(taken)}${also}; new ${describeTensors(fresh)}`;
}

/** By the parts of the policy that they belong to: "9 of transformer, 2 of head". */
function describeTensors(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const part = /[.]lora[AB]$/.test(name) ? 'adapters' : (name.split('.')[0] as string);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts].map(([part, count]) => `${count} of ${part}`).join(', ') || 'nothing';
}

function describeSpeed({ step, stepsPerSecond }: UpdateEvent, steps: number): string {
  const left = Math.max(steps - step, 0) / stepsPerSecond;
  return `${formatCount(stepsPerSecond)} steps/s, ${left > 0 ? `${formatDuration(left)} left` : 'done'}`;
}

function describeReturn({ meanReturn, imitationLoss }: UpdateEvent): string {
  if (typeof imitationLoss === 'number') return `imitation loss ${formatNumber(imitationLoss)}`;
  return meanReturn === null ? 'no episode has ended yet' : `mean return ${formatNumber(meanReturn)}`;
}

function describeEvaluation({ step, episodes, mean, standardError }: EvalEvent): string {
  return `evaluation at step ${formatCount(step)}: mean return ${formatNumber(mean)} ± ${formatNumber(standardError)} over ${episodes} episodes`;
}

function describeHeldOut({ step, episodes, loss, accuracy, macroF1, meanSquaredError }: HeldOutEvent): string {
  if (loss === null) return `step ${formatCount(step)}: no episode is kept for validation`;
  const said =
    accuracy === null
      ? `mean squared error ${formatNumber(meanSquaredError ?? NaN)}`
      : `accuracy ${formatNumber(accuracy)}, macro F1 ${formatNumber(macroF1 ?? NaN)}`;
  return `validation at step ${formatCount(step)}: ${said}, loss ${formatNumber(loss)} over ${episodes} episodes`;
}

/** Also for `eval`, which has no run to report to. */
export function describeRestart({
  worker,
  environments,
  reason,
}: Pick<WorkerRestartedEvent, 'worker' | 'environments' | 'reason'>): string {
  return `environment worker ${worker} died (${reason}) and was restarted: ${environments} episodes end truncated`;
}
