import type { Lease } from '../lock/locks.ts';
import { awaitsCreate, type GivenUp, type Settled } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { DrainTools } from './drain-tools.ts';
import { countingSetbacks, givenUpAfter, PageSize } from './setbacks.ts';
import { settle } from './settle.ts';
import { settleShop } from './settle-shop.ts';

/** How a drain ended: the mailbox is empty, another drain has the lock, or the order waits for its create. */
export type Drained =
  { outcome: 'drained'; events: number } | { outcome: 'busy' } | { outcome: 'held'; forMs: number };

/**
 * Drains one order: lock, read, apply, commit, trim, until its mailbox is empty. If the process dies at any
 * line, the events are still in the mailbox, and the next drain recognises what is already done.
 * @param job the id of its job, which the lock's value contains
 */
export async function drainOrder(order: OrderKey, tools: DrainTools, job = 'no job'): Promise<Drained> {
  const asked = tools.now();
  return await drainLocked(order, await tools.lock.acquire(tools.lockKey(order), job), asked, tools);
}

/** Drains the orders of a job side by side: they share round trips, and each ends by itself. */
export function drainOrders(orders: readonly OrderKey[], tools: DrainTools, job: string): Promise<Drained>[] {
  const asked = tools.now();
  const keys = orders.map((order) => tools.lockKey(order));
  const leases = tools.lock.acquireEach(keys, job);
  return orders.map(async (order, i) => await drainLocked(order, (await leases)[i] ?? null, asked, tools));
}

async function drainLocked(
  order: OrderKey,
  lease: Lease | null,
  asked: number,
  tools: DrainTools,
): Promise<Drained> {
  if (!lease) return { outcome: 'busy' };
  const held = tools.now();
  tools.watch.locked(held - asked);
  try {
    return await drainHeld(order, lease, tools);
  } finally {
    await lease.release();
    tools.watch.unlocked(tools.now() - held);
  }
}

async function drainHeld(order: OrderKey, lease: Lease, tools: DrainTools): Promise<Drained> {
  const page = new PageSize();
  for (let done = 0; ;) {
    const { events: read, waitedMs, setbacks } = await tools.mailbox.read(order, page.most);
    if (read.length === 0) {
      // If the mailbox was deleted by hand, the order is still in `pending`: it would be woken forever.
      await tools.mailbox.trim(order, []);
      return { outcome: 'drained', events: done };
    }
    const events = page.take(read, setbacks);
    const isOrder = partsOf(order).orderId !== null;
    const known = isOrder ? await tools.orders.load(order) : null;
    const holdMs = tools.holdForCreateMs - waitedMs;
    if (isOrder && holdMs > 0 && awaitsCreate(known, events)) return { outcome: 'held', forMs: holdMs };
    const givenUp = givenUpAfter(setbacks, read);
    const decision = await countingSetbacks(order, events, tools.mailbox, () =>
      settlePage(order, known, events, givenUp, lease, tools),
    );
    const left = await tools.mailbox.trim(
      order,
      events.map((event) => event.id),
    );
    if (setbacks > 0) await tools.mailbox.forgetSetbacks(order);
    tools.watch.settled(decision);
    done += events.length;
    if (left === 0) return { outcome: 'drained', events: done };
  }
}

async function settlePage(
  order: OrderKey,
  known: Order | null,
  events: WaitingEvent[],
  givenUp: GivenUp,
  lease: Lease,
  tools: DrainTools,
): Promise<Settled> {
  // Before anything is stored: redacted customers stay redacted.
  const clean = await tools.redactions.masked(order, known, events);
  if (partsOf(order).orderId === null) return await settleShop(order, clean, givenUp, lease, tools);
  const decision = await settle(order, known, clean, givenUp, lease, tools);
  const strays = new Map(decision.strays.map(({ waiting, belongsTo }) => [waiting.id, belongsTo]));
  for (const event of events) await moveIfStray(event, strays.get(event.id), tools);
  return decision;
}

/**
 * Before it leaves this mailbox, and as it was received: redactions of this order are not about it. If the process dies
 * in between, it is in two mailboxes, and is applied once (P3).
 */
async function moveIfStray(
  event: WaitingEvent,
  belongsTo: OrderKey | undefined,
  { replayer, watch }: DrainTools,
): Promise<void> {
  if (belongsTo === undefined) return;
  await replayer.replay({ ...event, order: belongsTo });
  watch.moved(event, belongsTo);
}
