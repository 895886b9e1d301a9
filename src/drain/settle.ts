import type { Lease } from '../lock/order-lock.ts';
import type { Decision, GivenUp, Settled } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { Committed } from '../persist/order-store.ts';
import { Fault } from '../system/errors.ts';
import type { DrainTools } from './drain-tools.ts';
import { decideWithPatience, giveUpLargest } from './patience.ts';

/** How often an order is loaded and decided anew because somebody else committed first. */
const TRIES = 5;

/**
 * Decides what events make of an order, commits it over the version that was loaded, then writes the
 * journal. Orders first: a holder that comes too late is refused there and cannot write history (P4).
 * @throws Fault lock_lost before a commit or after a refused one, outpaced after five refused ones
 */
export async function settle(
  order: OrderKey,
  loaded: Order | null,
  events: WaitingEvent[],
  before: GivenUp,
  lease: Lease,
  tools: DrainTools,
): Promise<Decision> {
  let known = loaded;
  let givenUp = before;
  for (let tries = 0; tries < TRIES;) {
    const decision = await decideWithPatience(order, known, events, givenUp, tools);
    const committed = await commitIfChanged(order, decision, lease, tools);
    if (committed === 'committed') {
      await writeJournal(decision, lease, tools);
      return decision;
    }
    if (committed === 'too_large') givenUp = giveUpLargest(decision, givenUp);
    else {
      tries += 1;
      tools.watch.refused(order);
      // Whoever committed first may have taken the lock: then what is left is theirs to do.
      await lease.confirmHeld();
      known = await tools.orders.load(order);
    }
  }
  throw new Fault('outpaced', order);
}

async function commitIfChanged(
  key: OrderKey,
  decision: Decision,
  lease: Lease,
  tools: DrainTools,
): Promise<Committed> {
  lease.assertHeld();
  return decision.order ? await tools.orders.commit({ key, order: decision.order }) : 'committed';
}

export async function writeJournal(
  { ended, rejected }: Settled,
  lease: Lease,
  tools: Pick<DrainTools, 'journal' | 'now'>,
): Promise<void> {
  const by = { worker: lease.holder, lockedAt: lease.since };
  await tools.journal.write({ ended, rejected, now: tools.now(), by });
}
