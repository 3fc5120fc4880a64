/** Angles below which `sinSmall` and `cosSmall` hold, in rad. */
export const SMALL_ANGLE = 0.3;

/**
 * Sine of an angle smaller than `SMALL_ANGLE`, to the last bit that of fdlibm, from which JavaScript engines took theirs:
 * without the call, which costs as much as the rest of a step.
 *
 * @see https://www.netlib.org/fdlibm/k_sin.c
 */
export function sinSmall(x: number): number {
  const z = x * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-1 + z * r);
}

/** Cosine of an angle smaller than `SMALL_ANGLE`. @see https://www.netlib.org/fdlibm/k_cos.c */
export function cosSmall(x: number): number {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  return 1 - (0.5 * z - z * r);
}
