import type { Collections } from './collections.ts';
import type { DestinationDocument } from './destination-schema.ts';
import type { EffectDocument } from './effect-schema.ts';

/** What a destination has got of an order, as its effects say. */
export interface DeliveredOrder {
  order: string;
  /** The newest that it accepted; null: none. */
  version: number | null;
  /** More is on its way, or an operator has to decide about it. */
  isOpen: boolean;
}

/** What destinations should have, as far as effects are kept (`JOURNAL_RETENTION_DAYS` after they are done). */
export interface DeliveredOrders {
  /**
   * In ascending order of keys, one at a time: a large shop does not have to fit in memory.
   * @param after only orders with greater keys; null: all
   * @param since what was done after it counts as on its way: the other side may have been read before
   */
  of: (
    destination: Pick<DestinationDocument, '_id' | 'createdAt'>,
    after: string | null,
    since: Date,
  ) => AsyncGenerator<DeliveredOrder>;
  /** Of these keys, those of orders that exist. */
  known: (orders: readonly string[]) => Promise<Set<string>>;
}

/** An effect has about 100 bytes here. */
const READ_AT_ONCE = 1000;

type Read = Pick<EffectDocument, 'order' | 'version' | 'state' | 'open' | 'doneAt'>;

export function createDeliveredOrders({
  effects,
  orders,
}: Pick<Collections, 'effects' | 'orders'>): DeliveredOrders {
  return {
    of: async function* ({ _id: destination, createdAt }, after, since) {
      // An earlier destination of this name may have had other orders.
      const filter = {
        destination,
        createdAt: { $gte: createdAt },
        ...(after !== null && { order: { $gt: after } }),
      };
      const cursor = effects
        .find(filter, { _id: 0, order: 1, version: 1, state: 1, open: 1, doneAt: 1 })
        .sort({ order: 1, version: 1, index: 1 })
        .lean<Read[]>()
        .cursor({ batchSize: READ_AT_ONCE });
      let current: DeliveredOrder | null = null;
      for await (const effect of cursor as AsyncIterable<Read>) {
        if (current !== null && current.order !== effect.order) yield current;
        current = withEffect(current?.order === effect.order ? current : null, effect, since);
      }
      if (current !== null) yield current;
    },
    known: async (keys) => {
      const found = await orders
        .find({ _id: { $in: keys.map(String) } }, { _id: 1 })
        .lean<{ _id: string }[]>();
      return new Set(found.map(({ _id }) => _id));
    },
  };
}

function withEffect(
  known: DeliveredOrder | null,
  { order, version, state, open, doneAt }: Read,
  since: Date,
): DeliveredOrder {
  const isNew = doneAt !== null && doneAt >= since;
  const before = known?.version ?? null;
  return {
    order,
    version: state === 'done' ? Math.max(version, before ?? version) : before,
    isOpen: known?.isOpen === true || open === true || isNew,
  };
}
