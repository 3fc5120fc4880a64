import { ACCENT, BACKGROUND, BODY, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import type { Scene } from '../scene.ts';

/** The valley that both mountain cars drive in, from -1.2 to 0.6. */
export const MIN_POSITION = -1.2;
export const MAX_POSITION = 0.6;

const WIDTH = MAX_POSITION - MIN_POSITION;
const HEIGHT = 1.35;
const BASE = 1.25; // where the height 0 is painted

const height = (position: number): number => 0.45 * Math.sin(3 * position) + 0.55;
const screenX = (position: number): number => position - MIN_POSITION;
const screenY = (position: number): number => BASE - height(position);

const outline = Array.from({ length: 91 }, (_, i) => MIN_POSITION + (i / 90) * WIDTH).flatMap((position) => [
  screenX(position),
  screenY(position),
]);

// Seen from the side, about the middle of the body.
const CAR = [
  -0.085, 0.03, -0.085, -0.015, -0.045, -0.025, -0.025, -0.065, 0.03, -0.065, 0.05, -0.025, 0.085, -0.012, 0.085, 0.03,
];

/** @param force  last push, from -1 (left) to 1 (right) */
export function drawHill({ position, goal, force }: { position: number; goal: number; force: number }): Scene {
  const x = screenX(position);
  const y = screenY(position);
  const slope = Math.atan2(-1.35 * Math.cos(3 * position), 1); // of the ground, clockwise
  /** A point beside the car: along the ground, and up from it. */
  const beside = (along: number, up: number): [x: number, y: number] => [
    x + along * Math.cos(slope) + up * Math.sin(slope),
    y + along * Math.sin(slope) - up * Math.cos(slope),
  ];
  const [leftWheelX, leftWheelY] = beside(-0.05, 0.026);
  const [rightWheelX, rightWheelY] = beside(0.05, 0.026);
  const [bodyX, bodyY] = beside(0, 0.07);
  const side = Math.sign(force);
  const [tailX, tailY] = beside(0, 0.19);
  const [headX, headY] = beside(0.14 * force, 0.19);
  const flagX = screenX(goal);
  const flagY = screenY(goal);
  return {
    width: WIDTH,
    height: HEIGHT,
    background: BACKGROUND,
    shapes: [
      { kind: 'polygon', points: [...outline, WIDTH, HEIGHT, 0, HEIGHT], fill: SURFACE },
      { kind: 'line', points: outline, stroke: EDGE, strokeWidth: 0.012 },
      { kind: 'line', points: [flagX, flagY, flagX, flagY - 0.16], stroke: DETAIL, strokeWidth: 0.008 },
      {
        kind: 'polygon',
        points: [flagX, flagY - 0.16, flagX + 0.07, flagY - 0.135, flagX, flagY - 0.11],
        fill: GOOD,
      },
      {
        kind: 'polygon',
        id: 'car',
        points: CAR,
        x: bodyX,
        y: bodyY,
        rotation: slope,
        fill: BODY,
      },
      {
        kind: 'circle',
        id: 'left wheel',
        x: leftWheelX,
        y: leftWheelY,
        radius: 0.026,
        fill: DETAIL,
        stroke: BACKGROUND,
        strokeWidth: 0.008,
      },
      {
        kind: 'circle',
        id: 'right wheel',
        x: rightWheelX,
        y: rightWheelY,
        radius: 0.026,
        fill: DETAIL,
        stroke: BACKGROUND,
        strokeWidth: 0.008,
      },
      ...(side === 0
        ? []
        : [
            {
              kind: 'line' as const,
              id: 'push',
              points: [tailX, tailY, headX, headY],
              stroke: ACCENT,
              strokeWidth: 0.012,
            },
            {
              kind: 'polygon' as const,
              id: 'push head',
              points: [0, -0.028, side * 0.045, 0, 0, 0.028],
              x: headX,
              y: headY,
              rotation: slope,
              fill: ACCENT,
            },
          ]),
    ],
  };
}
