/** Where the last layer of the ziggurat ends and the normal distribution's tail begins, with 256 layers. */
export const NORMAL_TAIL_START = 3.654152885361009;
/** Area of each layer, under exp(-x^2 / 2). */
const LAYER_AREA = 0.004928673233974652;
const LAYERS = 256;
const UNIT = 2 ** 52; // magnitudes are 52-bit integers

export interface ZigguratTables {
  /** A magnitude below this lies wholly under the curve. */
  accept: Float64Array;
  /** Width of a layer, over 2^52. */
  width: Float64Array;
  /** Height of the curve at a layer's right end. */
  density: Float64Array;
}

let tables: ZigguratTables | undefined;

/**
 * The 256 layers of equal area that cover the right half of the normal curve, made on first use.
 *
 * @see Marsaglia and Tsang 2000, "The Ziggurat Method for Generating Random Variables"
 */
export function normalTables(): ZigguratTables {
  return (tables ??= makeTables());
}

function makeTables(): ZigguratTables {
  const accept = new Float64Array(LAYERS);
  const width = new Float64Array(LAYERS);
  const density = new Float64Array(LAYERS);
  const height = (x: number): number => Math.exp(-0.5 * x * x);

  const base = LAYER_AREA / height(NORMAL_TAIL_START); // width of a rectangle as large as the last layer and the tail
  accept[0] = Math.floor((NORMAL_TAIL_START / base) * UNIT);
  width[0] = base / UNIT;
  density[0] = 1;
  let x = NORMAL_TAIL_START;
  width[LAYERS - 1] = x / UNIT;
  density[LAYERS - 1] = height(x);
  for (let i = LAYERS - 2; i >= 1; i--) {
    const outer = x;
    x = Math.sqrt(-2 * Math.log(LAYER_AREA / outer + height(outer)));
    accept[i + 1] = Math.floor((x / outer) * UNIT);
    width[i] = x / UNIT;
    density[i] = height(x);
  }
  return { accept, width, density };
}
