import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';

/** A tensor on the CPU, as a checkpoint holds it. */
export interface StoredTensor {
  shape: number[];
  data: Float32Array;
}

/** What loading tensors that need not fit did with each of a model's own, by name. */
export interface Fitted {
  taken: string[];
  /** Missing there, or of another shape: these stay as they are. */
  fresh: string[];
}

/**
 * The tensors of a model, by name, in the order of their creation. All of them learn, but those that are frozen.
 *
 * All initial values come from the generator given, since TFJS initialisers ignore seeds.
 */
export class Parameters {
  readonly #variables = new Map<string, tf.Variable>();
  /** How often a matrix is used at a step, where not once. */
  readonly #uses = new Map<string, number>();
  readonly #random: Generator;
  /** Those that another model has too: they are its own to dispose of. */
  readonly #shared: ReadonlyMap<string, tf.Variable>;

  /** @param shared of another model, which take the place of what would be made under their names */
  constructor(random: Generator, shared: ReadonlyMap<string, tf.Variable> = new Map()) {
    this.#random = random;
    this.#shared = shared;
  }

  /**
   * A weight matrix [rows, columns] with orthonormal rows or columns, whichever are fewer, times `gain`.
   *
   * @see Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear networks"
   */
  orthogonal(name: string, [rows, columns]: [number, number], gain: number): tf.Variable<tf.Rank.R2> {
    return this.#add(name, tf.tensor2d(orthogonal(rows, columns, gain, this.#random), [rows, columns]));
  }

  /** Independent normal values with the given standard deviation. */
  normal(name: string, [rows, columns]: [number, number], deviation: number): tf.Variable<tf.Rank.R2> {
    const values = Float32Array.from({ length: rows * columns }, () => deviation * this.#random.standardNormal());
    return this.#add(name, tf.tensor2d(values, [rows, columns]));
  }

  constant(name: string, size: number, value: number): tf.Variable<tf.Rank.R1> {
    return this.#add(name, tf.fill([size], value) as tf.Tensor1D);
  }

  /** The values given; where there are none yet, zeros that `load` replaces. */
  given(name: string, shape: number[], values: Float32Array | null): tf.Tensor {
    return this.#add(name, values ? tf.tensor(values, shape) : tf.zeros(shape)) as unknown as tf.Tensor;
  }

  /** Those that learn. */
  get variables(): tf.Variable[] {
    return [...this.#variables.values()].filter(({ trainable }) => trainable);
  }

  /** Of all there are. */
  get names(): string[] {
    return [...this.#variables.keys()];
  }

  /** @throws RangeError where there is no such tensor */
  shapeOf(name: string): number[] {
    const variable = this.#variables.get(name);
    if (!variable) throw new RangeError(`Parameters: there is no tensor ${name}`);
    return variable.shape;
  }

  /** How many numbers learn. */
  get count(): number {
    return sizeOf(this.variables);
  }

  /** How many numbers there are, frozen ones included. */
  get total(): number {
    return sizeOf([...this.#variables.values()]);
  }

  /** Says how often a matrix is used at a step: more than once for each of many tokens, a part of it in a table. */
  use(name: string, times: number): void {
    this.#uses.set(name, times);
  }

  /** Multiplications with additions at a step, of all matrices and of those that learn. */
  get multiplyAdds(): { all: number; learning: number } {
    const matrices = [...this.#variables].filter(([, { shape }]) => shape.length === 2);
    const sum = (entries: typeof matrices): number =>
      entries.reduce((total, [name, { size }]) => total + size * (this.#uses.get(name) ?? 1), 0);
    return { all: sum(matrices), learning: sum(matrices.filter(([, { trainable }]) => trainable)) };
  }

  /**
   * Stops those from learning whose names match: they stay what they are, and where all parameters of a layer are
   * frozen, no gradient of them is computed. An optimiser must be made afterwards.
   */
  freeze(matches: (name: string) => boolean): void {
    for (const [name, variable] of this.#variables) if (matches(name)) variable.trainable = false;
  }

  async save(): Promise<Map<string, StoredTensor>> {
    const stored = new Map<string, StoredTensor>();
    for (const [name, variable] of this.#variables)
      stored.set(name, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    return stored;
  }

  /** @throws RangeError naming the first tensor that is missing, unknown or of another shape */
  load(stored: ReadonlyMap<string, StoredTensor>): void {
    for (const name of stored.keys())
      if (!this.#variables.has(name)) throw new RangeError(`there is a tensor ${name}, which this model does not have`);
    for (const [name, variable] of this.#variables) {
      const found = stored.get(name);
      if (!found) throw new RangeError(`tensor ${name} is missing`);
      if (found.shape.join() !== variable.shape.join())
        throw new RangeError(
          `tensor ${name} has shape [${found.shape.join(', ')}], wanted [${variable.shape.join(', ')}]`,
        );
      assign(variable, found);
    }
  }

  /** Takes what fits by name and shape; what does not is left, on both sides. */
  loadFitting(stored: ReadonlyMap<string, StoredTensor>): Fitted {
    const fits = ([name, { shape }]: [string, tf.Variable]): boolean => stored.get(name)?.shape.join() === shape.join();
    const entries = [...this.#variables];
    const taken = entries.filter(fits);
    for (const [name, variable] of taken) assign(variable, stored.get(name) as StoredTensor);
    const fresh = entries.filter((entry) => !fits(entry));
    return { taken: taken.map(([name]) => name), fresh: fresh.map(([name]) => name) };
  }

  /** Some of them, for another model to share. */
  share(names: ReadonlySet<string>): ReadonlyMap<string, tf.Variable> {
    return new Map([...this.#variables].filter(([name]) => names.has(name)));
  }

  dispose(): void {
    for (const [name, variable] of this.#variables) if (!this.#shared.has(name)) variable.dispose();
  }

  #add<R extends tf.Rank>(name: string, initial: tf.Tensor<R>): tf.Variable<R> {
    if (this.#variables.has(name)) throw new RangeError(`Parameters: there are two tensors named ${name}`);
    const shared = this.#shared.get(name) as tf.Variable<R> | undefined;
    if (shared && shared.shape.join() !== initial.shape.join())
      throw new RangeError(
        `tensor ${name} has shape [${initial.shape.join(', ')}], the shared one has [${shared.shape.join(', ')}]`,
      );
    const variable = shared ?? tf.variable(initial);
    initial.dispose();
    this.#variables.set(name, variable);
    return variable;
  }
}

/** Whether no gradient of any of these is wanted, since all are frozen parameters. */
export function areFrozen(...tensors: readonly tf.Tensor[]): boolean {
  return tensors.every((tensor) => tensor instanceof tf.Variable && !tensor.trainable);
}

function assign(variable: tf.Variable, { data, shape }: StoredTensor): void {
  tf.tidy(() => variable.assign(tf.tensor(data, shape)));
}

function sizeOf(variables: readonly tf.Variable[]): number {
  return variables.reduce((sum, variable) => sum + variable.size, 0);
}

/** Gram-Schmidt over rows of Gaussian numbers; a tall matrix is made wide first and transposed at the end. */
function orthogonal(rows: number, columns: number, gain: number, random: Generator): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.standardNormal());
    for (const earlier of basis) {
      const overlap = dot(vector, earlier);
      for (let j = 0; j < length; j++) vector[j] = (vector[j] as number) - overlap * (earlier[j] as number);
    }
    const norm = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((x) => x / norm));
  }
  const matrix = new Float32Array(rows * columns);
  basis.forEach((vector, i) => {
    for (let j = 0; j < length; j++)
      matrix[rows <= columns ? i * columns + j : j * columns + i] = gain * (vector[j] as number);
  });
  return matrix;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number);
  return sum;
}
