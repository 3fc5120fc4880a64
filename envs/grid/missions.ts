import { Text } from '../spaces.ts';
import { COLOUR_NAMES } from './cells.ts';

/** Colours in the order in which levels draw them. */
export const COLOURS_BY_NAME: readonly string[] = [...COLOUR_NAMES].sort();

/** All sentences of parts that are each said in one of several ways: `phrases(['go to the'], colours, ['door'])`. */
export function phrases(...parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>(
    (sentences, part) => sentences.flatMap((start) => part.map((end) => (start === '' ? end : `${start} ${end}`))),
    [''],
  );
}

/** The space of these missions: as long as the longest, with their words. */
export function missionSpace(missions: readonly string[]): Text {
  const words = new Set(missions.flatMap((mission) => mission.split(' ')));
  return new Text(Math.max(...missions.map(({ length }) => length)), { words: [...words] });
}
