import type { AgentClient, RequestOptions } from '../agent/client.ts';
import type { Beginning, GameRequest, Situation } from '../agent/protocol.ts';
import type { Thought } from '../../src/playing.ts';
import type { Moment } from '../../src/replay/format.ts';
import { momentOrLost } from '../time/momentOrLost.ts';
import type { Branch, Hand } from './branch.ts';

/** More steps than an agent is let play on by itself: an episode need not end. */
const MOST_STEPS = 10_000;

/** A game in the worker, and the branch that it becomes in the page. */
export class Simulation {
  readonly branch: Branch;
  readonly #client: AgentClient;
  readonly #beginning: Beginning;
  #now: Situation;
  #thought: Thought | null = null;

  private constructor(client: AgentClient, beginning: Beginning, branch: Branch) {
    this.#client = client;
    this.#beginning = beginning;
    this.#now = beginning.now;
    this.branch = branch;
  }

  /**
   * Plays an episode again up to the branch's first step, and looks whether it is the same again.
   *
   * @param makeBranch  gets the moment to go on from
   * @throws AgentError; Error when the environment went another way than the recording
   */
  static async begin(
    client: AgentClient,
    request: GameRequest,
    makeBranch: (last: Moment) => Branch,
    options: RequestOptions<'begin'>,
  ): Promise<Simulation> {
    const beginning = await client.request('begin', request, options);
    const branch = makeBranch(lastMoment(beginning.now));
    const different = differenceIn(beginning, branch);
    const simulation = new Simulation(client, beginning, branch);
    if (different === null) return simulation;
    await simulation.end();
    throw new Error(
      `${request.environment} went another way than the replay at step ${different}: it is another version, or does not repeat itself`,
    );
  }

  /** What there is to decide on. */
  get now(): Situation {
    return this.#now;
  }

  /** What the agent makes of it; null without one, at the end, and before it was asked. */
  get thought(): Thought | null {
    return this.#thought;
  }

  get actionSpace(): Beginning['actionSpace'] {
    return this.#beginning.actionSpace;
  }

  /** Whether a person may point at a place of the scene instead of pressing a key. */
  get takesPointer(): boolean {
    return this.#beginning.takesPointer;
  }

  /** Whether an action, flat, is possible now. */
  allows(action: ArrayLike<number>): boolean {
    const { mask } = this.#now;
    return this.actionSpace.kind !== 'discrete' || !mask || mask[action[0] as number] === 1;
  }

  async think(): Promise<void> {
    this.#thought = await this.#client.request('think', { game: this.#beginning.game });
  }

  /** @param action flat; null for the agent's own */
  async step(action: ArrayLike<number> | null, hand: Hand): Promise<void> {
    const { game } = this.#beginning;
    const { moment, now } = await this.#client.request('step', { game, action });
    this.#add(moment, now, hand);
    this.#now = now;
  }

  /**
   * Lets the agent play to the end.
   *
   * @param grown  hears whenever the branch has become longer
   */
  async playOn(grown: () => void, signal: AbortSignal): Promise<void> {
    const { game } = this.#beginning;
    const waiting: Moment[] = [];
    // A moment needs the one after it to stand before.
    const add = (last: Moment): void => {
      const moment = waiting.shift();
      if (moment) this.branch.add(moment, { ...last, decision: null }, 'agent');
    };
    const onTold = ({ moments }: { moments: Moment[] }): void => {
      for (const moment of moments) {
        add(moment);
        waiting.push(moment);
      }
      grown();
    };
    this.#now = await this.#client.request('play', { game, steps: MOST_STEPS }, { onTold, signal });
    add(lastMoment(this.#now));
    this.#thought = null;
    grown();
  }

  /** The action, flat, that is meant by a place of the scene; null for none. */
  async actionAt(x: number, y: number): Promise<Float32Array | null> {
    return await this.#client.request('point', { game: this.#beginning.game, x, y });
  }

  async end(): Promise<void> {
    await this.#client.request('end', { game: this.#beginning.game });
  }

  #add(moment: Moment, now: Situation, hand: Hand): void {
    this.branch.add(moment, lastMoment(now), hand);
    this.#thought = null;
  }
}

function lastMoment({ observation, scene }: Situation): Moment {
  return { observation, scene, decision: null };
}

/** The first step in which the episode that was played again is not the one recorded; null where there is none. */
function differenceIn({ past, now }: Beginning, branch: Branch): number | null {
  const size = now.observation.length;
  for (let step = 0; step < branch.from; step++) {
    const recorded = branch.moment(step);
    const observation = past.observations.subarray(step * size, (step + 1) * size);
    if (!observation.every((number, i) => isSame(number, recorded?.observation[i]))) return step;
    if (!isSame(Math.fround(past.rewards[step] as number), Math.fround(recorded?.decision?.reward ?? NaN))) return step;
    if (past.ended[step]) return step + 1; // and the recording goes on
  }
  const { base, episode, from } = branch;
  const recorded = base?.episodes[episode] && momentOrLost(base, episode, from)?.observation;
  return !recorded || now.observation.every((number, i) => isSame(number, recorded[i])) ? null : from;
}

function isSame(a: number, b: number | undefined): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
