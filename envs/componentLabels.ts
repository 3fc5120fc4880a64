import { flatSize } from './spaces.ts';
import type { Space } from './spaces.ts';

/** A name for each number of an observation's flat form. */
export function componentLabels(space: Space, name = ''): string[] {
  if (space.kind === 'tuple' || space.kind === 'dict') {
    const parts =
      space.kind === 'tuple'
        ? space.spaces.map((part, i) => [String(i + 1), part] as const)
        : Object.entries(space.spaces);
    return parts.flatMap(([key, part]) => componentLabels(part, name ? `${name} ${key}` : key));
  }
  const own = space.kind === 'discrete' || space.kind === 'text' ? undefined : space.names;
  return componentNames(own, flatSize(space), name);
}

/** The names of a part's components, after its own name; numbers from 1 on where they have none. */
export function componentNames(names: readonly string[] | undefined, size: number, name: string): string[] {
  return Array.from({ length: size }, (_, i) => {
    const own = names?.[i] ?? (size === 1 ? '' : String(i + 1));
    return [name, own].filter(Boolean).join(' ') || 'value';
  });
}
