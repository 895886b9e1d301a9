import { trustedOrderKey, type OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { replayed, type ReplaySources } from './replayed.ts';

/** An order as of a change. */
export interface OrderAt {
  /** Null: the order no longer exists. */
  order: Order | null;
  /** The state as of the change is no longer known; this is the newest one. */
  isNewer: boolean;
}

/** What messages are made from. */
export interface OrderSources extends ReplaySources {
  load: (order: OrderKey) => Promise<Order | null>;
}

type Change = Pick<EffectDocument, '_id' | 'order' | 'version' | 'index' | 'sequence'>;

/**
 * The order as of each change of a lane. Nearly always a change is the order's newest, and the stored order is the
 * answer. Otherwise the order is rebuilt once, from its journal. If the journal does not have all of it any more, the
 * newest state is the answer, and says so.
 */
export async function ordersAt(
  changes: readonly Change[],
  sources: OrderSources,
): Promise<Map<string, OrderAt>> {
  const [first] = changes;
  if (!first) return new Map();
  const newest = await sources.load(trustedOrderKey(first.order));
  const earlier = changes.filter((change) => !isNewestOf(newest, change));
  const rebuilt = newest && earlier.length > 0 ? await rebuild(earlier, sources) : new Map<number, Order>();
  return new Map(
    changes.map((change) => {
      if (isNewestOf(newest, change)) return [change._id, { order: newest, isNewer: false }];
      const order = change.sequence === null ? undefined : rebuilt.get(change.sequence);
      return [change._id, order ? { order, isNewer: false } : { order: newest, isNewer: newest !== null }];
    }),
  );
}

function isNewestOf(newest: Order | null, { version, index }: Change): boolean {
  if (newest?.version !== version) return false;
  return (newest.committed?.events.length ?? 1) === index + 1;
}

/** The order after each of these changes, by sequence. */
async function rebuild(changes: readonly Change[], sources: OrderSources): Promise<Map<number, Order>> {
  const wanted = new Set(changes.flatMap(({ sequence }) => sequence ?? []));
  const last = Math.max(0, ...wanted);
  const states = new Map<number, Order>();
  for await (const step of replayed(trustedOrderKey(changes[0]?.order ?? ''), sources)) {
    if (!step) break;
    const { sequence } = step.entry;
    if (wanted.has(sequence)) states.set(sequence, step.order);
    if (sequence >= last) break;
  }
  return states;
}
