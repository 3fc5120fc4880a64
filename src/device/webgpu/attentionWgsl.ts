// What the shaders of attention within episodes are made of; agents/model/attention.ts says what they compute. Nobody
// keeps the scores [T, S]: a workgroup takes `STEPS` steps of one head of one sequence, a thread each, and goes through
// what they see in tiles that all of its threads share.
//
// N sequences, H heads, P steps before each sequence, T steps of it, D width of a head. The P + T steps are columns;
// step t sees the columns from `first` to P + t, which is itself. Rows of D are padded with zeros to whole vectors.

/** Steps of a workgroup, and so its threads. */
export const STEPS = 32;
/** Bytes of a workgroup's memory that every GPU has, less what goes for a few numbers for each row. */
const TILE_BYTES = 16384 - 1024;

export const SIZES = ['N', 'H', 'P', 'T'] as const;
export const PAST = ['projection', 'pastKeys', 'pastValues', 'first', 'cosines', 'sines'];

/** Where a workgroup works, and what it reads of the projection. */
export function base(D: number): string {
  const vectors = Math.ceil(D / 4);
  return `
  const D = ${D};
  const HALF = ${D / 2};
  const VECTORS = ${vectors};
  // Rows of a tile: two arrays of them fit.
  const ROWS = ${Math.max(1, Math.min(STEPS, Math.floor(TILE_BYTES / (2 * 16 * vectors))))};
  const STEPS = ${STEPS};
  const SCALE = ${1 / Math.sqrt(D)};
  alias Row = array<vec4f, VECTORS>;
  struct Place { n : i32, h : i32, begin : i32, live : bool }

  fn placeOf(group : i32) -> Place {
    let tiles = (uniforms.T + STEPS - 1) / STEPS;
    let head = group / tiles;
    return Place(head / uniforms.H, head % uniforms.H, (group % tiles) * STEPS, head < uniforms.N * uniforms.H);
  }

  // Kind 0 is the query, 1 the key, 2 the value.
  fn projectionIndex(place : Place, t : i32, kind : i32, d : i32) -> i32 {
    return (((place.n * uniforms.T + t) * 3 + kind) * uniforms.H + place.h) * D + d;
  }

  // Component d of a row of which (low, high) is its pair of components, turned to its column's position.
  fn turn(low : f32, high : f32, column : i32, d : i32) -> f32 {
    let at = column * HALF + d % HALF;
    return select(low * cosines[at] - high * sines[at], high * cosines[at] + low * sines[at], d >= HALF);
  }

  fn turned(place : Place, t : i32, kind : i32, d : i32) -> f32 {
    if (d >= D) { return 0.0; }
    let low = projection[projectionIndex(place, t, kind, d % HALF)];
    let high = projection[projectionIndex(place, t, kind, d % HALF + HALF)];
    return turn(low, high, uniforms.P + t, d);
  }

  fn value(place : Place, t : i32, d : i32) -> f32 {
    if (d >= D) { return 0.0; }
    return projection[projectionIndex(place, t, 2, d)];
  }
  `;
}

/** A vector: components 4 v … 4 v + 3 of what `at` gives. */
export const vector = (at: (d: string) => string): string =>
  `vec4f(${['4 * v', '4 * v + 1', '4 * v + 2', '4 * v + 3'].map(at).join(', ')})`;

/** Fills a row of the thread's own. */
export const fill = (row: string, at: (d: string) => string): string =>
  `for (var v = 0; v < VECTORS; v++) { ${row}[v] = ${vector(at)}; }`;

/** The product of two rows, of which `a` and `b` are the vectors. */
export const product = (name: string, a: string, b: string): string =>
  `var ${name} = 0.0; for (var v = 0; v < VECTORS; v++) { ${name} += dot(${a}, ${b}); }`;

/** Columns of the steps before the sequence too, and tiles of them. */
export const COLUMNS = `
  fn pastIndex(place : Place, column : i32, d : i32) -> i32 {
    return ((place.n * uniforms.H + place.h) * uniforms.P + column) * D + d;
  }

  fn keyOf(place : Place, column : i32, d : i32) -> f32 {
    if (column >= uniforms.P) { return turned(place, column - uniforms.P, 1, d); }
    if (d >= D) { return 0.0; }
    let at = pastIndex(place, column, d % HALF);
    return turn(pastKeys[at], pastKeys[at + HALF], column, d);
  }

  fn valueOf(place : Place, column : i32, d : i32) -> f32 {
    if (column >= uniforms.P) { return value(place, column - uniforms.P, d); }
    if (d >= D) { return 0.0; }
    return pastValues[pastIndex(place, column, d)];
  }

  var<workgroup> keys : array<vec4f, ROWS * VECTORS>;
  var<workgroup> values : array<vec4f, ROWS * VECTORS>;
`;

export const OUTPUT_GRADIENT = `
  fn dOutputOf(place : Place, t : i32, d : i32) -> f32 {
    if (d >= D) { return 0.0; }
    return dy[((place.n * uniforms.T + t) * uniforms.H + place.h) * D + d];
  }

  fn statisticsIndex(place : Place, t : i32) -> i32 {
    return 2 * ((place.n * uniforms.H + place.h) * uniforms.T + t);
  }
`;

/** Writes a gradient of turned components, turned back. */
export const WRITE_TURNED_BACK = `
  fn writeTurnedBack(place : Place, t : i32, kind : i32, gradient : Row) {
    var row = gradient;
    for (var d = 0; d < HALF; d++) {
      let at = (uniforms.P + t) * HALF + d;
      let low = row[d / 4][d % 4];
      let high = row[(d + HALF) / 4][(d + HALF) % 4];
      result[projectionIndex(place, t, kind, d)] = low * cosines[at] + high * sines[at];
      result[projectionIndex(place, t, kind, d + HALF)] = high * cosines[at] - low * sines[at];
    }
  }
`;

/** The thread's step t: whether there is one, its query and the first column that it sees. */
export const STEP = `
    let place = placeOf(index / STEPS);
    let lane = index % STEPS;
    let t = place.begin + lane;
    let live = place.live && t < uniforms.T;
    var query : Row;
    var oldest = 0;
    if (live) {
      oldest = first[place.n * uniforms.T + t];
      ${fill('query', (d) => `SCALE * turned(place, t, 0, ${d})`)}
    }
`;

/** Runs `body` for each column that the thread's step sees, with its `score` and its row \`k\` of the tile. */
export const overColumns = (body: string): string => `
    let columns = uniforms.P + min(STEPS, uniforms.T);
    for (var start = 0; start < columns; start += ROWS) {
      workgroupBarrier();
      for (var i = lane; i < ROWS * VECTORS; i += STEPS) {
        let column = place.begin + start + i / VECTORS;
        let v = i % VECTORS;
        if (place.live && column < uniforms.P + uniforms.T) {
          keys[i] = ${vector((d) => `keyOf(place, column, ${d})`)};
          values[i] = ${vector((d) => `valueOf(place, column, ${d})`)};
        }
      }
      workgroupBarrier();
      if (live) {
        for (var k = 0; k < ROWS; k++) {
          let column = place.begin + start + k;
          if (column >= oldest && column <= uniforms.P + t) {
            ${product('score', 'query[v]', 'keys[k * VECTORS + v]')}
            ${body}
          }
        }
      }
    }
`;

/** The softmax is taken while the columns go by: at each new maximum, what was summed so far is made smaller. */
export const SOFTMAX = `
            let top = max(highest, score);
            let keep = exp(highest - top);
            let weight = exp(score - top);
            total = total * keep + weight;
            highest = top;
`;
