import { Box, Discrete, Generator, type Env, type ResetOptions, type Scene, type Shape } from 'gymformer/envs';

const PLACES = 7; // of the meadow, from left to right
const NIGHT = 12; // steps

export const LEFT = 0;
export const RIGHT = 1;
export const NET = 2;

/**
 * Firefly: it glows once, then sits in the dark. Walk to where it was, and close the net.
 *
 * | action | meaning                                   |
 * |--------|-------------------------------------------|
 * | 0      | one place to the left                     |
 * | 1      | one place to the right                    |
 * | 2      | close the net here, which ends the night  |
 *
 * | observation | from | to | meaning                                                       |
 * |-------------|------|----|---------------------------------------------------------------|
 * | glow        | 0    | 1  | 1 at the start of a night, then 0                             |
 * | way         | -6   | 6  | while it glows: places from here to the firefly, to the right |
 * | place       | 0    | 6  | where you stand                                               |
 *
 * - **Reward**: 1 for the firefly in the net. The mean return is the share of nights on which it was caught.
 * - **Start**: you and the firefly each at a place drawn anew.
 * - **End**: terminates when the net closes; truncated after 12 steps.
 * - **Solved**: 0.97, which takes a memory: a policy that forgets the glow (`--policy mlp`) gets about 0.4.
 */
export default class Firefly implements Env<number[], number> {
  readonly observationSpace = new Box({
    low: [0, 1 - PLACES, 0],
    high: [1, PLACES - 1, PLACES - 1],
    names: ['glow', 'way', 'place'],
  });
  readonly actionSpace = new Discrete(3, { names: ['left', 'right', 'net'] });
  private readonly random = new Generator();
  private firefly = 0;
  private place = 0;
  private steps = 0;
  private closed = false;

  reset({ seed }: ResetOptions = {}) {
    if (seed !== undefined) this.random.reseed(seed); // all randomness comes from the seed
    this.firefly = this.random.integers(PLACES);
    this.place = this.random.integers(PLACES);
    this.steps = 0;
    this.closed = false;
    return { observation: this.observe(), info: {} };
  }

  step(action: number) {
    this.steps++;
    this.closed = action === NET;
    if (!this.closed) this.place = Math.min(Math.max(this.place + (action === LEFT ? -1 : 1), 0), PLACES - 1);
    const caught = this.closed && this.place === this.firefly;
    const truncated = !this.closed && this.steps === NIGHT;
    // A replay shows success, and an evaluation counts it.
    const info = this.closed || truncated ? { success: caught } : {};
    return { observation: this.observe(), reward: caught ? 1 : 0, terminated: this.closed, truncated, info };
  }

  draw(): Scene {
    const ground = 3;
    const [you, it] = [this.place + 1, this.firefly + 1]; // x
    const glows = this.steps === 0 || (this.closed && this.place === this.firefly);
    const stick = this.closed ? [you + 0.22, 2.75, you + 0.12, 2.22] : [you, 2.7, you + 0.3, 2.2];
    const grass = Array.from({ length: PLACES }, (_, i): Shape => {
      const [x, tall] = [i + 1, i % 2 === 0 ? 0.5 : 0.36];
      return {
        kind: 'polygon',
        points: [-0.34, 0, -0.26, -tall, -0.1, -0.14, 0, -tall - 0.12, 0.1, -0.14, 0.26, -tall, 0.34, 0],
        x,
        y: ground,
        fill: '#1f3a33',
      };
    });
    return {
      width: PLACES + 1,
      height: 4,
      background: '#0f1318',
      shapes: [
        { kind: 'circle', x: 6.9, y: 0.7, radius: 0.32, fill: '#c9d3df' },
        { kind: 'circle', x: 6.78, y: 0.62, radius: 0.3, fill: '#0f1318' },
        { kind: 'rect', x: 0, y: ground, width: PLACES + 1, height: 1, fill: '#1a2029' },
        ...grass,
        { kind: 'circle', id: 'halo', x: it, y: 1.9, radius: glows ? 0.42 : 0.01, fill: '#ffd16633' },
        { kind: 'circle', id: 'firefly', x: it, y: 1.9, radius: 0.1, fill: glows ? '#ffd166' : '#4a4636' },
        { kind: 'line', id: 'body', points: [you, ground, you, 2.55], stroke: '#4cc2ff', strokeWidth: 0.2 },
        { kind: 'circle', id: 'head', x: you, y: 2.3, radius: 0.15, fill: '#4cc2ff' },
        { kind: 'line', id: 'stick', points: stick, stroke: '#c9d3df', strokeWidth: 0.05 },
        {
          kind: 'circle',
          id: 'net',
          x: this.closed ? you : you + 0.36,
          y: this.closed ? 1.9 : 2.08,
          radius: this.closed ? 0.34 : 0.16,
          stroke: !this.closed ? '#c9d3df' : this.place === this.firefly ? '#4fd08b' : '#f0625d',
          strokeWidth: 0.05,
        },
      ],
    };
  }

  private observe() {
    const glows = this.steps === 0;
    return [glows ? 1 : 0, glows ? this.firefly - this.place : 0, this.place];
  }
}
