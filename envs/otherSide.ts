import { canonicalReference, parseReference, type Parameters, resolveParameters } from './parameters.ts';
import type { EnvSpec } from './registry.ts';

/**
 * The reference of the same game with somebody else on the other side, whom its opener brings (`Env.meet`).
 *
 * It is found by trying: one choice of one parameter makes an environment that needs an opponent.
 *
 * @returns null where the environment is no such game
 */
export function withOpponent(spec: Pick<EnvSpec, 'id' | 'parameters'>, make: (id: string) => EnvSpec): string | null {
  if (needsOpponent(make(spec.id))) return spec.id;
  const { base, given } = parseReference(spec.id);
  const parameters: Parameters = spec.parameters ?? {};
  const values = resolveParameters(base, parameters, given);
  for (const [name, parameter] of Object.entries(parameters)) {
    for (const choice of parameter.kind === 'choice' ? parameter.choices : []) {
      const id = canonicalReference(base, parameters, { ...values, [name]: choice });
      if (needsOpponent(make(id))) return id;
    }
  }
  return null;
}

function needsOpponent(spec: EnvSpec): boolean {
  const env = spec.make();
  env.close?.();
  return env.needsOpponent ?? false;
}
