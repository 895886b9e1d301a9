import type { EventPage } from '../operate/shapes/events.ts';
import type { SearchAnswer } from '../operate/shapes/orders.ts';
import type { ParkedPage } from '../operate/shapes/parked.ts';
import { placeOf, queryOf } from './ask.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { table, time } from './table.ts';

/**
 * Finds the key `<shop>/<order id>` of an order, given the key itself, the order's name (#1001, 1001) or its id.
 * @throws OpsProblem usage for an invalid key, refused if no order or more than one matches
 */
export async function findOrder(session: Session, typed: string, shop?: string): Promise<string> {
  if (typed.includes('/')) {
    if (!/^[^/]+\/[^/]+$/.test(typed))
      throw new OpsProblem('usage', `invalid order key: ${typed} (expected <shop>/<order id>)`);
    return typed;
  }
  const { hits, looked } = await session.ask<SearchAnswer>(`/search${queryOf({ q: typed })}`);
  const ofShop = (key: string) => shop === undefined || key.startsWith(`${shop.toLowerCase()}/`);
  const orders = hits.filter(({ kind, key }) => kind === 'order' && ofShop(key));
  const [only] = orders;
  if (!only) throw new OpsProblem('refused', `no order with name or ID ${typed}; searched: ${looked}`);
  if (orders.length === 1) return only.key;
  const list = orders.map(({ label }) => label).join('\n');
  throw new OpsProblem(
    'refused',
    `${orders.length} orders have the name or ID ${typed}; specify one by its key, <shop>/<order id>:\n${list}`,
  );
}

/** A path below /api, such as `/locks/<shop>/<order id>`. */
export function orderPlace(area: string, key: string, ...more: string[]): string {
  const [shop = '', orderId = ''] = key.split('/');
  return placeOf(area, shop, orderId, ...more);
}

const WHOLE = /^[0-9a-f]{64}$/;
const BEGIN = /^[0-9a-f]{4,63}$/;

/** Rows to read of the journal and of parked events. Two are already ambiguous; the message lists the rest. */
const LOOKED_AT = 20;

/**
 * Finds an event's 64 digits, given all of them or at least the first 4. Searches parked events too: one may outlive
 * its journal entry.
 * @throws OpsProblem usage for an invalid hash, refused if no event or more than one matches
 */
export async function findEvent(session: Session, typed: string): Promise<string> {
  const hash = typed.toLowerCase();
  if (WHOLE.test(hash)) return hash;
  if (!BEGIN.test(hash))
    throw new OpsProblem(
      'usage',
      `invalid event: ${typed} (expected 64 hex digits, or at least the first 4)`,
    );
  const query = queryOf({ hash, limit: LOOKED_AT });
  const [{ events }, { parked }] = await Promise.all([
    session.ask<EventPage>(`/events${query}`),
    session.ask<ParkedPage>(`/parked${query}`),
  ]);
  const found = new Map([
    ...parked.map(({ event, order, topic, lastAt }) => [event, [event, order, topic, time(lastAt)]] as const),
    ...events.map(
      ({ event, order, topic, appliedAt }) => [event, [event, order, topic, time(appliedAt)]] as const,
    ),
  ]);
  const [only] = found.keys();
  if (only === undefined)
    throw new OpsProblem(
      'refused',
      `no processed event starts with ${hash}; searched: journal, parked events`,
    );
  if (found.size === 1) return only;
  const list = table([...found.values()]);
  throw new OpsProblem('refused', `several events start with ${hash}; specify more digits:\n${list}`);
}
