import {
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from './valid-query.ts';

/**
 * What a query costs, in points: scalars 0, objects 1. Shopify documents the cost of a page of n only as
 * "sized by first". Reported by others: 250 variants with one object each cost 25 points; 10 line items cost
 * 20 more than 3. The default matches the first and comes near the second; a stricter formula may be given.
 */
export type PageSizing = (count: number) => number;

export const seenPageSizing: PageSizing = (count) => Math.min(count, Math.ceil(1.5 * Math.log2(count + 1)));

/** Before the query runs: as if every page were full. */
export function requestedCost(
  fields: readonly AskedField[],
  variables: Variables,
  sizing: PageSizing,
): number {
  return total(fields, (field) => {
    const { first, ids } = argumentsOf(field.node, variables);
    const each = ownCost(field) + requestedCost(field.fields, variables, sizing);
    if (Array.isArray(ids)) return ids.length * each;
    return (typeof first === 'number' ? sizing(Math.max(0, first)) : 1) * each;
  });
}

/** After it has run: by what was returned. */
export function actualCost(fields: readonly AskedField[], data: unknown, sizing: PageSizing): number {
  if (typeof data !== 'object' || data === null) return 0;
  return total(fields, (field) => {
    const value = (data as Record<string, unknown>)[field.as];
    const within = (item: unknown) => actualCost(field.fields, item, sizing);
    if (!Array.isArray(value)) return (isPage(field) ? 0 : ownCost(field)) + within(value);
    const all = value.reduce((sum: number, item) => sum + 1 + within(item), 0);
    const byIds = field.node.arguments?.some(({ name }) => name.value === 'ids') ?? false;
    return byIds || value.length === 0 ? all : (all * sizing(value.length)) / value.length;
  });
}

/** A field of a document, and the fields below it: those of its fragments count like the fields next to them. */
export interface AskedField {
  /** Its name in the answer: its alias, or its own name. */
  as: string;
  name: string;
  node: FieldNode;
  fields: AskedField[];
}

export function askedFields(
  document: DocumentNode,
  selectionSet: SelectionSetNode | undefined,
): AskedField[] {
  const ofSelection = (selection: SelectionNode): AskedField[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return askedFields(document, selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return askedFields(document, fragmentOf(document, selection.name.value));
    const { name, alias, selectionSet: below } = selection;
    const fields = askedFields(document, below);
    return [{ as: (alias ?? name).value, name: name.value, node: selection, fields }];
  };
  return selectionSet?.selections.flatMap(ofSelection) ?? [];
}

export function argumentsOf(field: FieldNode, variables: Variables): Record<string, unknown> {
  const written = field.arguments ?? [];
  return Object.fromEntries(
    written.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]),
  );
}

function fragmentOf({ definitions }: DocumentNode, name: string): SelectionSetNode | undefined {
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  return fragments.find((each) => each.name.value === name)?.selectionSet;
}

/** Scalars cost nothing. */
function total(fields: readonly AskedField[], costOf: (field: AskedField) => number): number {
  return fields.reduce((sum, field) => (field.fields.length === 0 ? sum : sum + costOf(field)), 0);
}

/**
 * The parts of a page (nodes, edges) cost nothing themselves; `node(id)` and `nodes(ids)` are not such parts.
 */
const OF_A_PAGE = new Set(['nodes', 'edges', 'node', 'pageInfo']);

function ownCost({ name, node }: AskedField): number {
  return OF_A_PAGE.has(name) && !node.arguments?.length ? 0 : 1;
}

/** Its items are counted instead. */
function isPage({ fields }: AskedField): boolean {
  return fields.some(({ name }) => name === 'nodes' || name === 'edges');
}
