import type { Lease } from '../lock/locks.ts';
import type { Ended, GivenUp, Rejected, Settled } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';
import { withoutPersons } from '../order/persons.ts';
import { readShopEvent, type ShopEvent } from '../order/shop-event.ts';
import { messageOf } from '../system/errors.ts';
import type { DrainTools, ShopVerdict } from './drain-tools.ts';
import { writeJournal } from './settle.ts';

/**
 * An event fails only if MongoDB refuses it or is down. With their backoff, 20 drains take almost six
 * minutes. Then the event is parked, so that the events behind it continue (P7).
 */
const MOST_ATTEMPTS = 20;

/**
 * Settles the events in `<shop>/-`. Those about the shop are carried out, one by one in the order of
 * triggered-at; the rest are parked. If the process dies in between, the work is repeated with the same
 * result. The journal stores processed bodies without customer data, which nobody needs there. Parked events
 * are stored whole, so that they can be replayed.
 */
export async function settleShop(
  order: OrderKey,
  events: WaitingEvent[],
  givenUp: GivenUp,
  lease: Lease,
  tools: DrainTools,
): Promise<Settled> {
  const { readable, rejected } = readAll(events, givenUp);
  const ended: Settled['ended'] = [];
  for (const { waiting, event } of readable) {
    lease.assertHeld();
    const carried = await carryOutWithPatience(order, event, tools);
    if ('attempts' in carried) rejected.push({ waiting, ...carried });
    else ended.push(endedAs(waiting, event, carried, tools.now()));
  }
  await writeJournal({ ended, rejected }, lease, tools);
  return { ended, rejected };
}

interface ReadableShopEvent {
  waiting: WaitingEvent;
  event: ShopEvent;
}

function readAll(
  events: WaitingEvent[],
  givenUp: GivenUp,
): { readable: ReadableShopEvent[]; rejected: Rejected[] } {
  const readable: ReadableShopEvent[] = [];
  const rejected: Rejected[] = [];
  for (const waiting of events) {
    const failed = givenUp.get(waiting.id);
    const reading = failed ? { ok: false as const, because: failed.because } : readShopEvent(waiting);
    if (reading.ok) readable.push({ waiting, event: reading.event });
    else rejected.push({ waiting, because: reading.because, attempts: failed?.attempts ?? 1 });
  }
  readable.sort((a, b) => a.event.at - b.event.at || (a.event.id < b.event.id ? -1 : 1));
  return { readable, rejected };
}

async function carryOutWithPatience(
  order: OrderKey,
  event: ShopEvent,
  { shopEvents, mailbox }: DrainTools,
): Promise<ShopVerdict | Omit<Rejected, 'waiting'>> {
  try {
    return await shopEvents.carryOut(event);
  } catch (error) {
    const attempts = await mailbox.countFailure(order, event.id);
    if (attempts < MOST_ATTEMPTS) throw error;
    const because = `it could not be carried out: ${messageOf(error)} (${attempts} drains failed on it)`;
    return { because, attempts };
  }
}

function endedAs(waiting: WaitingEvent, event: ShopEvent, verdict: ShopVerdict, now: number): Ended<null> {
  const { payload: _, ...rest } = waiting;
  const applied = { event: event.id, ...verdict, sequence: null, occurredAt: event.at, appliedAt: now };
  return { waiting: { ...rest, body: withoutPersons(waiting.body) }, applied };
}
