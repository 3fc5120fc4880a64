/** How far apart neighbours of each axis lie in a tensor of `shape` broadcast to `target`; 0 where it is repeated. */
export function strides(shape: readonly number[], target: readonly number[] = shape): number[] {
  const result = new Array<number>(target.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1) result[axis + target.length - shape.length] = stride;
    stride *= size;
  }
  return result;
}

export interface Axes {
  sizes: number[];
  /** Of each operand, in numbers. */
  strides: number[][];
}

/** The same walk over several operands with as few axes as can be: neighbours that all step through alike become one. */
export function collapse(sizes: readonly number[], operands: readonly (readonly number[])[]): Axes {
  const result: Axes = { sizes: [], strides: operands.map(() => []) };
  for (let axis = 0; axis < sizes.length; axis++) {
    const size = sizes[axis] as number;
    if (size === 1) continue;
    const last = result.sizes.length - 1;
    const joins = last >= 0 && operands.every((each, i) => result.strides[i]?.[last] === (each[axis] as number) * size);
    if (joins) {
      result.sizes[last] = (result.sizes[last] as number) * size;
      operands.forEach((each, i) => ((result.strides[i] as number[])[last] = each[axis] as number));
    } else {
      result.sizes.push(size);
      operands.forEach((each, i) => result.strides[i]?.push(each[axis] as number));
    }
  }
  return result;
}
