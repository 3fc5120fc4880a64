import { Box, Discrete, Generator, type Env, type ResetOptions, type StepResult } from 'gymformer/envs';

/** A guest of which one episode in thirty takes its thread down. */
export default class Mortal implements Env<number[], number> {
  observationSpace = new Box({ low: 0, high: 10, shape: [1] });
  actionSpace = new Discrete(2);
  private random = new Generator(0);
  private fate = 0;
  private steps = 0;

  reset({ seed }: ResetOptions = {}): { observation: number[]; info: Record<string, unknown> } {
    if (seed !== undefined) this.random = new Generator(seed);
    this.fate = this.random.integers(30);
    this.steps = 0;
    return { observation: [0], info: {} };
  }

  step(action: number): StepResult<number[]> {
    this.steps++;
    if (this.fate === 0 && this.steps === 3) process.exit(9);
    return { observation: [this.steps], reward: action, terminated: this.steps === 10, truncated: false, info: {} };
  }
}
