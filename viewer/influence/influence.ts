import { countTokens, type TokenGroup, tokensOf } from '../../envs/tokens.ts';
import type { Decision } from '../../src/replay/format.ts';
import type { AgentClient } from '../agent/client.ts';
import type { Heat, HeatSource } from '../attention/heat.ts';
import { share } from '../page/meter.ts';
import { formatNumber } from '../page/numbers.ts';
import type { FoundAgent } from '../play/agentSource.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Player, Recording } from '../time/player.ts';
import { type Effect, effectsByToken, effectsOfHiding, effectsOfSlopes } from './effects.ts';
import { Neutral } from '../../agents/model/neutral.ts';
import { partsOf } from '../../envs/parts.ts';
import { questionOf, sampleObservations, type Where } from './question.ts';

export const METHODS = ['occlusion', 'saliency'] as const;
/** How the parts of an observation are weighed: by hiding each, or by the slope of the decision over it. */
export type Method = (typeof METHODS)[number];

export type Weighed =
  | { kind: 'off' }
  | { kind: 'busy' }
  /** It cannot be done; `why` says it to a person. */
  | { kind: 'failed'; why: string }
  /** `full`: how large an effect has the full colour. `remark`: what a person should know of the agent that was asked; null for nothing. */
  | { kind: 'shown'; effects: Effect[]; full: number; remark: string | null };

/** Finds the agent that decided in a recording; null where the page knows of none. */
export type FindAgent = (recording: Recording) => Promise<FoundAgent | null>;

/** Below these, hiding a part changes an action by next to nothing, though it may be more than any other part does. */
const NOTABLE = { probability: 0.1, deviations: 0.5 };
const CALM_MS = 150; // a key that is held goes through steps that nobody looks at
const TOLERANCE = 0.02; // of a probability: devices differ in the last bits, replays round to sixteen

/**
 * What of the observation changes the action, found by asking the agent: on demand, for the step that is open, while time
 * stands still.
 */
export class Influence implements HeatSource, Panel {
  readonly #player: Player;
  readonly #client: AgentClient;
  readonly #findAgent: FindAgent;
  readonly spansEpisode = false;
  readonly #listeners: (() => void)[] = [];
  #on = false;
  #method: Method = 'occlusion';
  #weighed: Weighed = { kind: 'off' };
  #neutral: { recording: Recording; episode: number; neutral: Neutral } | null = null;
  #work = new AbortController();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(player: Player, client: AgentClient, findAgent: FindAgent) {
    this.#player = player;
    this.#client = client;
    this.#findAgent = findAgent;
  }

  get weighed(): Weighed {
    return this.#weighed;
  }

  get method(): Method {
    return this.#method;
  }

  /** The agent is asked from now on, or no longer. */
  toggle(): void {
    this.#on = !this.#on;
    this.#ask(0);
  }

  choose(method: Method): void {
    this.#method = method;
    this.#ask(0);
  }

  update(changes: Changes): void {
    if (changes.has('step') || changes.has('playback')) this.#ask(CALM_MS);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** While the agent is asked, nothing weighs anything: what another source has to show is not shown in between. */
  heat(step: number): Heat | null {
    const groups = this.#groups;
    const { kind } = this.#weighed;
    if (!groups || step !== this.#player.step || kind === 'off' || kind === 'failed') return null;
    const effects = this.#weighed.kind === 'shown' ? this.#weighed.effects : [];
    const weights = effectsByToken(effects, countTokens(groups));
    const full = this.#weighed.kind === 'shown' ? this.#weighed.full : 1;
    const texts = new Map(effects.map(({ part, text }) => [part.token, text]));
    return {
      groups,
      weights,
      title: this.#method,
      strength: (weight) => share(weight, 0, full),
      describe: (weight, token) => texts.get(token) ?? formatNumber(weight),
    };
  }

  get #groups(): TokenGroup[] | null {
    const { recording } = this.#player;
    return recording && tokensOf(recording.header.observationSpace);
  }

  /** Asks the agent after a while, unless something else comes up. */
  #ask(calmMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#work.abort();
    if (!this.#on) return this.#show({ kind: 'off' });
    this.#show({ kind: 'busy' });
    if (!this.#player.playing) this.#timer = setTimeout(() => void this.#weigh(), calmMs);
  }

  async #weigh(): Promise<void> {
    const { signal } = (this.#work = new AbortController());
    try {
      const weighed = await this.#weighStep(signal);
      if (!signal.aborted) this.#show(weighed);
    } catch (error) {
      if (!signal.aborted) this.#show({ kind: 'failed', why: (error as Error).message });
    }
  }

  async #weighStep(signal: AbortSignal): Promise<Weighed> {
    const { recording, episode, step, moment } = this.#player;
    if (!recording || !moment?.decision) return { kind: 'failed', why: 'Nothing is decided at this step.' };
    const agent = await this.#findAgent(recording);
    signal.throwIfAborted();
    if (!agent)
      return { kind: 'failed', why: 'It takes the agent: open the replay with its run, by “gymformer view”.' };
    const where = { recording, episode, step };
    if (this.#method === 'occlusion') return await this.#hide(where, moment.decision, agent, signal);
    return await this.#differentiate(where, moment.decision, agent, signal);
  }

  async #hide(where: Where, decision: Decision, agent: FoundAgent, signal: AbortSignal): Promise<Weighed> {
    const { observationSpace, actionSpace } = where.recording.header;
    const question = questionOf(where, agent.agent, decision);
    const parts = partsOf(observationSpace, question.now);
    const neutral = this.#neutralOf(where).of(question.now);
    const numbers = parts.map((part) => part.numbers);
    const distributions = await this.#client.request('occlude', { ...question, neutral, parts: numbers }, { signal });
    const effects = effectsOfHiding(actionSpace, decision, parts, distributions);
    const notable = question.continuous ? NOTABLE.deviations : NOTABLE.probability;
    const remark = agent.instead ?? differenceFrom(decision, distributions[0]);
    return { kind: 'shown', effects, full: Math.max(notable, largestOf(effects)), remark };
  }

  async #differentiate(where: Where, decision: Decision, agent: FoundAgent, signal: AbortSignal): Promise<Weighed> {
    const question = questionOf(where, agent.agent, decision);
    const slopes = await this.#client.request('saliency', question, { signal });
    if (!slopes)
      return {
        kind: 'failed',
        why: 'All that it sees here are categories and words, which have no gradient: hide them.',
      };
    const parts = partsOf(where.recording.header.observationSpace, question.now);
    const effects = effectsOfSlopes(parts, slopes);
    return { kind: 'shown', effects, full: largestOf(effects) || 1, remark: agent.instead };
  }

  #neutralOf({ recording, episode }: Where): Neutral {
    if (this.#neutral?.recording !== recording || this.#neutral.episode !== episode) {
      const groups = tokensOf(recording.header.observationSpace);
      this.#neutral = { recording, episode, neutral: new Neutral(groups, sampleObservations(recording, episode)) };
    }
    return this.#neutral.neutral;
  }

  #show(weighed: Weighed): void {
    if (weighed.kind === this.#weighed.kind && weighed.kind !== 'shown' && weighed.kind !== 'failed') return;
    this.#weighed = weighed;
    for (const listener of this.#listeners) listener();
  }
}

function largestOf(effects: readonly Effect[]): number {
  return effects.reduce((most, { size }) => Math.max(most, Math.abs(size)), 0);
}

/** Said where the agent that was asked is not quite the one that was recorded. */
function differenceFrom({ distribution }: Decision, asked: ArrayLike<number> | undefined): string | null {
  if (!distribution || !asked) return null;
  const most = Array.from(distribution, (number, i) => Math.abs(number - (asked[i] ?? 0)));
  if (Math.max(...most) <= TOLERANCE * Math.max(1, ...Array.from(distribution, Math.abs))) return null;
  return 'The agent that was asked decides otherwise here than the recorded one did.';
}
