import type { Lease } from '../lock/locks.ts';
import type { Decision, GivenUp, Settled } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { leftOut } from '../order/whole-body.ts';
import type { Committed } from '../persist/order-store.ts';
import type { OrderRecord } from '../persist/outbox.ts';
import { Fault } from '../system/errors.ts';
import type { DrainTools } from './drain-tools.ts';
import { decideOrGiveUp, giveUpLargest } from './give-up.ts';

/** A drain gives up after this many refused commits: another worker committed first each time. */
const TRIES = 5;

/**
 * Decides how events change an order, commits the result over the version that was loaded, then writes the
 * journal. The order comes first: a late holder's commit is refused, so it cannot write history (P4).
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
    const decision = await decideOrGiveUp(order, known, events, givenUp, tools);
    const committed = await commitSmaller(order, known, decision, lease, tools);
    if (committed === 'committed') {
      await writeJournal(decision, lease, tools, recordOf(order, known, decision));
      return decision;
    }
    if (committed === 'too_large') givenUp = giveUpLargest(decision, givenUp);
    else {
      tries += 1;
      tools.watch.refused(order);
      // The worker that committed first may hold the lock now: then the rest is its work.
      await lease.confirmHeld();
      known = await tools.orders.load(order);
    }
  }
  throw new Fault('outpaced', order);
}

/** An order that is too large is committed without its body: its facts and its events are more important. */
async function commitSmaller(
  key: OrderKey,
  known: Order | null,
  decision: Decision,
  lease: Lease,
  tools: DrainTools,
): Promise<Committed> {
  const committed = await commitIfChanged(key, known, decision, lease, tools);
  const { order } = decision;
  if (committed !== 'too_large' || !order?.whole?.body) return committed;
  const slim = { ...order, whole: leftOut(order.whole) };
  return await commitIfChanged(key, known, { ...decision, order: slim }, lease, tools);
}

async function commitIfChanged(
  key: OrderKey,
  known: Order | null,
  { order }: Decision,
  lease: Lease,
  tools: DrainTools,
): Promise<Committed> {
  lease.assertHeld();
  return order ? await tools.orders.commit({ key, order, known }) : 'committed';
}

/**
 * The commit that goes into the change feed with the journal. If a drain applied all events but died before it wrote
 * the journal, this is the loaded order's commit.
 */
function recordOf(key: OrderKey, known: Order | null, { order, ended }: Decision): OrderRecord | null {
  const record = order ? order.committed : known?.committed;
  return record && ended.length > 0 ? { order: key, record } : null;
}

export async function writeJournal(
  { ended, rejected }: Settled,
  lease: Lease,
  tools: Pick<DrainTools, 'journal' | 'now'>,
  commit: OrderRecord | null = null,
): Promise<void> {
  const by = { worker: lease.holder, lockedAt: lease.since };
  await tools.journal.write({ ended, rejected, now: tools.now(), by, commit });
}
