import { infoField } from './fields.ts';
import type { Field, Step } from './fields.ts';
import { QueryError } from './query.ts';
import type { Operator, Query } from './query.ts';

/** Whether a step is what was asked for. */
export type Test = (step: Step) => boolean;

const LISTED = 12; // names in a message: an observation may have hundreds

/**
 * A query's test of a step.
 *
 * @throws QueryError where it names what there is not, or compares what cannot be compared
 */
export function compileQuery(query: Query, fields: readonly Field[]): Test {
  switch (query.kind) {
    case 'and':
    case 'or': {
      const tests = query.parts.map((part) => compileQuery(part, fields));
      return query.kind === 'and'
        ? (step) => tests.every((test) => test(step))
        : (step) => tests.some((test) => test(step));
    }
    case 'not': {
      const test = compileQuery(query.part, fields);
      return (step) => !test(step);
    }
    case 'is': {
      const field = fieldNamed(query.field, fields);
      return (step) => Boolean(field.read(step));
    }
    case 'compare':
      return compileComparison(fieldNamed(query.field, fields), query.operator, query.value);
    default:
      return query satisfies never;
  }
}

function fieldNamed(name: string, fields: readonly Field[]): Field {
  const wanted = plain(name);
  const field = fields.find((candidate) => plain(candidate.name) === wanted);
  if (field) return field;
  if (wanted.startsWith('info.')) return infoField(name.trim());
  throw new QueryError(
    `\u201c${name}\u201d is no field of a step; there are ${list(fields.map((field) => field.name))}`,
  );
}

function compileComparison(field: Field, operator: Operator, value: string): Test {
  if (operator === '~') {
    const wanted = plain(value);
    return (step) => plain(inWords(field, field.read(step))).includes(wanted);
  }
  const number = numberOf(field, value);
  if (operator === '=' || operator === '!=') {
    const wanted = plain(value);
    return (step) => {
      const found = field.read(step);
      if (found === undefined) return false;
      const same = typeof found === 'number' ? sameNumber(found, number) : plain(String(found)) === wanted;
      return same === (operator === '=');
    };
  }
  if (number === undefined)
    throw new QueryError(`wanted a number after \u201c${field.name} ${operator}\u201d, found \u201c${value}\u201d`);
  return (step) => {
    const found = field.read(step);
    return typeof found === 'number' && inOrder(Math.fround(found), operator, Math.fround(number));
  };
}

/**
 * The number that a value stands for, by its name or written out; undefined where it may be a text.
 *
 * @throws QueryError where a field has names, and the value is none of them
 */
function numberOf({ name, names, start = 0 }: Field, value: string): number | undefined {
  const index = names?.findIndex((candidate) => plain(candidate) === plain(value)) ?? -1;
  if (index >= 0) return index;
  const number = Number(value.replace('\u2212', '-'));
  if (!Number.isNaN(number)) return number - start;
  if (names) throw new QueryError(`\u201c${value}\u201d is no ${name}; there are ${list(names)}`);
  return undefined;
}

function inOrder(found: number, operator: '<' | '<=' | '>' | '>=', wanted: number): boolean {
  switch (operator) {
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    default:
      return operator satisfies never;
  }
}

/** As a person sees it: replays keep most numbers as float32. */
function sameNumber(found: number, wanted: number | undefined): boolean {
  return wanted !== undefined && Math.fround(found) === Math.fround(wanted);
}

function inWords({ names }: Field, found: ReturnType<Field['read']>): string {
  return typeof found === 'number' ? (names?.[found] ?? String(found)) : String(found ?? '');
}

function plain(text: string): string {
  return text.trim().toLowerCase().replaceAll('_', ' ');
}

function list(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (more > 0 ? `, and ${more} more` : '');
}
