import { nearest } from './nearest.ts';

/** Something of an environment that its user may choose: its bounds or choices, and what holds otherwise. */
export type Parameter =
  | { kind: 'integer' | 'number'; default: number; min: number; max: number; meaning: string }
  | { kind: 'choice'; default: string; choices: readonly string[]; meaning: string }
  | { kind: 'boolean'; default: boolean; meaning: string };

export type Parameters = Readonly<Record<string, Parameter>>;

export type ParameterValue = number | string | boolean;

/** A value for each parameter. */
export type ValuesOf<P extends Parameters> = {
  readonly [name in keyof P]: P[name] extends { kind: 'integer' | 'number' }
    ? number
    : P[name] extends { kind: 'boolean' }
      ? boolean
      : string;
};

/** An environment's reference, `TMaze-v0:length=100,cue=late`, cut in two. */
export interface Reference {
  base: string;
  /** As they were written. */
  given: Readonly<Record<string, string>>;
}

/** What stands behind the last colon of a reference, where that is a list of parameters. */
const GIVEN = /^(?<base>.+):(?<list>\w+=[^,:=]*(,\w+=[^,:=]*)*)$/;

export function parseReference(reference: string): Reference {
  const { base = reference, list } = GIVEN.exec(reference)?.groups ?? {};
  const pairs = list === undefined ? [] : list.split(',').map((pair) => pair.split('=') as [string, string]);
  return { base, given: Object.fromEntries(pairs) };
}

/** The opposite of `parseReference`. */
export function formatReference({ base, given }: { base: string; given: Record<string, ParameterValue> }): string {
  const list = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  return list.length > 0 ? `${base}:${list.join(',')}` : base;
}

/**
 * A value for each parameter: the one given, else the default.
 *
 * @throws RangeError for a parameter that there is not, with the nearest name, and for a value out of its range
 */
export function resolveParameters(
  base: string,
  parameters: Parameters,
  given: Reference['given'],
): Record<string, ParameterValue> {
  const names = Object.keys(parameters);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(parameters, name)) continue;
    const guess = nearest(name, names);
    const hint = guess ? `did you mean ${guess}?` : names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
    throw new RangeError(`${base} has no parameter ${name}: ${hint}`);
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const text = given[name];
      return [name, text === undefined ? parameter.default : valueOf(base, name, parameter, text)];
    }),
  );
}

/** The reference with the parameters that are not as they are by default: one spelling for each environment. */
export function canonicalReference(
  base: string,
  parameters: Parameters,
  values: Record<string, ParameterValue>,
): string {
  const chosen = Object.entries(values).filter(([name, value]) => value !== parameters[name]?.default);
  return formatReference({ base, given: Object.fromEntries(chosen) });
}

/** A parameter's range in words: `an integer from 1 to 1000`. */
export function describeRange(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'integer':
      return `an integer from ${parameter.min} to ${parameter.max}`;
    case 'number':
      return `a number from ${parameter.min} to ${parameter.max}`;
    case 'choice':
      return `one of ${parameter.choices.join(', ')}`;
    case 'boolean':
      return 'true or false';
    default:
      return parameter satisfies never;
  }
}

function valueOf(base: string, name: string, parameter: Parameter, text: string): ParameterValue {
  const wrong = (): RangeError => {
    const guess = parameter.kind === 'choice' ? nearest(text, parameter.choices) : undefined;
    const hint = guess === undefined ? '' : `: did you mean ${guess}?`;
    return new RangeError(`${base}: ${name} is ${text || 'empty'}, wanted ${describeRange(parameter)}${hint}`);
  };
  switch (parameter.kind) {
    case 'integer':
    case 'number': {
      const value = Number(text);
      const fits = text.trim() !== '' && value >= parameter.min && value <= parameter.max;
      if (!fits || (parameter.kind === 'integer' && !Number.isInteger(value))) throw wrong();
      return value;
    }
    case 'choice':
      if (!parameter.choices.includes(text)) throw wrong();
      return text;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong();
      return text === 'true';
    default:
      return parameter satisfies never;
  }
}
