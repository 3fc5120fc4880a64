import { type Env, EnvError } from '../envs/env.ts';
import { fromGymJs } from '../envs/fromGymJs.ts';
import {
  canonicalReference,
  type Parameters as EnvParameters,
  type ParameterValue,
  type Reference,
  resolveParameters,
} from '../envs/parameters.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import { ConfigError } from './errors.ts';

type Values = Readonly<Record<string, ParameterValue>>;

/** What a module may export as its environment: how to make one of given parameters, or a whole spec. */
type Maker = ((values: Values) => unknown) | (new (values: Values) => unknown);

/** What a module says of its environment beside it: in exports of their own, or as properties of it. */
export interface Beside {
  /** Values of parameters, as the reference has them. */
  given: Reference['given'];
  preset?: unknown;
  parameters?: unknown;
}

/**
 * The environment that a module exports, and what it says beside it.
 *
 * @param base the reference that found the module, without parameters
 * @throws ConfigError, EnvError when it is none, and for a parameter that it does not have or whose value is out of range
 */
export function specOf(base: string, exported: unknown, beside: Beside): EnvSpec {
  const spec: Omit<EnvSpec, 'id' | 'make'> & { make: (values: Values) => unknown } = isSpec(exported)
    ? exported
    : { make: makerOf(base, exported) };
  const own = <T>(name: 'preset' | 'parameters'): T | undefined =>
    (beside[name] ?? spec[name] ?? (exported as Record<string, unknown>)[name]) as T | undefined;
  const preset = own<EnvSpec['preset']>('preset');
  const parameters = own<EnvParameters>('parameters') ?? {};
  const values = checkedParameters(() => resolveParameters(base, parameters, beside.given));
  const id = canonicalReference(base, parameters, values);
  const makeOne = (): Env => checked(id, () => spec.make(values));
  makeOne().close?.();
  return withTimeLimit({ ...spec, id, make: makeOne, parameters, ...(isObject(preset) && { preset }) });
}

/** What `resolve` gives. @throws ConfigError where it refuses a parameter */
export function checkedParameters<T>(resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

function isSpec(exported: unknown): exported is Omit<EnvSpec, 'id'> {
  return isObject(exported) && typeof exported['make'] === 'function';
}

function makerOf(id: string, exported: unknown): (values: Values) => unknown {
  if (typeof exported !== 'function')
    throw new ConfigError(
      `${id} exports ${isObject(exported) && 'step' in exported ? 'an environment itself' : `a value of type ${typeof exported}`}, wanted its class, or a function that makes one`,
    );
  const maker = exported as Maker;
  return isClass(maker) ? (values) => new maker(values) : maker;
}

function isClass(maker: Maker): maker is new (values: Values) => unknown {
  const methods: unknown = maker.prototype;
  return /^class\b/.test(Function.prototype.toString.call(maker)) || (isObject(methods) && 'step' in methods);
}

/** A new environment, known to have all that the contract asks for. */
function checked(id: string, makeOne: () => unknown): Env {
  const failed = (found: string, options?: ErrorOptions): EnvError =>
    new EnvError({ environment: id, method: 'constructor', found, wanted: 'an environment' }, options);
  let env: unknown;
  try {
    env = makeOne();
  } catch (cause) {
    throw failed(`threw ${String(cause)}`, { cause });
  }
  if (!isObject(env)) throw failed(`made ${env === undefined ? 'nothing' : `a ${typeof env}`}`);
  if (env instanceof Promise) throw failed('made a Promise');
  if ('action_space' in env && 'observation_space' in env) {
    try {
      return fromGymJs(env as unknown as Parameters<typeof fromGymJs>[0]);
    } catch (cause) {
      throw failed(`made one of the gym-js interface that does not fit: ${(cause as Error).message}`, { cause });
    }
  }
  for (const method of ['reset', 'step'] as const)
    if (typeof env[method] !== 'function') throw failed(`made an object without ${method}()`);
  for (const space of ['observationSpace', 'actionSpace'] as const)
    if (!isObject(env[space]) || typeof env[space]['kind'] !== 'string')
      throw failed(
        `made an object whose ${space} is ${env[space] === undefined ? 'missing' : 'no space (see gymformer/envs)'}`,
      );
  return env as unknown as Env;
}

/** A spec whose `make` includes the time limit. */
export function withTimeLimit(spec: EnvSpec): EnvSpec {
  const { maxEpisodeSteps, ...rest } = spec;
  return { ...rest, make: () => make({ ...rest, ...(maxEpisodeSteps !== undefined && { maxEpisodeSteps }) }) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
