/**
 * Parses a GraphQL document, as far as Shopify's clients write them: operations with variables, fields with
 * aliases and arguments, fragments inline and by name. Directives are not supported: they are refused.
 */
export type Selection = Field | Spread;

export interface Field {
  kind: 'field';
  /** Its name in the answer: its alias, or its own name. */
  as: string;
  name: string;
  args: Record<string, Argument>;
  /** Null for a scalar. */
  selections: Selection[] | null;
}

interface Spread {
  kind: 'spread';
  /** The type that it applies to; null for any. */
  on: string | null;
  selections: Selection[];
}

/** An argument's value, with the variables filled in. */
type Argument = (variables: Variables) => unknown;
export type Variables = Record<string, unknown>;

export interface Operation {
  type: 'query' | 'mutation';
  name: string | null;
  variables: { name: string; required: boolean; otherwise: Argument | null }[];
  selections: Selection[];
}

const TOKEN =
  /[\s,]+|#[^\n]*|("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}()[\]:!=$@|])/y;

/** @throws Error if it is not a valid document */
export function readDocument(source: string): Operation[] {
  return new Reader(tokensOf(source)).document();
}

function tokensOf(source: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new Error(`Parse error on ${JSON.stringify(source.slice(at, at + 10))} at ${at}`);
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
}

const NAME = /^[A-Za-z_]/;
const CONSTANTS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

class Reader {
  readonly #tokens: string[];
  #at = 0;
  readonly #fragments = new Map<string, Spread>();

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  document(): Operation[] {
    const operations: Operation[] = [];
    while (this.#at < this.#tokens.length) {
      if (this.#skip('fragment')) this.#fragment();
      else operations.push(this.#operation());
    }
    if (operations.length === 0) throw new Error('No operation');
    return operations;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? 'end of document';
  }

  #take(): string {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #skip(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    const found = this.#take();
    if (found !== token) throw new Error(`Parse error on "${found}": expected "${token}"`);
  }

  #name(): string {
    const token = this.#take();
    if (!NAME.test(token)) throw new Error(`Parse error on "${token}": expected a name`);
    return token;
  }

  /** A fragment may be used before it is defined: spreads share the list that is filled here. */
  #named(name: string): Spread {
    const known = this.#fragments.get(name) ?? { kind: 'spread', on: null, selections: [] };
    this.#fragments.set(name, known);
    return known;
  }

  #fragment(): void {
    const spread = this.#named(this.#name());
    this.#expect('on');
    spread.on = this.#name();
    spread.selections.push(...this.#selections());
  }

  #operation(): Operation {
    if (this.#peek() === '{')
      return { type: 'query', name: null, variables: [], selections: this.#selections() };
    const type = this.#take();
    if (type !== 'query' && type !== 'mutation') throw new Error(`Parse error on "${type}"`);
    const name = NAME.test(this.#peek()) ? this.#name() : null;
    const variables = this.#skip('(') ? this.#many(')', () => this.#variable()) : [];
    return { type, name, variables, selections: this.#selections() };
  }

  #variable(): Operation['variables'][number] {
    this.#expect('$');
    const name = this.#name();
    this.#expect(':');
    const required = this.#type();
    return { name, required, otherwise: this.#skip('=') ? this.#value() : null };
  }

  /** @returns whether it is required */
  #type(): boolean {
    if (this.#skip('[')) {
      this.#type();
      this.#expect(']');
    } else this.#name();
    return this.#skip('!');
  }

  #selections(): Selection[] {
    this.#expect('{');
    return this.#many('}', () => this.#selection());
  }

  #selection(): Selection {
    if (!this.#skip('...')) return this.#field();
    if (this.#skip('on')) return { kind: 'spread', on: this.#name(), selections: this.#selections() };
    return this.#peek() === '{'
      ? { kind: 'spread', on: null, selections: this.#selections() }
      : this.#named(this.#name());
  }

  #field(): Field {
    const as = this.#name();
    const name = this.#skip(':') ? this.#name() : as;
    const args = this.#skip('(') ? this.#arguments(')') : {};
    return { kind: 'field', as, name, args, selections: this.#peek() === '{' ? this.#selections() : null };
  }

  #arguments(end: string): Record<string, Argument> {
    return Object.fromEntries(
      this.#many(end, () => {
        const name = this.#name();
        this.#expect(':');
        return [name, this.#value()];
      }),
    );
  }

  #value(): Argument {
    if (this.#skip('$')) {
      const name = this.#name();
      return (variables) => variables[name];
    }
    if (this.#skip('[')) {
      const items = this.#many(']', () => this.#value());
      return (variables) => items.map((item) => item(variables));
    }
    if (this.#skip('{')) {
      const fields = Object.entries(this.#arguments('}'));
      return (variables) => Object.fromEntries(fields.map(([name, value]) => [name, value(variables)]));
    }
    const literal = literalOf(this.#take());
    return () => literal;
  }

  #many<Item>(end: string, read: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.#skip(end)) items.push(read());
    return items;
  }
}

/** Enum values are words: they are taken as they are. */
function literalOf(token: string): unknown {
  if (token.startsWith('"""')) return token.slice(3, -3).trim();
  if (token.startsWith('"')) return JSON.parse(token) as unknown;
  if (Object.hasOwn(CONSTANTS, token)) return CONSTANTS[token];
  if (NAME.test(token)) return token;
  const number = Number(token);
  if (Number.isNaN(number)) throw new Error(`Parse error on "${token}": expected a value`);
  return number;
}
