import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions } from '../env.ts';
import { ACCENT, BACKGROUND, BAD, BODY, DETAIL, GOOD, SURFACE } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Colour, Scene, Shape } from '../scene.ts';
import { Discrete } from '../spaces.ts';
import { cellCentre, drawBoard } from './board.ts';
import { type Outcome, Tabular, Transitions } from './tabular.ts';

const SIZE = 5;
/** Between two columns there is a wall (|) or none (:). */
const STREETS = [' : | : : ', ' : | : : ', ' : : : : ', ' | : | : ', ' | : | : '];
const STOPS = [
  { row: 0, column: 0, name: 'R', fill: BAD },
  { row: 0, column: 4, name: 'G', fill: GOOD },
  { row: 4, column: 0, name: 'Y', fill: '#e3c15a' as Colour },
  { row: 4, column: 3, name: 'B', fill: '#7f93ff' as Colour },
] as const;
const STATES = SIZE * SIZE * 5 * 4;
const IN_TAXI = 4;

const PICK_UP = 4;
const DROP_OFF = 5;
/** Rows and columns of a step to the south, north, east, west. */
const HEADINGS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;
/** Where rain may carry a taxi that heads there: first to its left, then to its right. */
const SIDES = [
  [2, 3],
  [3, 2],
  [1, 0],
  [0, 1],
] as const;

export interface TaxiOptions {
  /** Whether a move may go to either side. */
  rain?: boolean;
  /** In rain, the probability that a move goes where it was meant to. */
  rainProbability?: number;
  /** Whether the passenger may think again once, on the first move of the ride. */
  fickle?: boolean;
  /** Probability that a fickle passenger will do so in an episode. */
  fickleProbability?: number;
}

/** What a state's number says. */
interface Ride {
  row: number;
  column: number;
  /** The stop where the passenger waits, or 4 in the taxi. */
  passenger: number;
  /** The stop to go to. */
  destination: number;
}

/**
 * Taxi: fetch a passenger at one of four stops and drive them to another.
 *
 * A city of 5 by 5 cells with some walls between columns, and the stops R, G, Y and B. In `rain` a move that is not
 * blocked goes to either side of where it was meant to go, with a probability of 0.1 each. A `fickle` passenger
 * changes the destination with a probability of 0.3, once, when the taxi first moves with them.
 *
 * | action | meaning                |
 * |--------|------------------------|
 * | 0      | drive south (down)     |
 * | 1      | drive north (up)       |
 * | 2      | drive east (right)     |
 * | 3      | drive west (left)      |
 * | 4      | pick the passenger up  |
 * | 5      | drop the passenger off |
 *
 * The action mask leaves out what would change nothing. A masked action can be taken nevertheless, at its cost.
 *
 * | observation | from | to  | meaning                                                       |
 * |-------------|------|-----|---------------------------------------------------------------|
 * | state       | 0    | 499 | ((row * 5 + column) * 5 + passenger) * 4 + destination, where |
 * |             |      |     | stops are numbered R, G, Y, B and a passenger on board is 4   |
 *
 * - **Reward**: 20 for delivering the passenger, -10 for picking up or dropping off where that cannot be done, -1 for
 *   every other step.
 * - **Start**: any cell, any stop, any other stop as destination, equally likely.
 * - **End**: terminates with the delivery, which `info.success` says; registered with at most 200 steps.
 * - **Solved**: a mean return of 7.9, where the best there is in fair weather is 7.93; Gymnasium's threshold is 8.
 *
 * @see Dietterich 2000, "Hierarchical Reinforcement Learning with the MAXQ Value Function Decomposition"
 * @see https://gymnasium.farama.org/environments/toy_text/taxi/
 */
export class Taxi extends BatchOfOne<Taxis, number, number> {
  readonly observationSpace = new Discrete(STATES);
  readonly actionSpace = new Discrete(6, { names: ['south', 'north', 'east', 'west', 'pick up', 'drop off'] });

  constructor({ rain = false, rainProbability = 0.8, fickle = false, fickleProbability = 0.3 }: TaxiOptions = {}) {
    const transitions = streets(rain ? rainProbability : undefined);
    super((count) => new Taxis(count, transitions, fickle ? fickleProbability : undefined));
  }

  actionMask(): ArrayLike<number> {
    return Array.from(this.batch.actionMask(0));
  }

  /** Here and not only inherited, since the batch has the mask too. */
  override vectorize(count: number): EnvBatch {
    return super.vectorize(count);
  }

  draw(): Scene {
    const { row, column, passenger, destination } = decode(this.batch.state[0] as number);
    const delivered = this.batch.succeeded[0] === 1;
    const taxi = cellCentre(row, column);
    const goal = STOPS[destination] as (typeof STOPS)[number];
    const at = STOPS[passenger];
    const rider = at ? cellCentre(at.row, at.column) : taxi;
    const stops = STOPS.flatMap(({ name, fill, ...cell }): Shape[] => {
      const { x, y } = cellCentre(cell.row, cell.column);
      return [
        { kind: 'rect', x: x - 0.47, y: y - 0.47, width: 0.94, height: 0.94, radius: 0.1, fill: `${fill}2e` as Colour },
        { kind: 'text', x: x - 0.26, y: y - 0.24, text: name, size: 0.26, fill },
      ];
    });
    const walls = STREETS.flatMap((street, r) =>
      [1, 2, 3, 4].flatMap((c): Shape[] => {
        if (street[2 * c - 1] !== '|') return [];
        const { x, y } = cellCentre(r, c);
        return [{ kind: 'line', points: [x - 0.5, y - 0.47, x - 0.5, y + 0.47], stroke: DETAIL, strokeWidth: 0.07 }];
      }),
    );
    const { x, y } = cellCentre(goal.row, goal.column);
    return drawBoard({
      rows: SIZE,
      columns: SIZE,
      fill: () => SURFACE,
      shapes: [
        ...stops,
        ...walls,
        {
          kind: 'rect',
          id: 'destination',
          x: x - 0.42,
          y: y - 0.42,
          width: 0.84,
          height: 0.84,
          radius: 0.1,
          stroke: goal.fill,
          strokeWidth: 0.06,
        },
        {
          kind: 'rect',
          id: 'taxi',
          x: taxi.x - 0.27,
          y: taxi.y - 0.19,
          width: 0.54,
          height: 0.38,
          radius: 0.1,
          fill: ACCENT,
        },
        { kind: 'circle', id: 'passenger', ...rider, radius: 0.12, fill: BODY, stroke: BACKGROUND, strokeWidth: 0.04 },
      ],
      caption: delivered
        ? `delivered to ${goal.name}`
        : at
          ? `from ${at.name} to ${goal.name}`
          : `on the way to ${goal.name}`,
    });
  }
}

/** The dynamics, of taxis side by side. */
class Taxis extends Tabular {
  /** 1 where the passenger will change the destination on the first move of the ride. */
  private readonly fickle: Uint8Array;
  private readonly masks: readonly Uint8Array[];

  constructor(
    count: number,
    transitions: Transitions,
    private readonly fickleProbability: number | undefined,
  ) {
    super(count, transitions);
    this.fickle = new Uint8Array(count);
    this.masks = Array.from({ length: STATES }, (_, state) => maskOf(decode(state)));
  }

  override reset(row: number, options: ResetOptions, observations: Float32Array): void {
    super.reset(row, options, observations);
    const { fickleProbability } = this;
    if (fickleProbability === undefined) return;
    this.fickle[row] = (this.random[row] as Generator).random() < fickleProbability ? 1 : 0;
  }

  actionMask(row: number): ArrayLike<number> {
    return this.masks[this.state[row] as number] as Uint8Array;
  }

  protected override arrive(row: number, before: number, after: number): number {
    if (!this.fickle[row] || passengerOf(before) !== IN_TAXI || cellOf(before) === cellOf(after)) return after;
    this.fickle[row] = 0;
    const destination = before % 4;
    const other = (this.random[row] as Generator).integers(3);
    return after - destination + (other < destination ? other : other + 1);
  }
}

function cellOf(state: number): number {
  return Math.floor(state / 20);
}

function passengerOf(state: number): number {
  return Math.floor(state / 4) % 5;
}

function decode(state: number): Ride {
  const cell = cellOf(state);
  return {
    row: Math.floor(cell / SIZE),
    column: cell % SIZE,
    passenger: passengerOf(state),
    destination: state % 4,
  };
}

function encode({ row, column, passenger, destination }: Ride): number {
  return ((row * SIZE + column) * 5 + passenger) * 4 + destination;
}

/** Which stop is at a cell, -1 where there is none. */
function stopAt({ row, column }: Ride): number {
  return STOPS.findIndex((stop) => stop.row === row && stop.column === column);
}

/** A move, which ends where it began before a wall and at the edge. */
function move(ride: Ride, direction: number): Ride {
  const [down, right] = HEADINGS[direction] as readonly [number, number];
  const row = ride.row + down;
  const column = ride.column + right;
  const isOutside = row < 0 || row >= SIZE || column < 0 || column >= SIZE;
  const isWalled = right !== 0 && STREETS[ride.row]?.[2 * ride.column + right] === '|';
  return isOutside || isWalled ? ride : { ...ride, row, column };
}

function maskOf(ride: Ride): Uint8Array {
  const stop = stopAt(ride);
  const moves = HEADINGS.map((_, direction) => move(ride, direction) !== ride);
  return Uint8Array.from(
    [...moves, stop >= 0 && stop === ride.passenger, stop >= 0 && ride.passenger === IN_TAXI],
    Number,
  );
}

/** @param rainProbability  that a move goes where it was meant to; undefined where it does so always */
function streets(rainProbability: number | undefined): Transitions {
  const drive = (ride: Ride, direction: number): Outcome[] => {
    const go = (to: Ride, probability: number): Outcome => ({ probability, state: encode(to), reward: -1 });
    const ahead = move(ride, direction);
    if (rainProbability === undefined) return [go(ahead, 1)];
    const aside = (1 - rainProbability) / 2;
    // A taxi that is blocked is not carried aside either.
    const sides = (SIDES[direction] as readonly number[]).map((side) => (ahead === ride ? ride : move(ride, side)));
    return [go(ahead, rainProbability), ...sides.map((to) => go(to, aside))];
  };
  const load = (ride: Ride, action: number): Outcome => {
    const stop = stopAt(ride);
    const isPossible = stop >= 0 && ride.passenger === (action === PICK_UP ? stop : IN_TAXI);
    if (!isPossible) return { probability: 1, state: encode(ride), reward: -10 };
    const state = encode({ ...ride, passenger: action === PICK_UP ? IN_TAXI : stop });
    const delivered = action === DROP_OFF && stop === ride.destination;
    return { probability: 1, state, reward: delivered ? 20 : -1, terminated: delivered };
  };
  return new Transitions({
    states: STATES,
    actions: 6,
    most: 3,
    // 25 cells, 4 stops, 3 others
    initial: (state) => {
      const { passenger, destination } = decode(state);
      return passenger !== IN_TAXI && passenger !== destination ? 1 / 300 : 0;
    },
    outcomes: (state, action) => (action < PICK_UP ? drive(decode(state), action) : [load(decode(state), action)]),
  });
}
