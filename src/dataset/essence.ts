import type { Space } from '../../envs/spaces.ts';
import { spaceToJson } from '../replay/spaceJson.ts';

const LABELS = ['names', 'units', 'channels', 'categoryNames'];

/** What of a space its values depend on, as text: all but the names that people read. */
export function essence(space: Space): string {
  return JSON.stringify(spaceToJson(space), (key, value: unknown) =>
    LABELS.includes(key) && Array.isArray(value) ? undefined : value,
  );
}
