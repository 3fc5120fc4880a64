import type * as tf from '@tensorflow/tfjs-core';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import type { Sequence, Trunk, TrunkResult } from './trunk.ts';

export interface MlpOptions {
  /** C, of each step's vector. */
  width: number;
  layers: number;
}

/** Fully connected layers on each step alone: a policy without memory. */
export class Mlp implements Trunk {
  readonly cacheShapes = [];
  readonly cacheSteps = 0;
  readonly linears: readonly Linear[];

  constructor(parameters: Parameters, { width: C, layers }: MlpOptions) {
    this.linears = Array.from(
      { length: layers },
      (_, layer) => new Linear(parameters, `mlp.${layer}`, [C, C], Math.SQRT2),
    );
  }

  run({ steps, cache }: Sequence): TrunkResult {
    const features = this.linears.reduce((x: tf.Tensor2D, layer) => layer.applyGelu(x), steps);
    return { features, cache, attention: null };
  }

  dispose(): void {}
}
