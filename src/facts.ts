/**
 * Facts of an episode that it can be grouped by: numbers, texts and truths of its infos, those of the last step over those
 * of the reset; inner ones by their path, `task.colour`.
 */
export function factsOf(...infos: readonly (object | undefined)[]): Record<string, string> {
  const facts: Record<string, string> = {};
  const add = (value: unknown, path: string): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      facts[path] = String(value);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [key, inner] of Object.entries(value)) add(inner, path ? `${path}.${key}` : key);
  };
  for (const info of infos) add(info, '');
  delete facts['success'];
  return facts;
}
