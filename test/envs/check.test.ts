import { expect, test } from 'vitest';
import { checkEnvironment } from '../../envs/check.ts';
import type { Env, EnvBatch, ResetOptions, StepArrays, StepResult } from '../../envs/env.ts';
import { problemOfScene } from '../../envs/problemOfScene.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete } from '../../envs/spaces.ts';

/** A sound environment: a random walk. Each test breaks one thing of it. */
class Walk implements Env<number[], number> {
  observationSpace = new Box({ low: -3, high: 3, shape: [1], names: ['place'] });
  actionSpace = new Discrete(2);
  protected random = new Generator(0);
  protected place = 0;

  reset({ seed }: ResetOptions = {}): { observation: number[]; info: Record<string, unknown> } {
    if (seed !== undefined) this.random = new Generator(seed);
    this.place = this.random.integers(-1, 2);
    return { observation: [this.place], info: {} };
  }

  step(action: number): StepResult<number[]> {
    this.place += (action === 1 ? 1 : -1) * this.random.integers(1, 3);
    const terminated = Math.abs(this.place) >= 3;
    this.place = Math.min(Math.max(this.place, -3), 3);
    return { observation: [this.place], reward: this.place, terminated, truncated: false, info: {} };
  }
}

const shared = { steps: 0 };
const kept = [0];

class Outside extends Walk {
  override observationSpace = new Box({ low: -2, high: 2, shape: [1], names: ['place'] });
}
class Unseeded extends Walk {
  override reset(): ReturnType<Walk['reset']> {
    this.place = 0;
    return { observation: [0], info: {} };
  }
  protected override random = new Generator();
}
class Careless extends Walk {
  override reset(options?: ResetOptions): ReturnType<Walk['reset']> {
    super.reset(options);
    this.place = Math.floor(Math.random() * 3) - 1;
    return { observation: [this.place], info: {} };
  }
}
class Sharing extends Walk {
  override reset(options?: ResetOptions): ReturnType<Walk['reset']> {
    shared.steps = 0;
    return super.reset(options);
  }
  override step(action: number): StepResult<number[]> {
    return { ...super.step(action), reward: shared.steps++ };
  }
}
class Reusing extends Walk {
  override step(action: number): StepResult<number[]> {
    const result = super.step(action);
    kept[0] = result.observation[0] as number;
    return { ...result, observation: kept };
  }
}
class Greedy extends Walk {
  override actionSpace = new Box({ low: 0, high: 1, shape: [1] }) as never;
  override step(action: unknown): StepResult<number[]> {
    (action as number[])[0] = 5;
    return super.step(1);
  }
}
class Circular extends Walk {
  override step(action: number): StepResult<number[]> {
    return { ...super.step(action), info: { self: this, big: 1n } };
  }
}
class Stuck extends Walk {
  actionMask(): number[] {
    return this.place === 2 ? [0, 0] : [1, 1];
  }
}
class Unpaintable extends Walk {
  draw(): never {
    return { width: 1, height: 1, shapes: [{ kind: 'circle', x: this.place, y: Number.NaN, radius: 1 }] } as never;
  }
}
class Drawer extends Walk {
  draw(): { width: number; height: number; shapes: [] } {
    this.place = 0;
    return { width: 1, height: 1, shapes: [] };
  }
}
class Hinged extends Walk {
  close(): void {
    throw new Error('the door sticks');
  }
}
class Endless extends Walk {
  override step(action: number): StepResult<number[]> {
    return { ...super.step(action), terminated: false };
  }
}
class Broken extends Walk {
  override step(action: number): StepResult<number[]> {
    if (this.place === 2) throw new Error('off the map');
    return super.step(action);
  }
}

/** The walk, many at a time, but for one thing that a subclass may get wrong. */
class Walks implements EnvBatch {
  private readonly walks: Walk[];
  constructor(count: number) {
    this.walks = Array.from({ length: count }, () => new Walk());
  }
  reset(row: number, options: ResetOptions, observations: Float32Array): void {
    observations.set((this.walks[row] as Walk).reset(options).observation, row);
  }
  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    for (let i = from; i < to; i++) {
      const { observation, reward, terminated } = (this.walks[i] as Walk).step(actions[i] as number);
      arrays.observations.set(observation, i);
      arrays.rewards[i] = reward;
      arrays.terminated[i] = terminated ? 1 : 0;
      arrays.truncated[i] = 0;
    }
  }
}
class Vectorized extends Walk {
  vectorize(count: number): EnvBatch {
    return new Walks(count);
  }
}
class Greedier extends Walk {
  vectorize(count: number): EnvBatch {
    return new (class extends Walks {
      override step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
        super.step(from, to, actions, arrays);
        for (let i = from; i < to; i++) if (arrays.terminated[i]) arrays.rewards[i] = 9;
      }
    })(count);
  }
}
class Hasty extends Walk {
  vectorize(count: number): EnvBatch {
    return new (class extends Walks {
      override step(_from: number, _to: number, actions: Float32Array, arrays: StepArrays): void {
        super.step(0, count, actions, arrays);
      }
    })(count);
  }
}
class Rough extends Walk {
  vectorize(): EnvBatch {
    throw new Error('not so many');
  }
}

const check = (make: () => Env): ReturnType<typeof checkEnvironment> =>
  checkEnvironment(make, { name: 'walk', steps: 300 });

test('a sound environment keeps every claim', () => {
  expect(check(() => new Walk()).filter(({ ok }) => !ok)).toEqual([]);
  expect(check(() => new Vectorized()).filter(({ ok }) => !ok)).toEqual([]);
});

test.each<[claim: string, broken: new () => Env, message: RegExp]>([
  [
    'every observation is a value of observationSpace',
    Outside,
    /observation\[0\] \(place\) is -?3, the space says -2 to 2 \(step \d+ of seed 0\)/,
  ],
  ['the same seed and actions give the same episodes', Unseeded, /gave .* then /],
  ['all randomness comes from the seed', Careless, /Math.random was called \d+ times/],
  ['environments side by side do not disturb each other', Sharing, /do they share variables/],
  ['an observation stays as it was returned', Reusing, /changed afterwards, wanted a new array each time/],
  ['an action stays as it was given', Greedy, /changed its action \[0\.\d+\] to \[5\]/],
  ['info survives JSON', Circular, /info of step 1/],
  ['actionMask() leaves an action in every part', Stuck, /masked all actions/],
  ['draw() returns a scene', Unpaintable, /shapes\[0\] \(circle\): y is NaN, wanted a finite number/],
  ['draw() changes nothing', Drawer, /differs when every step is drawn/],
  [
    'vectorize() does what as many environments do one by one',
    Greedier,
    /gave \[9\] as rewards of row \d, where one by one gives \[-?3\] \(after step \d+ of the episode with seed \d+\)/,
  ],
  ['vectorize() does what as many environments do one by one', Hasty, /vectorize\(\)/],
  ['vectorize() does what as many environments do one by one', Rough, /vectorize\(\) threw Error: not so many/],
  ['close() can be called', Hinged, /the door sticks/],
  ['step() returns { observation, reward, terminated, truncated, info }', Broken, /step \d+ of seed 0: off the map/],
])('breaking "%s" is found and named', (claim, Environment, message) => {
  const finding = check(() => new Environment()).find((each) => each.claim === claim);
  expect(finding?.ok).toBe(false);
  expect(finding?.message).toMatch(message);
});

test('an environment that cannot be made, or whose step fails, is not tried on the rest', () => {
  const findings = check(() => {
    throw new Error('no file');
  });
  expect(findings).toEqual([{ claim: 'the environment can be made', ok: false, message: 'walk: Error: no file' }]);
  expect(check(() => new Broken()).at(-1)?.ok).toBe(false);
});

test('episodes that do not end are remarked upon, not failed', () => {
  const findings = check(() => new Endless());
  expect(findings.at(-1)).toEqual({
    claim: 'episodes end',
    ok: true,
    message: 'none ended within 300 steps of random play: a time limit may be wanted',
  });
});

test('the check gives Math.random back', () => {
  const { random } = Math;
  check(() => new Careless());
  expect(Math.random).toBe(random);
});

test.each<[shapes: unknown, message: RegExp | undefined]>([
  [[{ kind: 'rect', x: 0, y: 0, width: 1, height: 1, fill: '#ff00aa' }], undefined],
  [
    [{ kind: 'grid', x: 0, y: 0, columns: 2, rows: 1, cellSize: 1, cells: [0, 1], palette: ['#000000', '#ffffff80'] }],
    undefined,
  ],
  [
    [{ kind: 'grid', x: 0, y: 0, columns: 2, rows: 1, cellSize: 1, cells: [0, 2], palette: ['#000000'] }],
    /a cell is 2/,
  ],
  [
    [{ kind: 'image', x: 0, y: 0, width: 1, height: 1, columns: 1, rows: 1, pixels: [0, 0] }],
    /2 numbers as pixels, wanted 1 x 1 x 3/,
  ],
  [[{ kind: 'circle', x: 0, y: 0, radius: -1 }], /radius is -1, wanted a finite number, not negative/],
  [[{ kind: 'circle', x: 0, y: 0, radius: 1, fill: 'red' }], /fill is the string "red", wanted a colour/],
  [[{ kind: 'line', points: [0, 0, 1], stroke: '#000000', strokeWidth: 1 }], /points is an array of 3/],
  [[{ kind: 'text', x: 0, y: 0, text: 5, size: 1, fill: '#000000' }], /text is 5, wanted a string/],
  [[{ kind: 'circle', x: 0, y: 0, radius: 1, shows: 5 }], /shows is 5, wanted the name of a part of the observation/],
  [[{ kind: 'star' }], /kind the string "star", wanted one of rect, circle/],
  [
    [
      { kind: 'circle', id: 'a', x: 0, y: 0, radius: 1 },
      { kind: 'circle', id: 'a', x: 0, y: 0, radius: 1 },
    ],
    /shapes\[1\] has the id "a" of an earlier shape/,
  ],
  [undefined, /shapes is undefined/],
])('a scene with the shapes %j: %s', (shapes, message) => {
  const problem = problemOfScene({ width: 1, height: 1, shapes });
  if (message) expect(problem).toMatch(message);
  else expect(problem).toBeUndefined();
});
