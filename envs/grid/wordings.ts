import { COLOURS_BY_NAME } from './missions.ts';

/** How a level may say its missions: in BabyAI's own words, or in ways of which some are kept to test with. */
export type Wordings = 'original' | 'train' | 'test';

/**
 * Ways to say `go to the red ball`. Those to test with share no verb with those to train with; what they name is said in
 * the same words.
 */
const WAYS: Readonly<Record<Wordings, readonly string[]>> = {
  original: ['go to THE COLOUR KIND'],
  train: [
    'go to THE COLOUR KIND',
    'move to THE COLOUR KIND',
    'approach THE COLOUR KIND',
    'find THE COLOUR KIND',
    'head for THE COLOUR KIND',
    'go to THE KIND that is COLOUR',
    'please find THE KIND that is COLOUR',
  ],
  test: [
    'walk to THE COLOUR KIND',
    'reach THE COLOUR KIND',
    'get over to THE COLOUR KIND',
    'look for THE KIND that is COLOUR',
    'navigate towards THE COLOUR KIND',
  ],
};

/** The ways of a set; `train` and `test` have none in common. */
export function waysOf(wordings: Wordings): readonly string[] {
  return WAYS[wordings];
}

/** `go to the red ball` in one of these ways. */
export function reword(mission: string, way: string): string {
  const [, , article, colour, kind] = mission.split(' ');
  return way.replace('THE', `${article}`).replace('COLOUR', `${colour}`).replace('KIND', `${kind}`);
}

/**
 * All that can be said of going to these kinds of things. Where some ways are kept to test with, the words of all are
 * those of both sets, so that who learned in the one can be told in the other.
 */
export function missionsToGo(wordings: Wordings, kinds: readonly string[]): string[] {
  const ways = wordings === 'original' ? WAYS.original : [...WAYS.train, ...WAYS.test];
  return ways.flatMap((way) =>
    ['the', 'a'].flatMap((article) =>
      COLOURS_BY_NAME.flatMap((colour) => kinds.map((kind) => reword(`go to ${article} ${colour} ${kind}`, way))),
    ),
  );
}
