/*
 * What a person asks of the steps:
 *
 *   query      = every { "or" every }
 *   every      = one { "and" one }
 *   one        = "not" one | "(" query ")" | field [ operator value ]
 *   operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
 *
 * Fields and values are words as they stand, spaces between them included (`action = push left`); in double quotes where
 * they hold an operator, a bracket, or one of the words above. A field alone asks whether it is so, or not 0. `~` asks
 * whether the value is a part of the text. Capitals make no difference.
 */

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

export type Query =
  | { kind: 'or' | 'and'; parts: Query[] }
  | { kind: 'not'; part: Query }
  | { kind: 'compare'; field: string; operator: Operator; value: string }
  | { kind: 'is'; field: string };

/** What was asked cannot be understood; the message says which part of it. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

interface Token {
  kind: 'text' | 'operator' | '(' | ')' | 'and' | 'or' | 'not';
  text: string;
}

const TOKEN = /\s*(?:"([^"]*)"|(<=|>=|!=|==|\u2260|\u2264|\u2265|[=<>~])|([()])|([^\s"()=<>!~\u2260\u2264\u2265]+))/y;
const WRITTEN: Readonly<Record<string, Operator>> = { '==': '=', '\u2260': '!=', '\u2264': '<=', '\u2265': '>=' };

/** @throws QueryError */
export function parseQuery(text: string): Query {
  const reader = new TokenReader(tokensOf(text));
  const query = readOr(reader);
  const rest = reader.next();
  if (rest) throw new QueryError(`\u201c${rest.text}\u201d is not expected there`);
  return query;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) throw new QueryError(`\u201c${text.slice(at).trim()}\u201d is not understood`);
    at = TOKEN.lastIndex;
    const [, quoted, operator, bracket, word] = found;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: WRITTEN[operator] ?? operator });
    else if (bracket === '(' || bracket === ')') tokens.push({ kind: bracket, text: bracket });
    else tokens.push({ kind: kindOfWord(word ?? ''), text: word ?? '' });
  }
  return tokens;
}

function kindOfWord(word: string): Token['kind'] {
  const lower = word.toLowerCase();
  return lower === 'and' || lower === 'or' || lower === 'not' ? lower : 'text';
}

class TokenReader {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  next(): Token | undefined {
    return this.tokens[this.#at++];
  }

  /** Takes the next token if it is of a kind. */
  take(kind: Token['kind']): Token | undefined {
    return this.tokens[this.#at]?.kind === kind ? this.next() : undefined;
  }

  /** All words that follow, as they stand. */
  words(): string {
    const words: string[] = [];
    for (let word = this.take('text'); word; word = this.take('text')) words.push(word.text);
    return words.join(' ');
  }

  /** What stands where something else was wanted. */
  get found(): string {
    const token = this.tokens[this.#at];
    return token ? `found \u201c${token.text}\u201d` : 'it ends there';
  }
}

function readOr(reader: TokenReader): Query {
  const parts = [readAnd(reader)];
  while (reader.take('or')) parts.push(readAnd(reader));
  return parts.length > 1 ? { kind: 'or', parts } : (parts[0] as Query);
}

function readAnd(reader: TokenReader): Query {
  const parts = [readOne(reader)];
  while (reader.take('and')) parts.push(readOne(reader));
  return parts.length > 1 ? { kind: 'and', parts } : (parts[0] as Query);
}

function readOne(reader: TokenReader): Query {
  if (reader.take('not')) return { kind: 'not', part: readOne(reader) };
  if (reader.take('(')) {
    const query = readOr(reader);
    if (!reader.take(')')) throw new QueryError(`wanted a closing bracket, ${reader.found}`);
    return query;
  }
  const field = reader.words();
  if (field === '') throw new QueryError(`wanted a field, such as reward, ${reader.found}`);
  const operator = reader.take('operator');
  if (!operator) return { kind: 'is', field };
  const value = reader.words();
  if (value === '') throw new QueryError(`wanted a value after \u201c${field} ${operator.text}\u201d, ${reader.found}`);
  return { kind: 'compare', field, operator: operator.text as Operator, value };
}
