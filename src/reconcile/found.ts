import type { ReconcileDocument } from '../persist/reconcile-schema.ts';
import type { Drifted } from './compare.ts';
import type { HeldOrder } from './held-orders.ts';

/** A difference as it is stored in a pass's record and shown to operators. */
export type Found = ReconcileDocument['found'][number];

export function foundOf({ order, what, updatedAt, heldAt, facts }: Drifted): Found {
  return { order, what, updatedAt: new Date(updatedAt), heldAt: dateOf(heldAt), facts };
}

/** For an order that Shopify does not know. */
export function goneOf({ key, at }: HeldOrder): Found {
  return { order: key, what: 'gone', updatedAt: null, heldAt: dateOf(at), facts: [] };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

export function tooLongText(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  return `not repaired, because they have more parts than one answer can hold: ${firstOf(ids, 5)}`;
}

/** Shown to operators at the shop until Shopify knows these orders, or they are deleted here. */
export function goneText(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const many = ids.length === 1 ? '1 order here is' : `${ids.length} orders here are`;
  return `${many} unknown to Shopify: ${firstOf(ids, 3)}. Either Shopify deleted them or it never sent them: check the first event of each, then mark them as deleted with ops reconcile --shop S --all --yes --reason "…"`;
}

function firstOf(ids: readonly string[], most: number): string {
  return `${ids.slice(0, most).join(', ')}${ids.length > most ? ', …' : ''}`;
}
