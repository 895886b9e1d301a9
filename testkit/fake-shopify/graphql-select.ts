import type { Field, Selection, Variables } from './graphql-document.ts';

/** An object of the API: its fields are values, or functions of their arguments. */
export interface Node {
  __typename: string;
  [field: string]: unknown;
}

/** What Shopify answers instead of data, with HTTP status 200. */
export class GraphqlError extends Error {
  readonly code: string;
  path: string[] = [];

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  get answer(): object {
    return { message: this.message, path: this.path, extensions: { code: this.code } };
  }
}

/** Picks the requested fields, no less and no more. @throws GraphqlError */
export function select(
  node: Node,
  selections: readonly Selection[],
  variables: Variables,
): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of fieldsOf(selections, node.__typename))
    data[field.as] = named(field.as, () => pick(node, field, variables));
  return data;
}

/** The fields requested of a type: its own, and those of the fragments that apply to it. */
export function fieldsOf(selections: readonly Selection[], type: string): Field[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'field') return [selection];
    return selection.on === null || selection.on === type ? fieldsOf(selection.selections, type) : [];
  });
}

/** @param more arguments in addition to the written ones */
export function valueOf(node: Node, field: Field, variables: Variables, more: object = {}): unknown {
  if (!Object.hasOwn(node, field.name))
    throw new GraphqlError(
      'undefinedField',
      `Field '${field.name}' doesn't exist on type '${node.__typename}'`,
    );
  const value = node[field.name];
  if (typeof value !== 'function') return value;
  return (value as (args: object) => unknown)({ ...argumentsOf(field, variables), ...more });
}

export function argumentsOf(field: Field, variables: Variables): Record<string, unknown> {
  return Object.fromEntries(Object.entries(field.args).map(([name, value]) => [name, value(variables)]));
}

function pick(node: Node, field: Field, variables: Variables): unknown {
  return complete(valueOf(node, field, variables), field, variables);
}

export function complete(value: unknown, field: Field, variables: Variables): unknown {
  if (Array.isArray(value)) return value.map((item) => complete(item, field, variables));
  if (value === null || value === undefined) return null;
  const isNode = typeof value === 'object' && '__typename' in value;
  if (isNode !== (field.selections !== null))
    throw new GraphqlError(
      'selectionMismatch',
      isNode ? `Field '${field.name}' must have selections` : `Selections can't be made on '${field.name}'`,
    );
  return isNode ? select(value as Node, field.selections ?? [], variables) : value;
}

/** An error contains its location. */
function named<Value>(name: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof GraphqlError) error.path.unshift(name);
    throw error;
  }
}
