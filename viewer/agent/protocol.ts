import type { Scene } from '../../envs/scene.ts';
import type { Space } from '../../envs/spaces.ts';
import type { PageDevice } from '../../src/device/inPage.ts';
import type { Thought } from '../../src/playing.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';

/**
 * What the page can ask of the worker in which agents and environments run: what each request takes, what it gives, and
 * what it tells meanwhile. A request that is added here gets its handler in handlers.ts.
 *
 * Agents and games live in the worker, and are known in the page by their numbers.
 */
export interface Requests {
  /** Opens a device, the one that all agents then run on; asked again for the same one it says what it is. */
  open: { takes: { device: PageDevice }; gives: DeviceDescription };
  /** Loads the agent that the server has at an address (see `agentUrl`); one that is loaded already is found again. */
  load: { takes: AgentRequest; gives: AgentDescription };
  /** Starts a game, or plays one again from its seed and actions. */
  begin: { takes: GameRequest; gives: Beginning; tells: { steps: number } };
  /** What the agent makes of the moment; null without one, and at the end. */
  think: { takes: { game: number }; gives: Thought | null };
  /** Takes an action, flat, or the agent's own where it is null. */
  step: { takes: { game: number; action: ArrayLike<number> | null }; gives: Stepped };
  /** The agent plays on, at most so many steps; `tells` has the moments in order, some at a time. */
  play: { takes: { game: number; steps: number }; gives: Situation; tells: { moments: Moment[] } };
  /** The action, flat, that a person means who points at a place of the scene, in its units; null for none. */
  point: { takes: { game: number; x: number; y: number }; gives: Float32Array | null };
  /** What the agent would make of a moment if parts of it were hidden: distributions, see `occlude`. */
  occlude: { takes: OcclusionRequest; gives: Float32Array[] };
  /** How fast an agent's decision changes with each number that it sees: see `saliency`. */
  saliency: { takes: DecisionRequest; gives: Float32Array | null };
  /** Gives back what a game holds. */
  end: { takes: { game: number }; gives: null };
  /** What an environment is, without a game of it. */
  describe: { takes: EnvironmentRequest; gives: EnvironmentDescription };
}

export interface DeviceDescription {
  device: PageDevice;
  /** What it runs on, in a line. */
  detail: string;
  /** Why it is not the one that was asked for; null where it is. */
  instead: string | null;
}

export interface EnvironmentRequest {
  /** A reference: an id with its parameters, or what a run or replay calls it. */
  environment: string;
  /** Address of its module, where it is not built in; null where there is none. */
  module: string | null;
}

export interface EnvironmentDescription {
  /** The reference, parameters that are as by default left out. */
  environment: string;
  observationSpace: Space;
  actionSpace: Space;
  /** The reference of the same game against an agent; null where it has no other side. */
  versus: string | null;
}

export interface AgentRequest extends EnvironmentRequest {
  /** Absolute address on the server: see `agentUrl`. */
  url: string;
}

export interface AgentDescription {
  agent: number;
  /** Id of the run, its checkpoint, and the environment steps that it has learned from. */
  run: string;
  checkpoint: string;
  step: number;
  /** The environment of its evaluations and replays. */
  environment: string;
  /** As a replay's header has it. */
  policy: NonNullable<ReplayHeader['policy']>;
  /** Which actions its evaluations take. */
  choice: Choice;
}

export type Choice = 'likeliest' | 'drawn';

export interface GameRequest extends EnvironmentRequest {
  seed: number;
  /** Flat actions of the steps that are played again. */
  actions: readonly ArrayLike<number>[];
  /** Who thinks along, and plays where no action is given; null: nobody. */
  agent: number | null;
  /** Who plays the other side, in an environment that needs somebody. */
  opponent: number | null;
  choice: Choice;
}

export interface Beginning {
  game: number;
  observationSpace: Space;
  actionSpace: Space;
  /** Whether `point` may find an action. */
  takesPointer: boolean;
  /** What was played again, for comparison: [steps, size] observations before each step, and what came of it. */
  past: { observations: Float32Array; rewards: Float64Array; ended: Uint8Array };
  now: Situation;
}

/** What there is to decide on. */
export interface Situation {
  /** Actions taken. */
  step: number;
  /** Flat form. */
  observation: Float32Array;
  scene: Scene | null;
  /** Null where all actions are possible. */
  mask: Uint8Array | null;
  /** Whether the episode is over. */
  ended: boolean;
}

export interface Stepped {
  /** The moment before the action, and what came of it. */
  moment: Moment;
  now: Situation;
}

/** A decision that an agent made. Observations are flat, as the environment gave them. */
export interface DecisionRequest {
  agent: number;
  /** [steps, size] before it: as many as the agent remembers, or all. */
  past: Float32Array;
  /** Whether the first step of these, or the decision itself where there are none, is the first of the episode. */
  fromStart: boolean;
  /** [size] */
  now: Float32Array;
  /** Flat form. */
  action: Float32Array;
  /** Null where all actions were possible. */
  mask: Uint8Array | null;
  /** Whether actions are quantities. */
  continuous: boolean;
}

export interface OcclusionRequest extends DecisionRequest {
  /** [size] what stands for what is hidden, as the environment gives it; a text that is all 0 has no words. */
  neutral: Float32Array;
  /** Numbers of the observation that are hidden together, as `numbersOf` (envs/tokens.ts) tells them. */
  parts: number[][];
}

export type RequestKind = keyof Requests;
export type Takes<Kind extends RequestKind> = Requests[Kind]['takes'];
export type Gives<Kind extends RequestKind> = Requests[Kind]['gives'];
export type Tells<Kind extends RequestKind> = Requests[Kind] extends { tells: infer Told } ? Told : never;

/** What a request that is being carried out has of the page. */
export interface Call<Kind extends RequestKind> {
  /** Aborted when the page wants it to end early. */
  signal: AbortSignal;
  tell(told: Tells<Kind>): void;
}

/** To the worker. `stop` asks a request that is under way to end early. */
export type Question =
  { id: number; kind: RequestKind; takes: Takes<RequestKind> } | { id: number; kind: 'stop'; takes: null };

/** From the worker: any number of `told`, then one of the others. */
export type Reply =
  { id: number; told: unknown } | { id: number; gave: unknown } | { id: number; failed: string; stopped: boolean };
