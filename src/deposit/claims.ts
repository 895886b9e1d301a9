import { setImmediate as immediate } from 'node:timers/promises';
import { partsOf, type EventId, type OrderKey, type ShopDomain } from '../order/identity.ts';
import { TOPICS } from '../order/topics.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { changedAtOf, fingerprintsOf } from './fingerprints.ts';
import type { ScriptedRedis } from './scripts.ts';

/** That an event was seen (P3), as Redis holds it. Times are by Redis's clock. */
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

/** A body under one topic, and what it is recognised by there. */
export interface Hashed {
  topic: string;
  event: EventId;
}

/**
 * The claims as operators see them. An event's order, and so its partition, is not known before its claim is
 * found: every partition is asked, in one round trip.
 */
export interface Claims {
  find: (events: readonly EventId[]) => Promise<Claim[]>;
  /** The events that deliveries with this webhook id brought; every topic is tried. */
  eventsOf: (shop: ShopDomain, webhookId: string) => Promise<EventId[]>;
  /** As ingest hashes it. Without a topic, once for every topic; between them others have their turn. */
  hashesOf: (told: ToldBody) => Promise<Hashed[]>;
  /**
   * Takes a claim away, if it still is the one that is shown, and its delivery's where that is known. What is
   * left of a delivery that is not known claims nothing: its event has no claim.
   */
  release: (claim: Claim, delivery: Delivery | null) => Promise<'released' | 'changed' | 'gone'>;
}

/** A body as a person has it. */
export interface ToldBody {
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

export function claims(redis: ScriptedRedis, partitions: readonly RedisKeys[]): Claims {
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
      return [...new Set(found.filter((event) => event !== null))] as EventId[];
    },
    hashesOf: async (told) => {
      const hashes: Hashed[] = [];
      for (const topic of told.topic === null ? Object.keys(TOPICS) : [told.topic]) {
        hashes.push(...hashedAs(topic, told));
        await immediate();
      }
      return hashes;
    },
    release: async ({ event, order, firstSeenAt }, delivery) => {
      const keys = partitions[partitionOf(order, partitions.length)];
      if (!keys) throw new Error('no partitions');
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

/** With the triggered-at of a repeat also the hash that it is taken under when its body was seen before. */
function hashedAs(topic: string, told: ToldBody): Hashed[] {
  const changedAt = changedAtOf(topic, told.body);
  const { event, repeat } = fingerprintsOf({ ...told, topic, webhookId: null, changedAt });
  return [...new Set([event, repeat?.id ?? event])].map((each) => ({ topic, event: each }));
}

/** Null where there is none, or none of ours. */
function claimOf(event: EventId, fields: Record<string, string>, ttlMs: number): Claim | null {
  const { order, at, last, hits } = fields;
  if (order === undefined || at === undefined) return null;
  return {
    event,
    order: order as OrderKey,
    firstSeenAt: Number(at),
    lastSeenAt: Number(last ?? at),
    hits: Number(hits ?? 0),
    ttlMs: Math.max(0, ttlMs),
  };
}

function deliveryOf(shop: ShopDomain, { topic, webhookId }: Delivery): string {
  return fingerprintsOf({ shop, topic, webhookId, triggeredAt: null, body: NOTHING }).delivery ?? '-';
}
