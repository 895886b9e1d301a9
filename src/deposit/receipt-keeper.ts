import type { Lease } from '../lock/locks.ts';
import type { EventId } from '../order/identity.ts';
import type { Receipt, Receipts } from '../persist/receipts.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import type { Depositor } from './depositor.ts';
import { repeatOf } from './fingerprints.ts';

const EVERY_MS = 1000;
const BATCH = 500;

/** The tools of a receipt keeper. */
export interface ReceiptTools {
  receipts: Receipts;
  depositor: Depositor;
  /** Which of these events are in the journal. */
  journaled: (events: readonly EventId[]) => Promise<Set<EventId>>;
  /** Which of these events Redis has a claim of: they wait there. */
  claimed: (receipts: readonly Receipt[]) => Promise<Set<EventId>>;
  /** Changes when Redis may have lost events: another server answers, it was restarted, or it was emptied. */
  epoch: () => Promise<string>;
  /** One worker looks at receipts at a time; null if another one does. */
  lock: () => Promise<Lease | null>;
  log: Logger;
  onDepositedAgain: (events: number) => void;
}

/**
 * Looks at the receipts of events that should have been applied by now (P2). Removes those of events in the journal, and
 * deposits those again of which Redis has no claim: it lost them. If a process dies in between, the receipts stay, and
 * an event that is deposited twice is recognised as a duplicate (P3).
 */
export function receiptKeeper(tools: ReceiptTools): Repeating {
  let known: string | null = null;
  const { receipts, epoch, lock, log } = tools;
  return repeating(
    'receipts',
    EVERY_MS,
    async () => {
      const current = await epoch();
      if (current !== known) await receipts.allDue();
      known = current;
      if ((await receipts.due(1)).length === 0) return;
      const lease = await lock();
      if (!lease) return;
      try {
        let deposited = 0;
        for (let some: Looked | null; (some = await lookAtSome(lease, tools));) deposited += some.deposited;
        if (deposited > 0) log.warn({ events: deposited }, 'Redis had lost events; deposited them again');
      } finally {
        await lease.release();
      }
    },
    (error) => log.debug({ because: messageOf(error) }, 'receipts not looked at; they will be'),
  );
}

interface Looked {
  deposited: number;
}

/** Null when no receipt is due. @throws if Redis or MongoDB is down; then the receipts stay due */
async function lookAtSome(lease: Lease, tools: ReceiptTools): Promise<Looked | null> {
  const { receipts, depositor, journaled, claimed, onDepositedAgain } = tools;
  const due = await receipts.due(BATCH);
  if (due.length === 0) return null;
  // In this sequence: an event that is applied in between is in the journal, or has a claim.
  const waiting = await claimed(due);
  const done = await journaled(due.map(({ event }) => event));
  const lost = due.filter(({ event }) => !done.has(event) && !waiting.has(event));
  lease.assertHeld();
  await receipts.remove([...done]);
  await receipts.lookLater([...waiting]);
  // Last: one that cannot be deposited stays due, and holds up none of the others.
  const again = await receipts.read(lost.map(({ event }) => event));
  const deposits = again.map(({ event, delivery }) => depositor.deposit(event, delivery, repeatOf(event)));
  const outcomes = await Promise.allSettled(deposits);
  const deposited = again.filter((_, i) => outcomes[i]?.status === 'fulfilled').map(({ event }) => event.id);
  await receipts.lookLater(deposited);
  onDepositedAgain(deposited.length);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return { deposited: deposited.length };
}
