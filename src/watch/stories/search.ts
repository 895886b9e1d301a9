import { asEventId } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { FindOrders } from './find-orders.ts';
import { readKey } from '../cursors.ts';
import type { SearchAnswer, SearchHit } from '../shapes/orders.ts';
import type { JournalEntry } from './views.ts';

/** Whatever somebody has in hand at 3 a.m.: an order's name or id, a webhook id, the begin of a hash. */
export type Search = (text: string) => Promise<SearchAnswer>;

const MOST_EVENTS = 20;
/** Six hex digits are one event of 16 million; fewer would be a list. */
const HASH_BEGIN = /^[0-9a-f]{6,64}$/;

export function search({ events }: Pick<Collections, 'events'>, findOrders: FindOrders): Search {
  return async (text) => {
    const hash = HASH_BEGIN.test(text) ? text : null;
    const [orders, byHash, byWebhook, known] = await Promise.all([
      findOrders(text),
      hash ? read({ _id: { $gte: hash, $lt: `${hash}g` } }) : [],
      read({ webhookId: { $eq: text } }),
      readKey(text) && events.exists({ order: { $eq: text } }),
    ]);
    const orderHits = orders
      .filter(({ status }) => status !== null || known)
      .map(({ key, name, status }) =>
        hit('order', key, `${name ?? key}  ${status ?? 'not applied yet'}  ${key}`),
      );
    const eventHits = [...byHash, ...byWebhook].map((entry) => hit('event', entry._id, eventLabel(entry)));
    const hits = [...new Map([...orderHits, ...eventHits].map((each) => [each.key, each])).values()];
    return { hits, looked: lookedIn(text, hash) };
  };

  async function read(conditions: object): Promise<JournalEntry[]> {
    return await events.find(conditions, { payload: 0 }).limit(MOST_EVENTS).lean<JournalEntry[]>();
  }
}

function hit(kind: SearchHit['kind'], key: string, label: string): SearchHit {
  return { kind, key, label };
}

function eventLabel({ topic, outcome, order, appliedAt }: JournalEntry): string {
  return `${topic}  ${outcome}  ${order}  ${appliedAt.toISOString()}`;
}

function lookedIn(text: string, hash: string | null): string {
  const places = ['orders by key, id and name', 'the journal by webhook id'];
  if (hash)
    places.push(asEventId(text) ? 'the journal by event' : "the journal by the begin of the event's hash");
  return `${places.join(', ')}; what waits is found by its order`;
}
