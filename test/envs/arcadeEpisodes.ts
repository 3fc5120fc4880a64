import type { Env, StepResult } from '../../envs/env.ts';
import { make } from '../../envs/registry.ts';
import { type Cell, PLAYERS, View } from './arcadePlayers.ts';

/** A game of the arcade: its board in, one of its actions out. */
type Game = Env<number[], number>;

export const play = (id: string): Game => make(id) as Game;

/** Chooses an action by the board, or by how many steps there have been. */
type Player = (observation: number[], step: number) => number;

/** A step of an episode. */
export interface Moment extends StepResult<number[]> {
  view: View;
  /** What was seen before the step. */
  before: View;
  action: number;
  step: number;
}

/** The steps of an episode. */
export function* episode(env: Game, seed: number, act: Player): Iterable<Moment> {
  let { observation } = env.reset({ seed });
  const viewOf = (board: number[]): View => new View(board, env.observationSpace);
  for (let step = 1; ; step++) {
    const before = viewOf(observation);
    const action = act(observation, step);
    const result = env.step(action);
    ({ observation } = result);
    yield { ...result, view: viewOf(observation), before, action, step };
    if (result.terminated || result.truncated) return;
  }
}

/** The first so many of them, or all where there are fewer. */
export function firstSteps(count: number, env: Game, seed: number, act: Player): Moment[] {
  const steps: Moment[] = [];
  for (const moment of episode(env, seed, act)) if (steps.push(moment) === count) break;
  return steps;
}

export function returnOf(moments: Iterable<Moment>): number {
  let sum = 0;
  for (const { reward } of moments) sum += reward;
  return sum;
}

/** The rule that plays a game. */
export const scripted = (id: string): ((observation: number[]) => number) =>
  PLAYERS[id] as (observation: number[]) => number;
export const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
export const xy = ({ x, y }: Cell): [number, number] => [x, y];
