import { millisOf } from '../order/instants.ts';
import { orderKey, partsOf, type OrderId, type OrderKey, type ShopDomain } from '../order/identity.ts';
import type { OrderDocument } from '../persist/order-schema.ts';
import { RECONCILED, RECONCILED_DELETE } from '../order/topics.ts';
import type { Asker } from './asker.ts';
import { compare, type Drifted, type Held } from './compare.ts';
import { orderBytes } from './order-body.ts';
import type { HeldOrder } from './held-orders.ts';
import type { Access } from './queries.ts';
import type { ListedOrder } from './read-answers.ts';
import type { ReconcileTools } from './reconcile-tools.ts';
import { readWholes } from './whole-orders.ts';

/** Of what is listed, what we lack or hold otherwise. @param listed at most some hundred */
export async function driftOf(
  shop: ShopDomain,
  listed: readonly ListedOrder[],
  { collections, now }: Pick<ReconcileTools, 'collections' | 'now'>,
): Promise<Drifted[]> {
  if (listed.length === 0) return [];
  const keys = listed.map(({ id }) => orderKey(shop, id as OrderId));
  const ours = await collections.orders.find({ _id: { $in: keys } }, COMPARED).lean<OurOrder[]>();
  return compare(shop, listed, new Map(ours.map((order) => [order._id, heldOf(order)])), now());
}

const COMPARED = {
  snapshot: 1,
  ends: 1,
  facts: 1,
  'transactions.id': 1,
  'fulfillments.id': 1,
  'refunds.id': 1,
  'disputes.id': 1,
  'disputes.status': 1,
  'returns.id': 1,
  'returns.status': 1,
} as const;

interface OurPart {
  id: string;
  status?: string | null;
}
type OurLists = Record<'transactions' | 'fulfillments' | 'refunds' | 'disputes' | 'returns', OurPart[]>;
type OurOrder = Pick<OrderDocument, '_id' | 'snapshot' | 'ends' | 'facts'> & Partial<OurLists>;

function heldOf({ snapshot, ends, facts, ...lists }: OurOrder): Held {
  const { transactions = [], fulfillments = [], refunds = [], disputes = [], returns = [] } = lists;
  const states = (parts: OurPart[]) => new Map(parts.map(({ id, status }) => [id, status ?? null]));
  return {
    at: snapshot?.at ?? null,
    reconciled: snapshot?.topic === RECONCILED,
    deletedAt: ends.deletedAt ?? null,
    cancelled: (ends.cancelled ?? null) !== null,
    closedAt: facts.closedAt,
    financialStatus: facts.financialStatus,
    fulfillmentStatus: facts.fulfillmentStatus,
    currency: facts.currency,
    totalPrice: facts.totalPrice,
    transactions: transactions.length,
    fulfillments: fulfillments.length,
    refunds: new Set(refunds.map(({ id }) => id)),
    disputes: states(disputes),
    returns: states(returns),
  };
}

export interface PutRight {
  /** Events that were new. */
  deposited: number;
  /** Orders with more parts than one answer can hold. */
  tooLong: string[];
  /** Orders that hold what Shopify answers, and differ all the same. */
  stuck: ReadonlySet<OrderKey>;
}

export const NOTHING_PUT_RIGHT: PutRight = { deposited: 0, tooLong: [], stuck: new Set() };

/**
 * Fetches whole orders and deposits each like any other event (P2, P3): its drain decides, by position, what is
 * news in it. Done twice, the second deposit is a duplicate.
 *
 * At the second of a wrong state, the later triggered-at wins: there the event carries when the pass began. What a
 * webhook triggered after that is newer than our answer, and wins. Of the same second it can only be if the order
 * changed within the last two minutes, which a window leaves out.
 * @param beganAt of the pass: the same at every try
 */
export async function putRight(
  shop: ShopDomain,
  drifted: readonly Drifted[],
  { asker, access, beganAt }: { asker: Asker; access: Access; beganAt: Date },
  tools: ReconcileTools,
): Promise<PutRight> {
  const wanted = new Map(drifted.filter(({ what }) => what !== 'stuck').map((each) => [each.orderId, each]));
  if (wanted.size === 0) return NOTHING_PUT_RIGHT;
  const { orders, tooLong } = await readWholes(asker, access, [...wanted.keys()]);
  const stuck = new Set<OrderKey>();
  const deposits = orders.map(async ({ order, disputes }) => {
    const body = orderBytes(order, disputes);
    const key = orderKey(shop, order.id as OrderId);
    const drift = wanted.get(order.id);
    const isSameSecond = drift?.what === 'differs' && millisOf(order.updatedAt) === drift.heldAt;
    if (isSameSecond && drift.reconciled && (await isWhatWeHold(shop, key, body, tools))) {
      stuck.add(key);
      return false;
    }
    const triggeredAt = isSameSecond ? beganAt.toISOString() : null;
    const { event: id } = tools.fingerprintsOf({
      shop,
      topic: RECONCILED,
      webhookId: null,
      triggeredAt,
      body,
    });
    const event = { id, order: key, topic: RECONCILED, webhookId: null, triggeredAt, unreadable: null };
    const { outcome } = await tools.depositor.deposit({ ...event, receivedAt: tools.now(), body }, null);
    return outcome === 'accepted';
  });
  const outcomes = await Promise.all(deposits);
  return { deposited: outcomes.filter(Boolean).length, tooLong, stuck };
}

/** Whether the newest that reconciliation told of an order are these bytes: then telling them again changes nothing. */
async function isWhatWeHold(
  shop: ShopDomain,
  order: OrderKey,
  body: Buffer,
  { collections, fingerprintsOf }: ReconcileTools,
): Promise<boolean> {
  const newest = await collections.events
    .findOne({ order, topic: RECONCILED }, { triggeredAt: 1 })
    .sort({ sequence: -1 })
    .lean();
  if (!newest) return false;
  const told = { shop, topic: RECONCILED, webhookId: null, triggeredAt: newest.triggeredAt ?? null, body };
  return newest._id === fingerprintsOf(told).event;
}

/**
 * Deposits the end of orders that Shopify does not know. A pass that dies and comes again deposits duplicates.
 * @returns how many events were new
 */
export async function deleteHere(
  orders: readonly HeldOrder[],
  beganAt: Date,
  { depositor, fingerprintsOf, now }: ReconcileTools,
): Promise<number> {
  const triggeredAt = beganAt.toISOString();
  const deposits = orders.map(({ key: order }) => {
    const { shop, orderId } = partsOf(order);
    const body = Buffer.from(JSON.stringify({ id: orderId }));
    const told = { topic: RECONCILED_DELETE, webhookId: null, triggeredAt, body };
    const { event: id } = fingerprintsOf({ shop, ...told });
    return depositor.deposit({ id, order, ...told, unreadable: null, receivedAt: now() }, null);
  });
  const outcomes = await Promise.all(deposits);
  return outcomes.filter(({ outcome }) => outcome === 'accepted').length;
}
