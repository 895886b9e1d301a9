import type { Receipts } from '../persist/receipts.ts';
import { Fault, messageOf } from '../system/errors.ts';
import { compress } from '../system/payload.ts';
import { within } from '../system/within.ts';
import type { Depositor } from './depositor.ts';

/** As long as a write to the spool may take: see spooling-depositor.ts. */
const RECEIPT_MS = 1200;

/**
 * DURABILITY=both: an event is acknowledged when it is in Redis (or the spool) and has a receipt in MongoDB. If Redis
 * then loses it, as in a failover to a replica that lags behind, the receipt keeper deposits it again (P2).
 * A duplicate gets a receipt, too: its first delivery may have failed because the receipt was not written.
 */
export function createTwoHomes(depositor: Depositor, receipts: Receipts): Depositor {
  const keep: (...kept: Parameters<Receipts['put']>) => Promise<void> = async (event, delivery) => {
    try {
      await within(receipts.put(event, delivery), RECEIPT_MS);
    } catch (error) {
      throw new Fault('not_durable', `MongoDB did not store its receipt: ${messageOf(error)}`, error);
    }
  };
  return {
    deposit: async (arrived, delivery, repeat = null) => {
      const event = { ...arrived, payload: arrived.payload ?? compress(arrived.body) };
      const [deposited] = await Promise.all([
        depositor.deposit(event, delivery, repeat),
        keep(event, delivery),
      ]);
      // An identical body that was triggered at another time is stored under an id of its own.
      if (deposited.event !== event.id) await keep({ ...event, id: deposited.event }, delivery);
      return deposited;
    },
  };
}
