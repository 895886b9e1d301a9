import jsonata from 'jsonata';

/** What a worker thread is asked: expressions over the JSON text of a message. */
export interface Question {
  filter: string | null;
  transform: string | null;
  text: string;
}

/** `text`: what to send; null: the filter refused it. */
export type Evaluated = { text: string | null } | { error: string };

/** Deeper recursion than any useful expression needs. */
const DEEPEST = 500;
const LONGEST_SEQUENCE = 100_000;
/** Expressions that were compiled recently. */
const KEPT = 100;
const compiled = new Map<string, jsonata.Expression>();

/** Runs in a worker thread (expressions.ts): an expression that never ends is ended with its thread. */
export async function evaluate({ filter, transform, text }: Question): Promise<Evaluated> {
  try {
    const value: unknown = JSON.parse(text);
    if (filter !== null && (await expressionOf(filter).evaluate(value)) !== true) return { text: null };
    if (transform === null) return { text };
    const made: unknown = await expressionOf(transform).evaluate(value);
    const sent = JSON.stringify(made) as string | undefined;
    return sent === undefined ? { error: 'the transformation has no result' } : { text: sent };
  } catch (error) {
    return { error: problemOf(error) };
  }
}

function expressionOf(text: string): jsonata.Expression {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= KEPT) compiled.clear();
  const made = jsonata(text, { stack: DEEPEST, sequence: LONGEST_SEQUENCE });
  compiled.set(text, made);
  return made;
}

/** JSONata's messages may quote the value, which may be customer data: only the code and the place are shown. */
function problemOf(error: unknown): string {
  const { code, position } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    position?: unknown;
  };
  const place = typeof position === 'number' ? ` at character ${position}` : '';
  return typeof code === 'string' ? `JSONata error ${code}${place}` : 'the expression failed';
}
