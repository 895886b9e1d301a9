import { deciding } from '../order/decide.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { KeepBody } from '../order/whole-body.ts';
import type { JournaledEvent } from '../persist/journaled.ts';
import { isMongoError } from '../persist/is-mongo-away.ts';
import { inTurns } from '../system/turns.ts';

/** What an order is rebuilt from. */
export interface ReplaySources {
  /** The applied events of an order with their bodies, in sequence. */
  journaled: (order: OrderKey) => AsyncIterable<JournaledEvent>;
  keepBody: KeepBody;
}

/** An event of the journal, and the order after it: `committed` has the event as its commit recorded it. */
export interface Replayed {
  entry: JournaledEvent;
  order: Order;
}

/**
 * An order after each of its events, one by one. Null ends it: an entry is missing, damaged, or has no body any more.
 * @throws what MongoDB threw
 */
export async function* replayed(
  key: OrderKey,
  { journaled, keepBody }: ReplaySources,
): AsyncGenerator<Replayed | null> {
  let order: Order | null = null;
  let next = 1;
  try {
    for await (const entry of journaled(key)) {
      const { event, sequence, appliedAt } = entry;
      if (sequence !== next || event.body.length === 0) return yield null;
      const work = deciding(key, order, [event], appliedAt, new Map(), keepBody);
      const decision = await inTurns(work);
      order = decision.order ?? order;
      if (!order) return yield null;
      yield { entry, order };
      next += 1;
    }
  } catch (error) {
    if (isMongoError(error)) throw error;
    yield null;
  }
}
