import { asEventId, asOrderId } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import { equals } from '../../persist/equals.ts';
import type { ParkedRow } from '../../persist/parked-store.ts';
import { MISSING_STATES } from '../../system/states.ts';
import { namesOf, type FindOrders, type NamedOrder } from './find-orders.ts';
import { readKey } from '../cursors.ts';
import { isOrderWithin, type ShopBounds } from '../shop-bounds.ts';
import type { SearchAnswer, SearchHit } from '../shapes/orders.ts';
import type { Missing, MissingEvents } from './missing-events.ts';
import type { JournalEntry } from './views.ts';

/** Finds what an operator has at hand: an order's name or id, a webhook id, the start of a hash. */
export type Search = (text: string, bounds: ShopBounds) => Promise<SearchAnswer>;

export interface SearchTools {
  collections: Pick<Collections, 'events' | 'parked'>;
  findOrders: FindOrders;
  missing: MissingEvents;
  /** Keys of waiting orders with this id; null while Redis is down. */
  waitingWith: (orderId: string) => Promise<string[] | null>;
}

const MOST_EVENTS = 20;
/** Six hex digits match one event in 16 million; fewer would match too many. */
const HASH_BEGIN = /^[0-9a-f]{6,64}$/;

export function search({ collections, findOrders, missing, waitingWith }: SearchTools): Search {
  const { events, parked } = collections;
  return async (text, bounds) => {
    const hash = HASH_BEGIN.test(text) ? text : null;
    const [orders, byHash, byWebhook, parkedHere, waiting, known] = await Promise.all([
      ordersNamed(text, bounds, findOrders),
      hash ? read({ _id: { $gte: hash, $lt: `${hash}g` } }, bounds) : [],
      read({ webhookId: { $eq: text } }, bounds),
      readParked(text, bounds),
      asOrderId(text) ? waitingWith(text) : [],
      readKey(text) && events.exists({ order: { $eq: text } }),
    ]);
    const named = [...parkedHere.orders, ...(waiting ?? [])];
    const all = orderPerKey(named, orders).filter(({ key }) => isOrderWithin(bounds, key));
    const counts = await missing(all.map(({ key }) => key));
    const orderHits = all.flatMap((order, i) => {
      const lacks = lackText(counts[i]);
      return order.status !== null || known || lacks !== ''
        ? [hit('order', order.key, orderLabel(order) + lacks)]
        : [];
    });
    const eventHits = [...byHash, ...byWebhook].map((entry) => hit('event', entry._id, eventLabel(entry)));
    const parkedHits = parkedHere.events.map((event) => hit('event', event._id, parkedLabel(event)));
    const hits = [
      ...new Map([...orderHits, ...parkedHits, ...eventHits].map((each) => [each.key, each])).values(),
    ];
    return { hits, looked: lookedIn(text, hash, waiting !== null) };
  };

  async function read(conditions: object, bounds: ShopBounds): Promise<JournalEntry[]> {
    return await events
      .find({ ...conditions, ...equals({ shop: bounds ?? undefined }) }, { payload: 0 })
      .limit(MOST_EVENTS)
      .lean<JournalEntry[]>();
  }

  /** Parked events by their order's id or name, or by webhook id: they may outlive their journal. */
  async function readParked(
    text: string,
    bounds: ShopBounds,
  ): Promise<{ orders: string[]; events: ParkedRow[] }> {
    const find = (conditions: object) =>
      parked
        .find(
          { ...conditions, ...equals({ shop: bounds ?? undefined }), state: { $in: [...MISSING_STATES] } },
          { payload: 0 },
        )
        .limit(MOST_EVENTS)
        .lean<ParkedRow[]>();
    const [byName, byWebhook] = await Promise.all([
      find({ calledBy: { $in: namesOf(text) } }),
      find({ webhookId: { $eq: text } }),
    ]);
    return { orders: byName.map(({ order }) => order), events: [...byName, ...byWebhook] };
  }
}

/** Shop by shop, so that the others' orders of this name do not use up the limit. */
async function ordersNamed(text: string, bounds: ShopBounds, findOrders: FindOrders) {
  if (bounds === null) return await findOrders(text);
  return (await Promise.all(bounds.map((shop) => findOrders(text, shop)))).flat();
}

/** Orders of which only the key is known have no name or status yet. */
function orderPerKey(named: readonly string[], orders: readonly NamedOrder[]): NamedOrder[] {
  const unknown = named.map((key): NamedOrder => ({ key, name: null, status: null }));
  return [...new Map([...unknown, ...orders].map((each) => [each.key, each])).values()];
}

function hit(kind: SearchHit['kind'], key: string, label: string): SearchHit {
  return { kind, key, label };
}

function orderLabel({
  key,
  name,
  status,
}: {
  key: string;
  name: string | null;
  status: string | null;
}): string {
  return `${name ?? key}  ${status ?? 'not applied yet'}  ${key}`;
}

/** What an order lacks: `  1 parked, 2 waiting`; '' if it is complete. */
function lackText(missing: Missing | undefined): string {
  if (!missing) return '';
  const { parkedEvents, waitingEvents } = missing;
  const lacks = [
    parkedEvents > 0 ? `${parkedEvents} parked` : '',
    waitingEvents ? `${waitingEvents} waiting` : '',
  ].filter(Boolean);
  return lacks.length === 0 ? '' : `  ${lacks.join(', ')}`;
}

function eventLabel({ topic, outcome, order, appliedAt }: JournalEntry): string {
  return `${topic}  ${outcome}  ${order}  ${appliedAt.toISOString()}`;
}

function parkedLabel({ topic, order, lastAt }: ParkedRow): string {
  return `${topic}  parked  ${order}  ${lastAt.toISOString()}`;
}

function lookedIn(text: string, hash: string | null, redis: boolean): string {
  const places = [
    'orders by key, id and name',
    'parked events by order id, name and webhook id',
    'the journal by webhook id',
  ];
  if (hash)
    places.push(asEventId(text) ? 'the journal by event' : "the journal by the start of the event's hash");
  if (!redis) return `${places.join(', ')}; not among waiting orders: Redis is down`;
  if (asOrderId(text)) places.push('the 10,000 longest-waiting orders by id');
  return `${places.join(', ')}; find any other waiting order by its key <shop>/<order id>`;
}
