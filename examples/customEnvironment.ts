import { Box, Discrete, Generator, type Env, type ResetOptions, type Scene, type Shape } from 'gymformer/envs';

const SIZE = 5; // columns and rows
const LAST = SIZE - 1;
const FRUITS = 10; // an episode

/** A richer picture than draw() below, for the viewer; it is loaded by nothing else. */
export const scene = () => import('./catchScene.ts');

/**
 * Catch: fruit falls, one piece at a time; move the basket under it.
 *
 * Actions: 0 left, 1 stay, 2 right. Reward: when a fruit lands, 1 minus the columns it missed by. Solved: 10.
 * Try it: `gymformer check examples/customEnvironment.ts`, then `gymformer train examples/customEnvironment.ts`.
 */
export default class Catch implements Env<number[], number> {
  observationSpace = new Box({ low: [-LAST, 0], high: [LAST, LAST], names: ['columns to the fruit', 'fruit row'] });
  actionSpace = new Discrete(3, { names: ['left', 'stay', 'right'] });
  private random = new Generator();
  private basket = 0;
  private fruit = { column: 0, row: 0, number: 0 };
  private catches: boolean[] = []; // of the fruits that have landed

  reset({ seed }: ResetOptions = {}) {
    if (seed !== undefined) this.random = new Generator(seed); // all randomness comes from the seed
    this.basket = LAST / 2;
    this.catches = [];
    this.dropFruit();
    return { observation: this.observe(), info: {} };
  }

  step(action: number) {
    this.basket = Math.min(Math.max(this.basket + action - 1, 0), LAST);
    if (this.fruit.row === LAST) this.dropFruit();
    else this.fruit.row++;
    const landed = this.fruit.row === LAST;
    const distance = Math.abs(this.fruit.column - this.basket);
    const reward = landed ? 1 - distance : 0;
    if (landed) this.catches.push(distance === 0);
    const truncated = this.catches.length === FRUITS; // truncated, not terminated: the game itself could go on
    return { observation: this.observe(), reward, terminated: false, truncated, info: {} };
  }

  private dropFruit() {
    this.fruit = { column: this.random.integers(SIZE), row: 0, number: this.catches.length };
  }

  private observe() {
    return [this.fruit.column - this.basket, this.fruit.row];
  }

  draw(): Scene {
    const { column, row, number } = this.fruit;
    const points = [-0.5, 0, 0.5, 0, 0.35, 0.45, -0.35, 0.45];
    const shapes: Shape[] = this.catches.map((caught, i) => {
      return { kind: 'circle', x: 0.25 + i * 0.5, y: 0.35, radius: 0.1, fill: caught ? '#4fd08b' : '#f0625d' };
    });
    shapes.push({ kind: 'circle', id: `fruit ${number}`, x: column + 0.5, y: row + 1.2, radius: 0.3, fill: '#ffb454' });
    shapes.push({ kind: 'polygon', id: 'basket', points, x: this.basket + 0.5, y: SIZE + 0.3, fill: '#4cc2ff' });
    return { width: SIZE, height: SIZE + 1, background: '#0f1318', shapes };
  }
}
