import { orderKey, type OrderId, type OrderKey, type ShopDomain } from '../order/identity.ts';
import { RECONCILED } from '../order/topics.ts';
import type { Asker } from './asker.ts';
import { compare, type Drifted, type Held } from './compare.ts';
import { orderBytes } from './order-body.ts';
import type { ListedOrder } from './read-answers.ts';
import type { ReconcileTools } from './reconcile-tools.ts';
import { readWholes } from './whole-orders.ts';

/** Of what is listed, what we lack. @param listed at most some hundred */
export async function driftOf(
  shop: ShopDomain,
  listed: readonly ListedOrder[],
  { collections }: Pick<ReconcileTools, 'collections'>,
): Promise<Drifted[]> {
  if (listed.length === 0) return [];
  const keys = listed.map(({ id }) => orderKey(shop, id as OrderId));
  const ours = await collections.orders
    .find({ _id: { $in: keys } }, { 'snapshot.at': 1, 'ends.deletedAt': 1 })
    .lean<OurOrder[]>();
  const held = new Map(ours.map(({ _id, snapshot, ends }): [string, Held] => [_id, heldOf(snapshot, ends)]));
  return compare(shop, listed, held);
}

interface OurOrder {
  _id: OrderKey;
  snapshot?: { at: number } | null;
  ends: { deletedAt?: number | null };
}

function heldOf(snapshot: OurOrder['snapshot'], ends: OurOrder['ends']): Held {
  return { at: snapshot?.at ?? null, deleted: (ends.deletedAt ?? null) !== null };
}

export interface PutRight {
  /** Events that were new. */
  deposited: number;
  /** Orders with more parts than one answer can hold. */
  tooLong: string[];
}

/**
 * Fetches whole orders and deposits each like any other event (P2, P3): its drain decides, by position, what is
 * news in it. Done twice, the second deposit is a duplicate.
 */
export async function putRight(
  shop: ShopDomain,
  drifted: readonly Drifted[],
  asker: Asker,
  { depositor, fingerprintsOf, now }: ReconcileTools,
): Promise<PutRight> {
  if (drifted.length === 0) return { deposited: 0, tooLong: [] };
  const ids = drifted.map(({ orderId }) => orderId);
  const { orders, tooLong } = await readWholes(asker, ids);
  const deposits = orders.map((order) => {
    const body = orderBytes(order);
    const told = { shop, topic: RECONCILED, webhookId: null, triggeredAt: null };
    const { event: id } = fingerprintsOf({ ...told, body });
    const key = orderKey(shop, order.id as OrderId);
    const event = { id, order: key, topic: RECONCILED, webhookId: null, triggeredAt: null, unreadable: null };
    return depositor.deposit({ ...event, receivedAt: now(), body }, null);
  });
  const outcomes = await Promise.all(deposits);
  return { deposited: outcomes.filter(({ outcome }) => outcome === 'accepted').length, tooLong };
}
