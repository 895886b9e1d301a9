import type { Field, Selection, Variables } from './graphql-document.ts';
import { argumentsOf } from './graphql-select.ts';

/**
 * What a query costs, in points: scalars 0, objects 1. Shopify documents the cost of a page of n only as
 * "sized by first". Reported by others: 250 variants with one object each cost 25 points; 10 line items cost
 * 20 more than 3. The default matches the first and comes near the second; a stricter formula may be given.
 */
export type PageSizing = (count: number) => number;

export const seenPageSizing: PageSizing = (count) => Math.min(count, Math.ceil(1.5 * Math.log2(count + 1)));

/** Before the query runs: as if every page were full. */
export function requestedCost(
  selections: readonly Selection[],
  variables: Variables,
  sizing: PageSizing,
): number {
  return total(selections, (field) => {
    const { first, last, ids } = argumentsOf(field, variables);
    const size = first ?? last;
    const each = ownCost(field) + requestedCost(field.selections ?? [], variables, sizing);
    if (Array.isArray(ids)) return ids.length * each;
    return (typeof size === 'number' ? sizing(Math.max(0, size)) : 1) * each;
  });
}

/** After it has run: by what was returned. */
export function actualCost(selections: readonly Selection[], data: unknown, sizing: PageSizing): number {
  if (typeof data !== 'object' || data === null) return 0;
  return total(selections, (field) => {
    const value = (data as Record<string, unknown>)[field.as];
    const within = (item: unknown) => actualCost(field.selections ?? [], item, sizing);
    if (!Array.isArray(value)) return (isPage(field) ? 0 : ownCost(field)) + within(value);
    const all = value.reduce((sum: number, item) => sum + 1 + within(item), 0);
    return 'ids' in field.args || value.length === 0 ? all : (all * sizing(value.length)) / value.length;
  });
}

/** A fragment's fields count like the fields next to it. */
function total(selections: readonly Selection[], costOf: (field: Field) => number): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind === 'spread') return sum + total(selection.selections, costOf);
    return selection.selections === null ? sum : sum + costOf(selection);
  }, 0);
}

/**
 * The parts of a page (nodes, edges) cost nothing themselves; `node(id)` and `nodes(ids)` are not such parts.
 */
const OF_A_PAGE = new Set(['nodes', 'edges', 'node', 'pageInfo']);

function ownCost(field: Field): number {
  return OF_A_PAGE.has(field.name) && Object.keys(field.args).length === 0 ? 0 : 1;
}

/** Its items are counted instead. */
function isPage(field: Field): boolean {
  return (field.selections ?? []).some(
    (each) => each.kind === 'field' && (each.name === 'nodes' || each.name === 'edges'),
  );
}
