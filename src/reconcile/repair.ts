import { millisOf } from '../order/instants.ts';
import {
  orderKey,
  partsOf,
  trustedOrderKey,
  type EventId,
  type OrderKey,
  type ShopDomain,
} from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { fromDocument } from '../persist/order-document.ts';
import type { OrderDocument } from '../persist/order-fields.ts';
import { RECONCILED, RECONCILED_DELETE } from '../order/topics.ts';
import type { ThrottledApi } from './throttled-api.ts';
import { compare, type Drifted, type Held } from './compare.ts';
import { orderBytes } from './order-body.ts';
import type { HeldOrder } from './held-orders.ts';
import type { Access } from './queries.ts';
import type { ListedOrder } from './read-answers.ts';
import type { ReconcileTools } from './reconcile-tools.ts';
import { readWholes } from './whole-orders.ts';

/** Which of the listed orders are missing here or differ. @param listed a few hundred at most */
export async function driftOf(
  shop: ShopDomain,
  listed: readonly ListedOrder[],
  { collections, now }: Pick<ReconcileTools, 'collections' | 'now'>,
): Promise<Drifted[]> {
  if (listed.length === 0) return [];
  const keys = listed.map(({ id }) => orderKey(shop, id));
  const ours = await collections.orders.find({ _id: { $in: keys } }, { body: 0 }).lean<OrderDocument[]>();
  const held = ours.map(
    (document) => [trustedOrderKey(document._id), heldOf(fromDocument(document))] as const,
  );
  return compare(shop, listed, new Map(held), now());
}

function heldOf({ snapshot, ends, facts, parts }: Order): Held {
  const states = (list: readonly { id: string; status: string | null }[]) =>
    new Map(list.map(({ id, status }) => [id, status]));
  return {
    at: snapshot?.at ?? null,
    reconciled: snapshot?.topic === RECONCILED,
    deletedAt: ends.deletedAt,
    cancelled: ends.cancelled !== null,
    closedAt: facts.closedAt,
    financialStatus: facts.financialStatus,
    fulfillmentStatus: facts.fulfillmentStatus,
    currency: facts.currency,
    totalPrice: facts.totalPrice,
    transactions: parts.transactions.length,
    fulfillments: parts.fulfillments.length,
    refunds: new Set(parts.refunds.map(({ id }) => id)),
    disputes: states(parts.disputes),
    returns: states(parts.returns),
  };
}

export interface RepairResult {
  /** How many events were new. */
  deposited: number;
  /** Orders with more parts than one answer can hold. */
  tooLong: string[];
  /** Orders that differ although Shopify's answer was already applied. */
  stuck: ReadonlySet<OrderKey>;
}

export const NOTHING_REPAIRED: RepairResult = { deposited: 0, tooLong: [], stuck: new Set() };

/**
 * Repairs orders: fetches them whole and deposits each like any other event (P2, P3). The drain decides by
 * position what is new in it. If this is repeated, the second deposit is a duplicate.
 *
 * If a wrong state is of the same second as the repair, the later triggered-at wins: in that case the event
 * carries the time when the pass began. A webhook triggered after that is newer than our answer, and wins.
 * Both can be of the same second only if the order changed within the last two minutes, which a window leaves
 * out.
 * @param beganAt when the pass began: the same at every attempt
 */
export async function repair(
  shop: ShopDomain,
  drifted: readonly Drifted[],
  { asker, access, beganAt }: { asker: ThrottledApi; access: Access; beganAt: Date },
  tools: ReconcileTools,
): Promise<RepairResult> {
  const wanted = new Map(drifted.filter(({ what }) => what !== 'stuck').map((each) => [each.orderId, each]));
  if (wanted.size === 0) return NOTHING_REPAIRED;
  const { orders, tooLong } = await readWholes(asker, access, [...wanted.keys()]);
  const stuck = new Set<OrderKey>();
  const deposits = orders.map(async ({ order, disputes }) => {
    const body = orderBytes(order, disputes);
    const key = orderKey(shop, order.id);
    const drift = wanted.get(order.id);
    const isSameSecond = drift?.what === 'differs' && millisOf(order.updatedAt) === drift.heldAt;
    if (isSameSecond && drift.reconciled && (await isWhatWeHold(shop, key, body, tools))) {
      stuck.add(key);
      return false;
    }
    const triggeredAt = isSameSecond ? beganAt.toISOString() : null;
    const id = idOf(shop, RECONCILED, triggeredAt, body, tools);
    const event = { id, order: key, topic: RECONCILED, webhookId: null, triggeredAt, unreadable: null };
    const { outcome } = await tools.depositor.deposit({ ...event, receivedAt: tools.now(), body }, null);
    return outcome === 'accepted';
  });
  const outcomes = await Promise.all(deposits);
  return { deposited: outcomes.filter(Boolean).length, tooLong, stuck };
}

/** Whether reconciliation's newest event of the order has these bytes: then the same again changes nothing. */
async function isWhatWeHold(
  shop: ShopDomain,
  order: OrderKey,
  body: Buffer,
  tools: ReconcileTools,
): Promise<boolean> {
  const newest = await tools.collections.events
    .findOne({ order, topic: RECONCILED }, { triggeredAt: 1 })
    .sort({ sequence: -1 })
    .lean();
  return newest !== null && newest._id === idOf(shop, RECONCILED, newest.triggeredAt ?? null, body, tools);
}

/** With a triggered-at, the time is part of the hash: the same answer at another time is another event. */
function idOf(
  shop: ShopDomain,
  topic: string,
  triggeredAt: string | null,
  body: Buffer,
  { fingerprintsOf }: Pick<ReconcileTools, 'fingerprintsOf'>,
): EventId {
  return fingerprintsOf({ shop, topic, webhookId: null, triggeredAt, body, timeless: true }).event;
}

/**
 * Deposits the deletion of orders that Shopify does not know. If the pass dies and is repeated, the repeated
 * deposits are duplicates.
 * @returns how many events were new
 */
export async function deleteHere(
  orders: readonly HeldOrder[],
  beganAt: Date,
  tools: ReconcileTools,
): Promise<number> {
  const { depositor, now } = tools;
  const triggeredAt = beganAt.toISOString();
  const deposits = orders.map(({ key: order }) => {
    const { shop, orderId } = partsOf(order);
    const body = Buffer.from(JSON.stringify({ id: orderId }));
    const deletion = { topic: RECONCILED_DELETE, webhookId: null, triggeredAt, body };
    const id = idOf(shop, RECONCILED_DELETE, triggeredAt, body, tools);
    return depositor.deposit({ id, order, ...deletion, unreadable: null, receivedAt: now() }, null);
  });
  const outcomes = await Promise.all(deposits);
  return outcomes.filter(({ outcome }) => outcome === 'accepted').length;
}
