import { Neutral } from '../../agents/model/neutral.ts';
import { headsOf } from '../../agents/model/silencing.ts';
import { tokensOf } from '../../envs/tokens.ts';
import type { Agent } from '../agent.ts';
import { withDevice } from '../device/device.ts';
import { EXIT, GymformerError } from '../errors.ts';
import type { EvaluateOptions } from '../evaluate.ts';
import type { PolicyHeader } from '../replay/format.ts';
import { describePolicy } from '../trained.ts';
import { VERSION } from '../version.ts';
import { Ablation, byLoss, mostEvaluations, silenceTogether } from './ablation.ts';
import { EXPLANATION_FORMAT, type Explanation, headName } from './explanation.ts';
import { hiddenParts, lookedAt, slopes } from './inputs.ts';
import { decisionsOf, hiddenSteps, memoryReach, moved, inputsOf, type ReachOptions } from './reach.ts';
import { meanLook, meanRollout, type Trace, trace } from './trace.ts';

export interface ExplainOptions extends Omit<EvaluateOptions, 'onProgress'> {
  /** Measurements done, of so many at most, and what is being measured. */
  onProgress?: (done: number, total: number, now: { what: string; secondsLeft: number | null }) => void;
}

/** Observations that tell what is neutral. */
const SAMPLED = 256;
/** Measurements beside those of heads. */
const OTHERS = 6;

/**
 * Measures what a policy looks at and what it needs.
 *
 * Where it is interrupted, what was measured by then is returned, and `complete` is false.
 * What a Decision Transformer is told, the return still to come and the action before, stays while all else is hidden.
 */
export async function explain(agent: Agent, options: ExplainOptions): Promise<Explanation> {
  const explanation = emptyExplanation(agent, options);
  try {
    await measure(agent, options, explanation);
    explanation.complete = true;
  } catch (error) {
    if (!(error instanceof GymformerError) || error.exitCode !== EXIT.interrupted) throw error;
  }
  return explanation;
}

function emptyExplanation(
  { config, policy, step, run, environment, target }: Agent,
  options: ExplainOptions,
): Explanation {
  const { episodes, seed, actions } = options;
  return {
    ...{ event: 'explanation', format: EXPLANATION_FORMAT, gymformer: VERSION, run: run.name, environment, step },
    policy: describePolicy(config, policy),
    ...(target && { targetReturn: target.targetReturn }),
    ...{ episodes, seed, actions, complete: false, baseline: null, heads: null, none: null, together: null },
    ...{ reach: null, hiddenSteps: null, rollout: null, looked: null, occlusion: null, saliency: null },
    notes: [],
  };
}

/** In the order of what it costs: whoever does not wait for the end has most of it. */
async function measure(agent: Agent, options: ExplainOptions, found: Explanation): Promise<void> {
  const { policy, config } = agent;
  const heads = headsOf(policy);
  const acrossTime = heads.filter(({ part }) => part === 'trunk');
  const progress = new Measurements(OTHERS + heads.length + evaluationsOf(acrossTime.length), options);
  const { onProgress: _, ...evaluation } = options;

  const traces = await progress.measure('what it sees and does', () => trace(agent, evaluation));
  const env = agent.make();
  const { actionSpace } = env;
  env.close?.();
  const reach = reachOf(config, found.policy);
  const asked: ReachOptions = { actionSpace, reach, signal: options.signal };
  const neutral = neutralOf(policy, traces);

  const { layers, heads: perLayer } = found.policy;
  if (layers && perLayer) found.rollout = meanRollout(traces, { layers, heads: perLayer });
  if (policy.tokens) found.looked = lookedAt(policy.tokens.tokens, meanLook(traces, policy.tokens.heads));
  if (reach > 0) {
    found.reach = await progress.measure('how far memory reaches', () => memoryReach(policy, traces, asked));
    found.hiddenSteps = await progress.measure('what single steps count for', () =>
      hiddenSteps(policy, traces, neutral, asked),
    );
  } else progress.skip(2);
  found.occlusion = await progress.measure('what it sees, hidden part by part', () =>
    hiddenParts(policy, traces, neutral, asked),
  );
  found.saliency = await progress.measure('what it sees, by gradients', () => slopesOf(agent, traces, asked));
  if (!found.saliency) found.notes.push('All that it sees are categories and words, which have no gradient.');

  const ablation = new Ablation(agent, evaluation, () => moved(policy, traces, asked));
  await progress.measure('episodes with all heads', () => ablation.begin());
  found.baseline = ablation.baseline;
  found.notes.push(...notesOf(agent, acrossTime.length));
  if (heads.length > 0) found.heads = [];
  for (const head of heads) {
    const loss = await progress.measure(`episodes without ${headName(head)}`, () => ablation.lossOf([head]));
    const others = head.part === 'trunk' ? acrossTime.filter((other) => other !== head) : [];
    const alone =
      others.length > 0 &&
      (await progress.measure(`episodes with ${headName(head)} alone`, () => ablation.lossOf(others)));
    found.heads = [...(found.heads ?? []), { ...head, ...loss, alone: alone ? alone.return : null }].sort(byLoss);
  }
  if (acrossTime.length === 0) return;
  found.none = await progress.measure('episodes without any of them', () => ablation.lossOf(acrossTime));
  if (found.none.lost.ci[0] <= 0) {
    found.notes.push('Silencing all heads that look at past steps costs nothing that can be told from chance.');
    return;
  }
  found.together = [];
  const singles = (found.heads ?? []).filter(({ part }) => part === 'trunk');
  for await (const together of silenceTogether(ablation, singles, found.none)) {
    if (together) found.together.push(together);
    else progress.skip(1, 'episodes without several heads');
  }
}

/** Of each head alone, of none, and of several silenced together: at most. */
function evaluationsOf(heads: number): number {
  if (heads === 0) return 0;
  return (heads > 1 ? heads : 0) + 1 + mostEvaluations(heads);
}

/** Most steps before a decision that it can depend on. */
function reachOf({ policy, context }: Agent['config'], { layers = 1 }: PolicyHeader): number {
  switch (policy) {
    case 'mlp':
      return 0;
    case 'gru':
      return Infinity;
    case 'transformer':
      return layers * context;
    default:
      return policy satisfies never;
  }
}

function neutralOf({ observationSpace, sentences }: Agent['policy'], traces: readonly Trace[]): Neutral {
  const inputs = decisionsOf(traces, SAMPLED).flatMap(({ episode, step }) => inputsOf(traces, episode, step, step));
  return new Neutral(tokensOf(observationSpace, { sentences: sentences !== null }), inputs);
}

/** Our kernels leave out gradients to observations, for which learning has no use: another device has them. */
async function slopesOf(agent: Agent, traces: readonly Trace[], asked: ReachOptions): Promise<Explanation['saliency']> {
  return await withDevice('cpu', async () => {
    const twin = agent.restore();
    try {
      return await slopes(twin.policy, traces, asked);
    } finally {
      twin.policy.dispose();
    }
  });
}

function notesOf({ config, policy, target }: Agent, headsAcrossTime: number): string[] {
  const notes: string[] = [];
  if (target)
    notes.push(
      `It was asked for a return of ${target.targetReturn}. What it is told beside what it sees, the return still to come and the action before, stayed as it was of every step that was hidden.`,
    );
  if (config.policy === 'mlp')
    notes.push('An mlp remembers nothing: there is no memory to cut, and no head to silence.');
  if (config.policy === 'gru')
    notes.push(
      'A gru remembers without attention: there is no head to silence and no attention to follow; how far its memory reaches is measured all the same.',
    );
  if (config.policy === 'transformer' && headsAcrossTime === 0)
    notes.push(
      'The heads of this Transformer are not kept apart where they are mixed: they cannot be silenced one by one.',
    );
  if (policy.tokens && !policy.headMixes.encoder)
    notes.push(
      'What heads of the encoder find by a text is mixed with what the others bring: they cannot be silenced one by one.',
    );
  if (config.trunk !== null)
    notes.push(
      'The places of the pretrained trunk are numbered from the start of an episode: memory that begins later also has other places.',
    );
  if (!policy.tokens)
    notes.push('An observation is one token here: its encoder has nothing to choose from, and no heads.');
  return notes;
}

/** Counts measurements and tells how long the rest may take. */
class Measurements {
  readonly #total: number;
  readonly #options: ExplainOptions;
  readonly #startedAt = performance.now();
  #done = 0;

  constructor(total: number, options: ExplainOptions) {
    this.#total = total;
    this.#options = options;
  }

  async measure<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    this.#tell(what);
    const result = await work();
    if (this.#options.signal?.aborted) throw new GymformerError('explaining was interrupted', EXIT.interrupted);
    this.#done++;
    return result;
  }

  skip(count: number, what = ''): void {
    this.#done += count;
    if (what) this.#tell(what);
  }

  #tell(what: string): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const secondsLeft = this.#done > 0 ? (seconds / this.#done) * (this.#total - this.#done) : null;
    this.#options.onProgress?.(this.#done, this.#total, { what, secondsLeft });
  }
}
