import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import type { SimdKernel } from './kernel.ts';

/** Columns of a panel of the right operand, as in kernels/matmul.ts. */
const PANEL = 16;
/** With so few rows of the left operand, packing the right one costs more than it saves. */
const FEW_ROWS = 32;
/** What becomes of a product, as in kernels/tile.ts; GELU leaves its slope at `operand`. */
const OPERATIONS = { none: 0, relu: 1, gelu: 4 } as const;
type Operation = keyof typeof OPERATIONS;
const ACTIVATIONS: Record<string, Operation> = { linear: 'none', relu: 'relu' };

export interface Product {
  M: number;
  K: number;
  N: number;
  batches: number;
  /** Numbers from one batch's operand to the next's; 0: one for all. */
  aBatch: number;
  bBatch: number;
  transposeA: boolean;
  transposeB: boolean;
  /** Address; 0: none. */
  bias: number;
  op: Operation;
  /** Address of numbers in the shape of the product. */
  operand?: number;
}

/** op(A B + bias), the operands at the given addresses. */
export function multiply(backend: SimdBackend, a: number, b: number, product: Product, outShape: number[]): TensorInfo {
  const { M, K, N, batches, aBatch, bBatch, transposeA, transposeB, bias, op, operand = 0 } = product;
  const panels = Math.ceil(N / PANEL);
  const out = backend.output(outShape);
  const packed = transposeB || M > FEW_ROWS ? pack(backend, b, product) : null;
  // Of a panel that is not packed, the columns beyond N are numbers of the next row, and go nowhere.
  const [right, batch, step, row] = packed
    ? [packed.address, bBatch && panels * K * PANEL, K * PANEL, PANEL]
    : [b, bBatch, PANEL, N];
  const [mStep, kStep] = transposeA ? [1, M] : [K, 1];
  // Eight multiply-adds at a time.
  const work = (K * panels * PANEL * 2) / 8;
  const sizes = [M, K, N, mStep, kStep, aBatch, batch, step, row];
  backend.run(
    'matmulPairs',
    batches * Math.ceil(M / 2),
    work,
    a,
    right,
    bias,
    out.address,
    ...sizes,
    OPERATIONS[op],
    operand,
  );
  if (packed) backend.disposeIntermediateTensorInfo(packed);
  return out;
}

function pack(
  backend: SimdBackend,
  address: number,
  { K, N, batches, bBatch, transposeB }: Product,
): TensorInfo & { address: number } {
  const panels = Math.ceil(N / PANEL) * (bBatch ? batches : 1);
  const packed = backend.output([panels * K * PANEL]);
  const [kStride, nStride] = transposeB ? [1, K] : [N, 1];
  backend.run('packPanels', panels, K * PANEL, address, packed.address, K, N, kStride, nStride, bBatch);
  return packed;
}

interface MatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
  activation?: string;
}

const matmul: SimdKernel = ({ backend, inputs, attrs }) => {
  const { a, b, bias, preluActivationWeights } = inputs as Record<'a' | 'b', TensorInfo> & Record<string, TensorInfo>;
  const { transposeA, transposeB, activation: name = 'linear' } = attrs as unknown as MatMulAttributes;
  const op = ACTIVATIONS[name];
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || preluActivationWeights || op === undefined) return null;
  const [left, right] = [backend.address(a), backend.address(b)];
  if (a.shape.length < 2 || b.shape.length < 2) return null;
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [M, K] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const N = transposeB ? bRows : bColumns;
  // It says what does not fit.
  if (K !== (transposeB ? bColumns : bRows)) return null;
  const [aOuter, bOuter] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = broadcast_util.assertAndGetBroadcastShape(aOuter, bOuter);
  const batches = util.sizeFromShape(outer);
  const [aBatches, bBatches] = [util.sizeFromShape(aOuter), util.sizeFromShape(bOuter)];
  // Each operand is either there for each batch or once for all.
  const isPlain = [aBatches, bBatches].every((count) => count === batches || count === 1);
  const biasAddress = bias ? backend.address(bias) : 0;
  if (left === null || right === null || !isPlain || biasAddress === null) return null;
  if (bias && (bias.dtype !== 'float32' || util.sizeFromShape(bias.shape) !== N)) return null;
  return multiply(
    backend,
    left,
    right,
    {
      ...{ M, K, N, batches, transposeA, transposeB },
      aBatch: aBatches === 1 ? 0 : M * K,
      bBatch: bBatches === 1 ? 0 : K * N,
      bias: biasAddress,
      op,
    },
    [...outer, M, N],
  );
};

export const matmulKernels: Record<string, SimdKernel> = { BatchMatMul: matmul, _FusedMatMul: matmul };
