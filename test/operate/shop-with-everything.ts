import { randomUUID } from 'node:crypto';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { markOf } from '../../src/persist/parked-acts.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { BY, keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';
import type { ServedDashboard } from './served-dashboard.ts';
import { INSTALLED_AT, install, missingFrom, request } from './shop-records.ts';

/** A shop that has one of everything, and the words that only its own answers may have. */
export interface ShopWithEverything {
  shop: string;
  applied: { order: OrderKey; event: string };
  parked: { order: OrderKey; event: string };
  waiting: { order: OrderKey; event: string };
  replay: string;
  pass: string;
  check: string;
  effect: string;
  request: string;
  lock: string;
  /** Holds that lock until it is released. */
  lease: Lease;
  names: { order: string; customer: string; webhook: string };
  /** Names, ids and other words of this shop and of no other. */
  words: string[];
}

/** @param number distinguishes the ids of its orders */
export async function shopWithEverything(
  dashboard: ServedDashboard,
  mark: string,
  number: number,
): Promise<ShopWithEverything> {
  const shop = `${mark}.myshopify.com`;
  const [first, second, third] = [1, 2, 3].map((each) => keyOf(String(number * 10 + each), shop)) as [
    OrderKey,
    OrderKey,
    OrderKey,
  ];
  const names = { order: `#${mark}-1`, customer: `Ada of ${mark}`, webhook: `webhook-of-${mark}` };
  const applied = waitingEvent(
    'orders/create',
    {
      id: number * 10 + 1,
      name: names.order,
      created_at: '2026-11-20T12:00:00Z',
      currency: 'EUR',
      total_price: '5.00',
      customer: { first_name: names.customer },
      line_items: [{ id: number * 10 + 2, sku: `sku-${mark}`, quantity: 1, price: '5.00' }],
    },
    { order: first, webhookId: names.webhook },
  );
  const parked = waitingEvent('orders/updated', { id: 1 }, { order: second, webhookId: `parked-${mark}` });
  const waiting = waitingEvent('orders/create', { id: 2 }, { order: third, webhookId: `waiting-${mark}` });
  await dashboard.depositor.deposit(applied, null);
  await drainOrder(first, dashboard.drains, 'test');
  await dashboard.drains.journal.write({
    ended: [],
    rejected: [{ waiting: parked, because: `cause of ${mark}`, attempts: 1 }],
    now: Date.now() - 60_000,
    by: BY,
  });
  await dashboard.depositor.deposit(parked, null);
  await dashboard.depositor.deposit(waiting, null);
  const locks = createLocks([dashboard.redis], 60_000, () => undefined, `worker-of-${mark}`);
  const lease = await locks.acquire(redisKeys(0).lock(third), '7');
  if (!lease) throw new Error('the lock was held');
  const records = { replay: randomUUID(), pass: randomUUID(), check: randomUUID(), request: randomEventId() };
  await keepRecords(dashboard, shop, mark, parked.id, records);
  const effect = await addEffect(dashboard.collections, applied, shop);
  const { json } = await dashboard.get(`/api/locks/${third}`);
  return {
    shop,
    applied: { order: first, event: applied.id },
    parked: { order: second, event: parked.id },
    waiting: { order: third, event: waiting.id },
    ...records,
    effect,
    lock: String(json.token),
    lease,
    names,
    words: [mark, String(number), applied.id, parked.id, waiting.id, ...Object.values(records)],
  };
}

async function keepRecords(
  { collections }: ServedDashboard,
  shop: string,
  mark: string,
  event: string,
  { replay, pass, check, request: requested }: Record<'replay' | 'pass' | 'check' | 'request', string>,
): Promise<void> {
  await install(collections, shop);
  await request(collections, shop, { _id: requested, orders: [] });
  const times = { startedAt: INSTALLED_AT, endedAt: INSTALLED_AT, beatAt: INSTALLED_AT };
  const counts = { total: 1, replayed: 1, rate: 20 };
  const why = { who: 'ada', reason: `for ${mark}`, because: null, state: 'done' as const };
  const which = { events: [event] };
  await collections.replays.create({
    _id: replay,
    ...times,
    ...counts,
    ...why,
    shops: [shop],
    asked: markOf(which),
  });
  const span = { since: INSTALLED_AT, until: INSTALLED_AT, askedAt: INSTALLED_AT, endedAt: INSTALLED_AT };
  const found = { checked: 1, missing: 1, found: [missingFrom(shop)] };
  await collections.reconciles.create({
    _id: pass,
    shop,
    how: 'pages',
    dryRun: true,
    ...span,
    ...why,
    ...found,
  });
  const numbers = { here: 1, atShopify: 1, deletedHere: 0, testHere: 0, testAtShopify: 0, daysNotListed: 0 };
  await collections.completeness.create({
    _id: check,
    shop,
    from: '2026-10-01',
    to: '2026-10-31',
    zone: 'UTC',
    ...why,
    ...numbers,
    askedAt: INSTALLED_AT,
    startedAt: INSTALLED_AT,
    endedAt: INSTALLED_AT,
    comparedAt: INSTALLED_AT,
    days: [],
    found: [],
  });
  await addToFeed(collections, shop);
}

/** An effect of this event, done. @returns its id */
async function addEffect(
  { effects }: ServedDashboard['collections'],
  { order, id: event }: WaitingEvent,
  shop: string,
): Promise<string> {
  const after = { status: 'created', financialStatus: null, fulfillmentStatus: null } as const;
  const place = { version: 1, index: 0, sequence: 1, event, webhookId: null, topic: 'orders/create' };
  const ended = { state: 'done', attempts: 1, failures: 0, doneAt: INSTALLED_AT } as const;
  const change = { order, shop, before: null, after, late: false, occurredAt: INSTALLED_AT };
  const _id = `ef_${randomUUID().replaceAll('-', '')}01234567`;
  await effects.create({ _id, destination: 'erp', createdAt: INSTALLED_AT, ...change, ...place, ...ended });
  return _id;
}

/** A block of the change feed with one commit of each shop so far. */
async function addToFeed({ changes }: ServedDashboard['collections'], shop: string): Promise<void> {
  const number = await changes.countDocuments();
  const after = { status: 'created', financialStatus: null, fulfillmentStatus: null } as const;
  const event = { event: null, topic: 'lockstep/rebuilt', sequence: null, outcome: null, occurredAt: 0 };
  await changes.create({
    _id: number + 1,
    at: new Date(),
    shops: [shop],
    topics: ['lockstep/rebuilt'],
    commits: [
      {
        _id: `${shop}/1#1`,
        order: `${shop}/1`,
        version: 1,
        committedAt: 0,
        changed: [],
        events: [{ ...event, before: null, after }],
      },
    ],
  });
}
