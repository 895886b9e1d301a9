import type { Collections } from '../persist/collections.ts';
import type { ComplianceDocument } from '../persist/compliance-schema.ts';
import { redactOrders } from '../persist/order-redaction.ts';
import { keysFrom, keysOfShop, rewriteBodies } from '../persist/redaction.ts';
import { ordersOf, reachOfCustomer, reachOfShop, type Reach } from './redact.ts';

/** Where a pass stands: what it was at, the order it goes on with, and what it found so far. */
interface Mark {
  stage: number;
  from: string | null;
  found: number;
}

/** What was done of a pass in one go. */
export interface Passed {
  /** Rewritten now, by collection. */
  counts: Record<string, number>;
  /** Rewritten in all of the pass so far. */
  found: number;
  /** Where to go on; null: the pass is over. */
  cursor: string | null;
}

const STAGES = ['events', 'parked', 'orders'] as const;

export async function reachOf(collections: Collections, record: ComplianceDocument): Promise<Reach> {
  const shop = keysOfShop(record.shop);
  return record.kind === 'shop/redact'
    ? reachOfShop(shop)
    : reachOfCustomer(record, await ordersOf(collections, record), shop);
}

/**
 * Goes over all that a request reaches, or on from where the last go ended. Bodies before orders: dies the process
 * in between, the next one finds the rest. What is redacted already is looked at again, and counts as nothing.
 * @param isOver asked between orders: whether to stop for now
 */
export async function pass(
  collections: Collections,
  record: ComplianceDocument,
  reach: Reach,
  isOver: () => boolean,
): Promise<Passed> {
  const mark = markOf(record.cursor);
  const counts = { ...record.counts };
  for (const [stage, name] of STAGES.entries()) {
    if (stage < mark.stage) continue;
    const from = stage === mark.stage ? mark.from : null;
    const { rewritten, goOnAt } = await redactIn(name, collections, reach, from, isOver);
    counts[name] = (counts[name] ?? 0) + rewritten;
    mark.found += rewritten;
    if (goOnAt !== null) {
      const cursor = JSON.stringify({ stage, from: goOnAt, found: mark.found });
      return { counts, found: mark.found, cursor };
    }
  }
  return { counts, found: mark.found, cursor: null };
}

async function redactIn(
  name: (typeof STAGES)[number],
  collections: Collections,
  { orders, wider, rewrite, forget }: Reach,
  from: string | null,
  isOver: () => boolean,
): Promise<{ rewritten: number; goOnAt: string | null }> {
  if (name === 'orders') return await redactOrders(collections, keysFrom(orders, from), forget, isOver);
  return await rewriteBodies(collections, name, keysFrom(wider[name] ?? orders, from), rewrite, isOver);
}

function markOf(cursor: string | null): Mark {
  return cursor === null ? { stage: 0, from: null, found: 0 } : (JSON.parse(cursor) as Mark);
}
