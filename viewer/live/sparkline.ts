import { svg } from '../page/dom.ts';

const [WIDTH, HEIGHT] = [60, 16];

/** The mean returns of a run, from the worst to the best of them. */
export function sparkline(returns: readonly number[]): SVGElement {
  const [low, high] = [Math.min(...returns), Math.max(...returns)];
  const points = returns.map((value, i) => {
    const x = (i / Math.max(1, returns.length - 1)) * WIDTH;
    const y = high > low ? HEIGHT - 1 - ((value - low) / (high - low)) * (HEIGHT - 2) : HEIGHT / 2;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const picture = svg('svg', { class: 'sparkline', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' });
  picture.append(svg('polyline', { points: points.join(' ') }));
  return picture;
}
