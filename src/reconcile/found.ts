import type { ReconcileDocument } from '../persist/reconcile-schema.ts';
import type { Drifted } from './compare.ts';
import type { HeldOrder } from './held-orders.ts';

/** How a pass's record and an operator are told what was found. */
export type Found = ReconcileDocument['found'][number];

export function foundOf({ order, what, updatedAt, heldAt, facts }: Drifted): Found {
  return { order, what, updatedAt: new Date(updatedAt), heldAt: dateOf(heldAt), facts };
}

/** Of an order that Shopify does not know. */
export function goneOf({ key, at }: HeldOrder): Found {
  return { order: key, what: 'gone', updatedAt: null, heldAt: dateOf(at), facts: [] };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

export function tooLongText(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  return `left as they are, with more parts than one answer holds: ${firstOf(ids, 5)}`;
}

/** What an operator reads at the shop, until Shopify knows them or they end here. */
export function goneText(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const many = ids.length === 1 ? '1 order here is' : `${ids.length} orders here are`;
  return `${many} unknown to Shopify: ${firstOf(ids, 3)}. Deleted there, or never sent by it: look at the first event of each, and end them with ops reconcile --all --yes`;
}

function firstOf(ids: readonly string[], most: number): string {
  return `${ids.slice(0, most).join(', ')}${ids.length > most ? ', …' : ''}`;
}
