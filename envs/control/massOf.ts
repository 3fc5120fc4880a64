/** As planck's `Body.setMassData` takes it. */
export interface Mass {
  mass: number; // kg
  center: { x: number; y: number };
  /** Moment of inertia about the origin, kg m^2. */
  I: number;
}

/**
 * Mass, centre and moment of inertia of an even polygon, by Green's theorem.
 *
 * planck's own takes the mean of the corners for the centre of mass, and so a wrong moment of inertia.
 *
 * @param corners  x and y in turn, anticlockwise, m
 * @param density  kg/m^2
 */
export function massOf(corners: readonly number[], density: number): Mass {
  let area = 0;
  let x = 0;
  let y = 0;
  let inertia = 0;
  for (let i = 0; i < corners.length; i += 2) {
    const j = (i + 2) % corners.length;
    const [x0, y0, x1, y1] = [corners[i], corners[i + 1], corners[j], corners[j + 1]] as [
      number,
      number,
      number,
      number,
    ];
    // Of the triangle between the origin and this edge.
    const twice = x0 * y1 - x1 * y0;
    area += twice / 2;
    x += (twice * (x0 + x1)) / 6;
    y += (twice * (y0 + y1)) / 6;
    inertia += (twice * (x0 * x0 + x0 * x1 + x1 * x1 + y0 * y0 + y0 * y1 + y1 * y1)) / 12;
  }
  return { mass: density * area, center: { x: x / area, y: y / area }, I: density * inertia };
}
