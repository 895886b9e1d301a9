import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { customersIn, isAbout, withoutPersons, type Whose } from '../order/persons.ts';
import { createBatcher } from '../system/batcher.ts';
import { inTurns } from '../system/turns.ts';
import type { Collections } from './collections.ts';
import type { ComplianceDocument } from './compliance-schema.ts';

/** Keeps data of redacted persons from being stored again. */
export interface Redactions {
  /**
   * The events of one drain, masked if their customer, order or shop was redacted. Costs nothing for shops without
   * redactions.
   */
  masked: (order: OrderKey, known: Order | null, events: WaitingEvent[]) => Promise<WaitingEvent[]>;
}

/**
 * How long a worker reuses its list of shops with redactions. For this long after a request, a drain may still store a
 * body unmasked, and a slow drain even later. The redaction's last pass closes this window: it begins at least a minute
 * later, and only after the mailboxes of those orders were seen empty. They are empty only once the drains that read
 * them have written everything.
 */
const KNOWN_FOR_MS = 5000;

type RedactionRequest = Pick<ComplianceDocument, '_id' | 'shop' | 'customer' | 'orders' | 'state'>;
type RedactionCollections = Pick<Collections, 'compliance' | 'shops'>;

/** Asks which requests concern the events of one drain. */
interface RedactionQuestion {
  shop: string;
  orderId: string | null;
  customers: string[];
}

/** As many drains as load their orders together. More may wait than one worker has drains. */
const TOGETHER = { largest: 100, mayWait: 2000 };

export function createRedactions(kept: RedactionCollections, now: () => number = Date.now): Redactions {
  const { compliance } = kept;
  const shopsWithRedactions = remembered(async () => {
    const some = await compliance.distinct('shop', { kind: 'customers/redact' });
    const whole = await compliance.distinct('shop', { kind: 'shop/redact' });
    return new Set([...some, ...whole]);
  }, now);
  // Not cached: masking is irreversible, so MongoDB is asked each time. Drains share the query.
  const askedFor = createBatcher<RedactionQuestion, RedactionRequest[]>(
    (questions) => requestsFor(questions, kept),
    TOGETHER,
  );
  const isShopRedacted = createBatcher<string, boolean>((shops) => areRedacted(shops, kept), TOGETHER);

  /**
   * Reopens finished requests that did not know of this order: other data of the order may already be stored.
   * A request that is in progress, or that another drain has reopened, stays unchanged.
   */
  const reopen = async (orderId: string, asked: RedactionRequest[]): Promise<void> => {
    const ids = asked
      .filter(({ state, orders }) => state === 'done' && !orders.includes(orderId))
      .map(({ _id }) => _id);
    if (ids.length === 0) return;
    await compliance.updateMany(
      { _id: { $in: ids }, state: 'done' },
      { $addToSet: { orders: orderId }, $set: { state: 'working', passedAt: null, cursor: null } },
    );
  };

  return {
    masked: async (key, known, events) => {
      const { shop, orderId } = partsOf(key);
      if (!(await shopsWithRedactions()).has(shop)) return events;
      const customers = await inTurns(customersOf(known, events));
      const [all, asked] = await Promise.all([isShopRedacted(shop), askedFor({ shop, orderId, customers })]);
      if (all) return await inTurns(maskedWhere(events, () => true));
      if (asked.length === 0) return events;
      if (orderId !== null) await reopen(orderId, asked);
      const whose = asked.map((each) => whoseOf(each, orderId, customers));
      return await inTurns(maskedWhere(events, ({ body }) => whose.some((one) => isAbout(body, one))));
    },
  };
}

/**
 * Whether an order has no body because of a redaction: of the order or one of its customers; of its shop now; or of its
 * shop before it installed the app again, if no body has arrived since.
 */
export async function isRedacted(
  key: OrderKey,
  { customers, snapshot }: Pick<Order, 'customers' | 'snapshot'>,
  kept: RedactionCollections,
): Promise<boolean> {
  const { shop, orderId } = partsOf(key);
  const since = { receivedAt: { $gte: new Date(snapshot?.at ?? 0) } };
  const [[isShop], [requests = []], earlier] = await Promise.all([
    areRedacted([shop], kept),
    requestsFor([{ shop, orderId, customers }], kept),
    kept.compliance.exists({ shop, kind: 'shop/redact', ...since }),
  ]);
  return isShop === true || requests.length > 0 || earlier !== null;
}

/** Answers all questions in one round trip. */
async function requestsFor(
  questions: RedactionQuestion[],
  { compliance }: RedactionCollections,
): Promise<RedactionRequest[][]> {
  const which = [...Map.groupBy(questions, ({ shop }) => shop)].flatMap(([shop, of]) => {
    const asked = { shop, kind: 'customers/redact' as const };
    const customers = [...new Set(of.flatMap((each) => each.customers))];
    const orders = [...new Set(of.flatMap(({ orderId }) => orderId ?? []))];
    return [
      ...(customers.length === 0 ? [] : [{ ...asked, customer: { $in: customers } }]),
      ...(orders.length === 0 ? [] : [{ ...asked, orders: { $in: orders } }]),
    ];
  });
  const fields = { shop: 1, customer: 1, orders: 1, state: 1 };
  if (which.length === 0) return questions.map(() => []);
  const found = await compliance.find({ $or: which }, fields).lean<RedactionRequest[]>();
  return questions.map(({ shop, orderId, customers }) =>
    found.filter(
      (each) =>
        each.shop === shop &&
        (customers.includes(each.customer ?? '') || (orderId !== null && each.orders.includes(orderId))),
    ),
  );
}

/** A shop that has installed the app again since its redaction counts as not redacted. */
async function areRedacted(names: string[], { compliance, shops }: RedactionCollections): Promise<boolean[]> {
  const some = { $in: [...new Set(names)] };
  const asked = await compliance
    .find({ kind: 'shop/redact', shop: some }, { shop: 1, receivedAt: 1 })
    .sort({ receivedAt: 1 })
    .lean<Pick<ComplianceDocument, 'shop' | 'receivedAt'>[]>();
  if (asked.length === 0) return names.map(() => false);
  // The last one counts.
  const askedAt = new Map(asked.map(({ shop, receivedAt }) => [shop, receivedAt]));
  const known = await shops.find({ _id: some }, { state: 1, installedAt: 1 }).lean();
  const byName = new Map(known.map((shop) => [shop._id, shop]));
  return names.map((name) => {
    const [at, shop] = [askedAt.get(name), byName.get(name)];
    return at !== undefined && (shop?.state !== 'installed' || shop.installedAt < at);
  });
}

/** Ids of all customers that the order or its events name. Reads every body. */
function* customersOf(known: Order | null, events: WaitingEvent[]): Generator<void, string[]> {
  const customers = new Set(known?.customers);
  for (const { body } of events) {
    for (const customer of customersIn(body) ?? []) customers.add(customer);
    yield;
  }
  return [...customers];
}

function* maskedWhere(
  events: WaitingEvent[],
  isToBe: (event: WaitingEvent) => boolean,
): Generator<void, WaitingEvent[]> {
  const clean: WaitingEvent[] = [];
  for (const event of events) {
    clean.push(isToBe(event) ? maskedEvent(event) : event);
    yield;
  }
  return clean;
}

function whoseOf({ customer, orders }: RedactionRequest, orderId: string | null, customers: string[]): Whose {
  const id = customer ?? '';
  if (orderId !== null && orders.includes(orderId)) return { customer: id, order: 'named' };
  return { customer: id, order: orderId !== null && customers.includes(id) ? 'theirs' : 'other' };
}

function maskedEvent(event: WaitingEvent): WaitingEvent {
  const { payload: _, ...rest } = event;
  return { ...rest, body: withoutPersons(event.body), isRedacted: true };
}

/** Asks again if the answer is older than {@link KNOWN_FOR_MS}; concurrent callers share one query. */
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
