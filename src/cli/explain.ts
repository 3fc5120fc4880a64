import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { EXIT, UsageError } from '../errors.ts';
import type { Block, Report } from '../explain/report.ts';
import { readJson } from '../files.ts';
import { resolveEnvironment } from '../plugins.ts';
import { type Command, EXAMPLE, withParameters } from './command.ts';
import { counter } from './counter.ts';
import { checkCount, type PlayArguments, playFlags, TARGET_RETURN, UNSEEN } from './eval.ts';
import { downloadDisplay } from './download.ts';
import { onInterrupt } from './interrupt.ts';
import { colours, columns, print, printJson, say } from './output.ts';
import { describeRestart } from './progress.ts';
import { shortPath } from './runs.ts';

interface ExplainArguments extends PlayArguments {
  out?: string;
  targetReturn?: number;
}

const BAR_WIDTH = 24;
const HTML = '.html';

/** `gymformer explain`: what a trained agent looks at, and what it needs. */
export const explainCommand: Command<ExplainArguments> = {
  usage: 'explain <run>',
  summary: 'measure what a trained agent looks at and needs: heads, memory, inputs',
  takesParameters: true,
  positionals: { run: 'directory of a run, or of one of its checkpoints' },
  flags: async () => ({
    episodes: { type: 'number', describe: 'episodes to play without each head', default: 100 },
    out: {
      type: 'string',
      describe: 'file to write: .json, or .html to be read by itself',
      default: '<run>/explanation.json',
    },
    ...(await playFlags()),
    targetReturn: TARGET_RETURN,
  }),
  examples: [[`explain runs/${EXAMPLE}-transformer-1`, 'which heads carry its return, and how far back it remembers']],
  async run({ run, episodes = 100, seed, out, device, checkpoint, actions, targetReturn, json = false, ...rest }) {
    checkCount('--episodes', episodes);
    if (seed !== undefined) checkCount('--seed', seed, 0);
    if (out !== undefined && !['.json', HTML].includes(extname(out)))
      throw new UsageError(`--out is ${out}, wanted a name that ends in .json or .html`);
    const [{ loadAgent }, { explain }, { EXPLANATION_FILE }, { reportOf }, { htmlOf }, { writeFileAtomic }] =
      await Promise.all([
        import('../agent.ts'),
        import('../explain/explain.ts'),
        import('../explain/explanation.ts'),
        import('../explain/report.ts'),
        import('../explain/html.ts'),
        import('../files.ts'),
      ]);
    const agent = await loadAgent(run, {
      resolve: (environment) => resolveEnvironment(withParameters(environment, rest)),
      download: { onProgress: downloadDisplay() },
      ...(device && { device }),
      ...(checkpoint && { checkpoint }),
      ...(targetReturn !== undefined && { targetReturn }),
    });
    const progress = counter('measurements', json);
    try {
      const explanation = await explain(agent, {
        episodes,
        seed: seed ?? agent.config.seed + UNSEEN,
        actions: actions ?? agent.config.evalActions,
        onProgress: progress.show,
        onRestart: ({ worker, from, to, reason }) =>
          say(`warning: ${describeRestart({ worker, environments: to - from, reason })}`),
        signal: onInterrupt('stopping: what is measured is kept … (Ctrl-C again quits at once)').signal,
      });
      progress.end();
      const path = out ?? join(agent.run.path, EXPLANATION_FILE);
      const report = reportOf(explanation);
      const text = extname(path) === HTML ? htmlOf(report) : `${JSON.stringify(explanation, null, 2)}\n`;
      const isKept = !explanation.complete && holdsWhole(path);
      if (!isKept) writeFileAtomic(path, text);
      if (json) printJson(explanation);
      else printReport(report);
      say(isKept ? `${shortPath(path)} stays as it is: it holds all measurements` : `written to ${shortPath(path)}`);
      return explanation.complete ? EXIT.ok : EXIT.interrupted;
    } finally {
      progress.end();
      agent.dispose();
    }
  },
};

/** Whether an explanation that nobody interrupted is there already. */
function holdsWhole(path: string): boolean {
  if (!existsSync(path) || extname(path) === HTML) return false;
  try {
    return readJson(path, z.object({ complete: z.boolean() })).complete;
  } catch {
    return false; // nothing is lost where it cannot be read
  }
}

function printReport({ title, sentences, blocks, notes }: Report): void {
  const { bold, dim } = colours(process.stdout);
  print(bold(title));
  for (const sentence of sentences) print(`  ${sentence}`);
  for (const block of blocks) {
    if (block.kind === 'grid') continue; // its numbers are in the bars that follow
    print();
    print(`${bold(block.title)}  ${dim(block.note)}`);
    columns(rowsOf(block), 2).forEach((line) => print(line));
  }
  print();
  for (const note of notes) print(dim(note));
}

function rowsOf(block: Exclude<Block, { kind: 'grid' }>): string[][] {
  if (block.kind === 'bars') return block.rows.map(({ name, share, text }) => [name, bar(share), text]);
  const most = Math.max(...block.points.map(({ y }) => y));
  return block.points.map(({ x, y, text }) => [`k = ${x}`, bar(most > 0 ? y / most : 0), text]);
}

function bar(share: number): string {
  return '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '·');
}
