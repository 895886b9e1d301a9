import { setImmediate as immediate } from 'node:timers/promises';
import {
  partsOf,
  trustedEventId,
  trustedOrderKey,
  type EventId,
  type OrderKey,
  type ShopDomain,
} from '../order/identity.ts';
import { TOPICS } from '../order/topics.ts';
import { inPartitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { fingerprintsOf } from './fingerprints.ts';
import type { ScriptedRedis } from './scripts.ts';

/** Redis's record that an event was seen (P3). Times are by Redis's clock. */
export interface Claim {
  event: EventId;
  order: OrderKey;
  /** ms since 1970 */
  firstSeenAt: number;
  lastSeenAt: number;
  /** Deliveries beyond the first. */
  hits: number;
  ttlMs: number;
}

/** The event id of a body under one topic. */
export interface Hashed {
  topic: string;
  event: EventId;
}

/**
 * Claims as operators see them. An event's order, and so its partition, is unknown until its claim is found,
 * so every partition is searched, in one round trip.
 */
export interface Claims {
  find: (events: readonly EventId[]) => Promise<Claim[]>;
  /** The events that arrived under this webhook id. Tries every topic. */
  eventsOf: (shop: ShopDomain, webhookId: string) => Promise<EventId[]>;
  /** Hashes a body as ingest does; without a topic, once for every topic, with pauses for other work. */
  hashesOf: (sent: SentBody) => Promise<Hashed[]>;
  /**
   * Releases a claim if it is still the one that was shown, and the key of its delivery if the delivery is
   * known. The key of an unknown delivery stays, without effect: its event has no claim.
   */
  release: (claim: Claim, delivery: Delivery | null) => Promise<'released' | 'changed' | 'gone'>;
}

/** A body that an operator supplies. */
export interface SentBody {
  shop: ShopDomain;
  topic: string | null;
  triggeredAt: string | null;
  body: Uint8Array;
}

interface Delivery {
  topic: string;
  webhookId: string;
}

const NOTHING = new Uint8Array();
const RELEASED = { '1': 'released', '0': 'changed', '-1': 'gone' } as const;

export function createClaims(redis: ScriptedRedis, partitions: readonly RedisKeys[]): Claims {
  const look = async (keys: RedisKeys, event: EventId): Promise<Claim | null> => {
    const [fields, ttlMs] = await Promise.all([
      redis.hgetall(keys.dedupe(event)),
      redis.pttl(keys.dedupe(event)),
    ]);
    return claimOf(event, fields, ttlMs);
  };
  return {
    find: async (events) => {
      const looks = events.flatMap((event) => partitions.map((keys) => look(keys, event)));
      return (await Promise.all(looks)).filter((claim) => claim !== null);
    },
    eventsOf: async (shop, webhookId) => {
      const deliveries = Object.keys(TOPICS).map((topic) => deliveryOf(shop, { topic, webhookId }));
      const found = await Promise.all(
        partitions.flatMap((keys) => deliveries.map((delivery) => redis.get(keys.delivery(delivery)))),
      );
      return [...new Set(found.filter((event) => event !== null).map(trustedEventId))];
    },
    hashesOf: async (sent) => {
      const hashes: Hashed[] = [];
      for (const topic of sent.topic === null ? Object.keys(TOPICS) : [sent.topic]) {
        hashes.push(...hashedAs(topic, sent));
        await immediate();
      }
      return hashes;
    },
    release: async ({ event, order, firstSeenAt }, delivery) => {
      const keys = inPartitionOf(order, partitions);
      const hash = delivery ? deliveryOf(partsOf(order).shop, delivery) : '-';
      const answer = await redis.lockstepRelease(
        keys.dedupe(event),
        keys.delivery(hash),
        String(firstSeenAt),
        event,
      );
      return RELEASED[answer];
    },
  };
}

/** Includes the hash of a repeat, which the event gets if its body was seen before. */
function hashedAs(topic: string, sent: SentBody): Hashed[] {
  const { event, repeat } = fingerprintsOf({ ...sent, topic, webhookId: null });
  return [...new Set([event, repeat?.id() ?? event])].map((each) => ({ topic, event: each }));
}

/** Null if the key does not exist or does not contain a claim. */
function claimOf(event: EventId, fields: Record<string, string>, ttlMs: number): Claim | null {
  const { order, at, last, hits } = fields;
  if (order === undefined || at === undefined) return null;
  return {
    event,
    order: trustedOrderKey(order),
    firstSeenAt: Number(at),
    lastSeenAt: Number(last ?? at),
    hits: Number(hits ?? 0),
    ttlMs: Math.max(0, ttlMs),
  };
}

function deliveryOf(shop: ShopDomain, { topic, webhookId }: Delivery): string {
  return fingerprintsOf({ shop, topic, webhookId, triggeredAt: null, body: NOTHING }).delivery ?? '-';
}
