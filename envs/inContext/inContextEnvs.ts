import { type EnvTable, withParameters } from '../entry.ts';
import type { Parameter } from '../parameters.ts';
import { BernoulliBandit } from './bernoulliBandit.ts';
import { DarkKeyToDoor } from './darkKeyToDoor.ts';
import { DarkRoom } from './darkRoom.ts';
import type { Tasks } from './tasks.ts';

const whole = (value: number, [min, max]: [number, number], meaning: string) =>
  ({ kind: 'integer', default: value, min, max, meaning }) satisfies Parameter;

const room = (horizon: number) =>
  ({
    size: whole(9, [2, 50], 'rows and columns of the room'),
    horizon: whole(horizon, [1, 1000], 'steps of an episode'),
    episodes: whole(10, [1, 100], 'episodes of a trial, through which what is hidden stays where it is'),
    start: { kind: 'choice', default: 'centre', choices: ['centre', 'random'], meaning: 'where an episode begins' },
    tasks: {
      kind: 'choice',
      default: 'all',
      choices: ['all', 'train', 'test'],
      meaning: 'what may be hidden where: anything, or what the other of train and test never hides',
    },
  }) as const satisfies Record<string, Parameter>;

/** Of a trial with parameters for them. */
const startOf = (start: string): 'centre' | 'random' => (start === 'random' ? 'random' : 'centre');
const tasksOf = (tasks: string): Tasks => (tasks === 'train' || tasks === 'test' ? tasks : 'all');

/** Trials: several episodes in a task that stays the same and is not shown, to be learnt on the way. */
export const inContextEnvs: EnvTable = {
  'DarkRoom-v0': withParameters({
    parameters: {
      ...room(20),
      once: { kind: 'boolean', default: false, meaning: 'whether the goal gives its reward once an episode' },
    },
    make: ({ start, tasks, ...values }) => new DarkRoom({ ...values, start: startOf(start), tasks: tasksOf(tasks) }),
    summary: 'find a goal in the dark, then go there at once in the episodes that follow',
  }),
  'DarkKeyToDoor-v0': withParameters({
    parameters: room(50),
    make: ({ start, tasks, ...values }) =>
      new DarkKeyToDoor({ ...values, start: startOf(start), tasks: tasksOf(tasks) }),
    summary: 'find a key and a door in the dark, episode after episode',
  }),
  'BernoulliBandit-v0': withParameters({
    parameters: {
      arms: whole(5, [2, 50], 'arms to choose from'),
      pulls: whole(100, [1, 1000], 'pulls in a trial'),
    },
    make: (values) => new BernoulliBandit(values),
    summary: 'find the best arm while pulling them',
  }),
};
