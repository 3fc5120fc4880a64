import { withOpponent } from '../../envs/otherSide.ts';
import { parseReference } from '../../envs/parameters.ts';
import { type EnvSpec, environmentIds, environmentSpec } from '../../envs/registry.ts';
import { specOf } from '../../src/playing.ts';
import { get } from './answer.ts';
import type { EnvironmentDescription, EnvironmentRequest } from './protocol.ts';

/** Finds an environment again by another reference of the same base: with other parameters. */
export type Finder = (reference: string) => EnvSpec;

/**
 * The environment of a request: a built-in one, or one whose module the server has.
 *
 * @throws Error saying why it cannot be run here
 */
export async function findEnvironment(request: EnvironmentRequest): Promise<EnvSpec> {
  return (await finderOf(request))(request.environment);
}

/** @throws Error saying why it cannot be run here */
export async function describeEnvironment(request: EnvironmentRequest): Promise<EnvironmentDescription> {
  const find = await finderOf(request);
  const spec = find(request.environment);
  const env = spec.make();
  const { observationSpace, actionSpace } = env;
  env.close?.();
  return { environment: spec.id, observationSpace, actionSpace, versus: withOpponent(spec, find) };
}

/** Whether every page can run it, without a module. */
export function isBuiltIn(reference: string): boolean {
  return environmentIds().includes(parseReference(reference).base);
}

async function finderOf({ environment, module }: EnvironmentRequest): Promise<Finder> {
  if (isBuiltIn(environment)) return environmentSpec;
  const { base } = parseReference(environment);
  if (module === null)
    throw new Error(`${base} is not built in, and only the server of its run could bring its program to this page`);
  const exports = await importModule(module, base);
  return (reference) => {
    const { given } = parseReference(reference);
    return specOf(base, exports['default'], { given, preset: exports['preset'], parameters: exports['parameters'] });
  };
}

async function importModule(address: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(/* @vite-ignore */ address)) as Record<string, unknown>;
  } catch (cause) {
    // A browser says only that it could not be imported: the server knows why.
    const { message } = await get(address).then(
      () => cause as Error,
      (reason: Error) => reason,
    );
    throw new Error(`${name} cannot be run in this page: ${message}`, { cause });
  }
}
