import type { EventPage } from '../shapes/events.ts';
import type { SearchAnswer } from '../shapes/orders.ts';
import type { ParkedPage } from '../shapes/parked.ts';
import { placeOf, queryOf } from './ask.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { table, time } from './table.ts';

/** The key `<shop>/<order id>` for what was typed: the key itself, an order's name (#1001, 1001) or its id. */
export async function findOrder(session: Session, typed: string, shop?: string): Promise<string> {
  if (typed.includes('/')) {
    if (!/^[^/]+\/[^/]+$/.test(typed)) throw new OpsProblem('usage', `${typed} is not <shop>/<order id>`);
    return typed;
  }
  const { hits, looked } = await session.ask<SearchAnswer>(`/search${queryOf({ q: typed })}`);
  const ofShop = (key: string) => shop === undefined || key.startsWith(`${shop.toLowerCase()}/`);
  const orders = hits.filter(({ kind, key }) => kind === 'order' && ofShop(key));
  const [only] = orders;
  if (!only) throw new OpsProblem('refused', `no order has the name or id ${typed}; looked in: ${looked}`);
  if (orders.length === 1) return only.key;
  const list = orders.map(({ label }) => label).join('\n');
  throw new OpsProblem(
    'refused',
    `${orders.length} orders have the name or id ${typed}: give the key of one, <shop>/<order id>:\n${list}`,
  );
}

/** Below /api: `/locks/<shop>/<order id>`. */
export function orderPlace(area: string, key: string, ...more: string[]): string {
  const [shop = '', orderId = ''] = key.split('/');
  return placeOf(area, shop, orderId, ...more);
}

const WHOLE = /^[0-9a-f]{64}$/;
const BEGIN = /^[0-9a-f]{4,63}$/;

/** Of each kind; more than one is too many already. */
const LOOKED_AT = 20;

/** An event's 64 digits of what was typed: those, or its first 4 or more. What is parked may outlive its journal. */
export async function findEvent(session: Session, typed: string): Promise<string> {
  const hash = typed.toLowerCase();
  if (WHOLE.test(hash)) return hash;
  if (!BEGIN.test(hash))
    throw new OpsProblem('usage', `${typed} is no event: 64 hex digits, or the first 4 or more of them`);
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
      `no event that ended begins with ${hash}; looked in the journal and among the parked`,
    );
  if (found.size === 1) return only;
  const list = table([...found.values()]);
  throw new OpsProblem('refused', `several events begin with ${hash}:\n${list}`);
}
