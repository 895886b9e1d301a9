import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { customersIn, isAbout, withoutPersons, type Whose } from '../order/persons.ts';
import type { Collections } from './collections.ts';
import type { ComplianceDocument } from './compliance-schema.ts';

/** Keeps persons out who were redacted. */
export interface Redactions {
  /**
   * The events of one drain, without the persons who asked for it: for a customer, an order or a shop that was
   * redacted. Shops without redactions cost nothing.
   */
  masked: (order: OrderKey, known: Order | null, events: WaitingEvent[]) => Promise<WaitingEvent[]>;
}

/**
 * How old what a worker knows of shops with redactions may be. So long after a request a drain may still keep a body
 * as it came, and one that was slow when it read it longer. The window is closed by the redaction's last pass: it
 * begins a minute later at the earliest, and not before the mailboxes of those orders were seen empty, which they
 * are only when the drains that read them have written all they had.
 */
const KNOWN_FOR_MS = 5000;

type Asked = Pick<ComplianceDocument, '_id' | 'customer' | 'orders' | 'state'>;

export function redactions(
  { compliance, shops }: Pick<Collections, 'compliance' | 'shops'>,
  now: () => number = Date.now,
): Redactions {
  const shopsWithRedactions = remembered(async () => {
    const some = await compliance.distinct('shop', { kind: 'customers/redact' });
    const whole = await compliance.distinct('shop', { kind: 'shop/redact' });
    return new Set([...some, ...whole]);
  }, now);

  const askedFor = async (shop: string, orderId: string | null, customers: string[]): Promise<Asked[]> => {
    const of = { shop, kind: 'customers/redact' as const };
    const which = [
      ...(customers.length === 0 ? [] : [{ ...of, customer: { $in: customers } }]),
      ...(orderId === null ? [] : [{ ...of, orders: orderId }]),
    ];
    if (which.length === 0) return [];
    return await compliance.find({ $or: which }, { customer: 1, orders: 1, state: 1 }).lean<Asked[]>();
  };

  /** An order that is news to a request that was done is looked through once more: parts of it may have come before. */
  const reopen = async (orderId: string, asked: Asked[]): Promise<void> => {
    const ids = asked
      .filter(({ state, orders }) => state === 'done' && !orders.includes(orderId))
      .map(({ _id }) => _id);
    if (ids.length === 0) return;
    await compliance.updateMany(
      { _id: { $in: ids } },
      { $addToSet: { orders: orderId }, $set: { state: 'working', passedAt: null, cursor: null } },
    );
  };

  return {
    masked: async (key, known, events) => {
      const { shop, orderId } = partsOf(key);
      if (!(await shopsWithRedactions()).has(shop)) return events;
      if (await isShopRedacted(shop, { compliance, shops })) return events.map(maskedEvent);
      const customers = [
        ...new Set([...(known?.customers ?? []), ...events.flatMap(({ body }) => customersIn(body) ?? [])]),
      ];
      const asked = await askedFor(shop, orderId, customers);
      if (asked.length === 0) return events;
      if (orderId !== null) await reopen(orderId, asked);
      const whose = asked.map((each) => whoseOf(each, orderId, customers));
      return events.map((event) =>
        whose.some((one) => isAbout(event.body, one)) ? maskedEvent(event) : event,
      );
    },
  };
}

/** One that installed the app again since is a shop like any other. */
async function isShopRedacted(
  shop: string,
  { compliance, shops }: Pick<Collections, 'compliance' | 'shops'>,
): Promise<boolean> {
  const asked = await compliance
    .findOne({ shop, kind: 'shop/redact' }, { receivedAt: 1 })
    .sort({ receivedAt: -1 })
    .lean<Pick<ComplianceDocument, 'receivedAt'>>();
  if (!asked) return false;
  const known = await shops.findById(shop, { state: 1, installedAt: 1 }).lean();
  return known?.state !== 'installed' || known.installedAt < asked.receivedAt;
}

function whoseOf({ customer, orders }: Asked, orderId: string | null, customers: string[]): Whose {
  const id = customer ?? '';
  if (orderId !== null && orders.includes(orderId)) return { customer: id, order: 'named' };
  return { customer: id, order: orderId !== null && customers.includes(id) ? 'theirs' : 'other' };
}

function maskedEvent(event: WaitingEvent): WaitingEvent {
  const { payload: _, ...rest } = event;
  return { ...rest, body: withoutPersons(event.body) };
}

/** Asks again where the answer is older than {@link KNOWN_FOR_MS}; all who wait share one question. */
function remembered<Value>(ask: () => Promise<Value>, now: () => number): () => Promise<Value> {
  let asked: { at: number; value: Promise<Value> } | null = null;
  return () => {
    if (asked && now() - asked.at < KNOWN_FOR_MS && now() >= asked.at) return asked.value;
    const mine = { at: now(), value: ask() };
    asked = mine;
    // A failure is not kept: the next drain asks again.
    mine.value.catch(() => {
      if (asked === mine) asked = null;
    });
    return mine.value;
  };
}
