import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kinds of games, and the environments that show them well. */
export const KINDS = {
  classic: /^(CartPole|Acrobot|MountainCar|Pendulum)/,
  memory: /^(ProofofMemory|.*Memory)/,
  grid: /^(MiniGrid|BabyAI)/,
  arcade: /^MinAtar/,
  board: /^(ConnectFour|TicTacToe|Othello|Hex|Go)/,
};

/**
 * A run of each kind that the folder has.
 *
 * @param {string} folder
 * @param {Record<string, string | undefined>} named  runs that were asked for by name, by kind
 * @returns {Record<string, {name: string, environment: string} | undefined>}
 */
export function findRuns(folder, named) {
  const runs = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'config.json')))
    .map((name) => ({ name, ...JSON.parse(readFileSync(join(folder, name, 'config.json'), 'utf8')) }));
  const find = (kind) =>
    runs.find(({ name, environment }) => (named[kind] ? name === named[kind] : KINDS[kind].test(environment)));
  return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, find(kind)]));
}
