import type { Collections } from '../persist/collections.ts';
import type { ComplianceDocument } from '../persist/compliance-schema.ts';
import { redactSteps } from '../persist/handler-step-store.ts';
import { redactBodies } from '../persist/set-off-store.ts';
import { redactOrders } from '../persist/order-redaction.ts';
import { keysFrom, keysOfShop, rewriteBodies } from '../persist/redaction.ts';
import { ordersOf, reachOfCustomer, reachOfShop, type Reach } from './redact.ts';

/** Progress of a pass: the stage, the order to continue with, and how much was found so far. */
interface PassMark {
  stage: number;
  from: string | null;
  found: number;
}

/** What one run did of a pass. */
export interface Passed {
  /** Documents rewritten for the request so far, by collection. */
  counts: Record<string, number>;
  /** Documents rewritten in this pass so far. */
  found: number;
  /** Where to continue; null: the pass is complete. */
  cursor: string | null;
}

const STAGES = ['events', 'parked', 'orders', 'handlerSteps', 'effects'] as const;

export async function reachOf(collections: Collections, record: ComplianceDocument): Promise<Reach> {
  const shop = keysOfShop(record.shop);
  return record.kind === 'shop/redact'
    ? reachOfShop(shop)
    : reachOfCustomer(record, await ordersOf(collections, record), shop);
}

/**
 * Goes over everything that a request covers, or continues where the last run stopped. Bodies come before
 * orders: if the process dies in between, the next run finds the rest. What is already redacted is checked
 * again, and not counted.
 * @param isOver called between orders: whether to stop for now
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
  if (name === 'handlerSteps') return { rewritten: await redactSteps(collections, orders), goOnAt: null };
  if (name === 'effects') return { rewritten: await redactBodies(collections, orders), goOnAt: null };
  return await rewriteBodies(collections, name, keysFrom(wider[name] ?? orders, from), rewrite, isOver);
}

function markOf(cursor: string | null): PassMark {
  return cursor === null ? { stage: 0, from: null, found: 0 } : (JSON.parse(cursor) as PassMark);
}
