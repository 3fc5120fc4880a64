/** Names of a space's components. @throws RangeError unless there is one for each */
export function checkedNames(
  kind: string,
  names: readonly string[] | undefined,
  size: number,
): readonly string[] | undefined {
  if (names && names.length !== size) throw new RangeError(`${kind}: ${names.length} names for ${size} components`);
  return names;
}

/** Whether it is an array of any kind with so many components, whatever they are. */
export function isNumbers(value: unknown, length: number): value is ArrayLike<number> {
  return (
    (Array.isArray(value) || ArrayBuffer.isView(value)) && (value as unknown as ArrayLike<unknown>).length === length
  );
}

export function every(values: ArrayLike<number>, holds: (value: number, index: number) => boolean): boolean {
  for (let i = 0; i < values.length; i++) if (!holds(values[i] as number, i)) return false;
  return true;
}
