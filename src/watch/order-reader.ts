import type { Redis } from 'ioredis';
import type { Collections } from '../persist/collections.ts';
import type { EventDocument } from '../persist/event-schema.ts';
import type { OrderDocument } from '../persist/order-schema.ts';
import type { SpoolDocument } from '../persist/spool-schema.ts';
import type { Mailbox } from '../deposit/mailbox.ts';
import type { EventId, OrderKey } from '../order/identity.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';
import {
  orderView,
  spooledEntry,
  timelineEntry,
  waitingEntry,
  type OrderView,
  type TimelineEntry,
} from './views.ts';

interface OrderFilter {
  shop?: string | undefined;
  status?: string | undefined;
  name?: string | undefined;
  limit: number;
  /** The `_id` after which to go on. */
  after?: string | undefined;
}

/** Reads orders and their stories: MongoDB for what ended, Redis for what waits and was seen again. */
export interface OrderReader {
  list: (filter: OrderFilter) => Promise<{ orders: OrderView[]; last: string | null }>;
  order: (key: OrderKey) => Promise<OrderView | null>;
  /** Null where neither an order nor an event of it is known. */
  timeline: (key: OrderKey) => Promise<TimelineEntry[] | null>;
  event: (id: EventId) => Promise<EventDocument | null>;
}

/** Waiting events shown of one order. */
const WAITING_SHOWN = 500;

export function orderReader(
  { orders, events, spool }: Collections,
  redis: Redis,
  partitions: readonly RedisKeys[],
  mailbox: Mailbox,
): OrderReader {
  const hitsOf = async (key: OrderKey, ids: string[]): Promise<number[]> => {
    const keys = partitions[partitionOf(key, partitions.length)];
    if (!keys || redis.status !== 'ready') return ids.map(() => 0);
    const hits = await Promise.all(ids.map((id) => redis.hget(keys.dedupe(id as EventId), 'hits')));
    return hits.map(Number);
  };
  return {
    list: async ({ limit, ...filter }) => {
      const found = await orders
        .find(conditionsOf(filter))
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<OrderDocument[]>();
      const page = found.slice(0, limit);
      return { orders: page.map(orderView), last: found.length > limit ? (page.at(-1)?._id ?? null) : null };
    },
    order: async (key) => {
      const found = await orders.findOne({ _id: String(key) }).lean<OrderDocument>();
      return found ? orderView(found) : null;
    },
    timeline: async (key) => {
      const [ended, inRedis, spooled] = await Promise.all([
        events
          .find({ order: String(key) }, { payload: 0 })
          .sort({ sequence: 1, appliedAt: 1 })
          .lean<EventDocument[]>(),
        redis.status === 'ready' ? mailbox.read(key, WAITING_SHOWN) : null,
        spool
          .find({ order: String(key) }, { payload: 0 })
          .limit(WAITING_SHOWN)
          .lean<SpoolDocument[]>(),
      ]);
      const known = new Set(ended.map((entry) => entry._id));
      const waiting = [...(inRedis?.events ?? []).map(waitingEntry), ...spooled.map(spooledEntry)];
      // Between the journal and the trim an event is in both places: the journal tells more.
      const entries = [
        ...ended.filter((entry) => entry.sequence !== null).map(timelineEntry),
        ...ended.filter((entry) => entry.sequence === null).map(timelineEntry),
        ...waiting.filter(({ event }) => !known.has(event)),
      ];
      if (entries.length === 0 && !inRedis) throw new Error('Redis is away: what waits is not known');
      if (entries.length === 0) return null;
      const hits = await hitsOf(
        key,
        entries.map((entry) => entry.event),
      );
      return entries.map((entry, i) => ({ ...entry, duplicates: Math.max(entry.duplicates, hits[i] ?? 0) }));
    },
    event: async (id) => await events.findOne({ _id: String(id) }).lean<EventDocument>(),
  };
}

/** Every value is a checked string: nothing that a request sends becomes an operator. */
function conditionsOf({ shop, status, name, after }: Omit<OrderFilter, 'limit'>): object {
  // A shop's keys are the range from `<shop>/` to `<shop>0`, `0` being what follows `/`; a cursor of
  // another shop's list does not lead out of it.
  const end = shop === undefined ? after : least(`${shop}0`, after);
  const range = {
    ...(shop === undefined ? {} : { $gte: `${shop}/` }),
    ...(end === undefined ? {} : { $lt: end }),
  };
  return {
    ...(Object.keys(range).length > 0 ? { _id: range } : {}),
    ...(status === undefined ? {} : { status: { $eq: status } }),
    ...(name === undefined ? {} : { name: { $eq: name } }),
  };
}

function least(one: string, other: string | undefined): string {
  return other !== undefined && other < one ? other : one;
}
