import { crc32 } from 'node:zlib';
import type { EventId, OrderKey } from '../order/identity.ts';

/**
 * Every key in Redis. `{p}` is a partition's hash tag: all keys of one partition, including BullMQ's, are in
 * one slot of a Redis Cluster, so one script can use them together. With '', the result is the prefix of all keys of its kind.
 */
export interface RedisKeys {
  partition: number;
  /**
   * hash: order, at (ms), t (triggered-at, see fingerprints.ts); from the first duplicate on also hits and
   * last (ms). One per event, kept for DEDUPE_TTL_HOURS.
   */
  dedupe: (event: EventId | '') => string;
  /** string: the event id. One per delivery id, kept for DEDUPE_TTL_HOURS. */
  delivery: (hash: string) => string;
  /** Pattern that matches `dedupe` and `delivery` keys and no others. */
  claims: string;
  /** hash: count, first (event id): how often an identical body was a new event. Kept for DEDUPE_TTL_HOURS. */
  repeats: (body: EventId | '-') => string;
  /** list of waiting events, oldest first. */
  mailbox: (order: OrderKey | '') => string;
  /** zset: order -> waiting since (ms, Redis's clock). */
  pending: string;
  /** hash: shop -> waiting events. */
  shops: string;
  /** string: the round of fair shares that workers are in. Kept until nothing waits. */
  round: string;
  /** hash: shop -> orders that it has had, or will have, in all rounds. Kept until nothing waits. */
  shares: string;
  /** hash: waiting order -> its round. */
  rounds: string;
  /** hash: accepted, duplicates, reused (webhook ids with a different body); since Redis was last empty. */
  totals: string;
  /** hash: shop -> events accepted in that hour (hours since 1970, Redis's clock). Kept for 26 h. */
  traffic: (hour: number | '') => string;
  /** zset: shop -> when its last event was accepted (ms, Redis's clock). Kept for 30 days. */
  lastEvents: string;
  /** zset: shop -> when its last webhook came (ms, Redis's clock). Partition 0, for all shops. */
  lastWebhooks: string;
  /** Redlock's key for an order. */
  lock: (order: OrderKey) => string;
  /** Redlock's key for moving the spool. */
  spoolLock: string;
  /** Redlock's key for looking at receipts. Partition 0. */
  receiptsLock: string;
  /** string: a random id that this Redis has had since it was last empty. Partition 0. */
  epoch: string;
  /** Redlock's key for moving commits into the change feed. Partition 0. */
  feedLock: string;
  /** Redlock's key for turning changes into effects. Partition 0. */
  routerLock: string;
  /** Redlock's key for backfills. Partition 0. */
  backfillLock: string;
  /** Redlock's key for the effects of an order at a destination. The partition is the destination's. */
  laneLock: (destination: string, order: string) => string;
  /** hash: order -> the job that wakes it together with others. The partition is the destination's. */
  lanesWoken: (destination: string) => string;
  /** hash: second (Redis's clock) -> effects of a destination that ended in it. Kept for 3 minutes. */
  effectsEnded: (destination: string) => string;
  /** hash: since, until (ms, Redis's clock), because. Of a destination that is down or asked for a pause. */
  effectsCircuit: (destination: string) => string;
  /** hash: publisher -> when it wrote (ms, Redis's clock), and what it cannot open, as JSON. Partition 0. */
  publisherProblems: string;
  /** Redlock's key for refreshing a shop's token, reconciling the shop, or redacting in it. Partition 0. */
  shopLock: (purpose: 'token' | 'reconcile' | 'completeness' | 'compliance', shop: string) => string;
  /** zset: program -> last heartbeat (ms, Redis's clock). Partition 0, for all programs. */
  heartbeats: string;
  /** hash: program -> the report in its last heartbeat. */
  heartbeatReports: string;
  /** hash: name and fingerprint of a secret -> when it was first seen (ms). Partition 0, for all programs. */
  secrets: string;
  /** string: how many drains failed because applying this event throws. */
  failures: (event: EventId) => string;
  /** hash: event at the head of the mailbox -> drains of it that lost the order's lock or were outpaced. */
  setbacks: (order: OrderKey) => string;
  /** BullMQ's prefix; the queue below it is {@link QUEUE}. */
  queuePrefix: string;
}

/** string: the number of partitions. The only key that is in no partition. */
export const PARTITIONS_KEY = 'lockstep:partitions';

/** The name of the queue of every partition. */
export const QUEUE = 'drain';
/** The name of a destination's queue, which is in the destination's partition. */
export const laneQueue = (destination: string) => `effects-${destination}`;

export function redisKeys(partition: number): RedisKeys {
  const prefix = `lockstep:{${partition}}`;
  return {
    partition,
    dedupe: (event) => `${prefix}:dedupe:${event}`,
    delivery: (hash) => `${prefix}:delivery:${hash}`,
    claims: `${prefix}:de*`,
    repeats: (body) => `${prefix}:repeats:${body}`,
    mailbox: (order) => `${prefix}:mailbox:${order}`,
    pending: `${prefix}:pending`,
    shops: `${prefix}:shops`,
    round: `${prefix}:round`,
    shares: `${prefix}:shares`,
    rounds: `${prefix}:rounds`,
    totals: `${prefix}:totals`,
    traffic: (hour) => `${prefix}:traffic:${hour}`,
    lastEvents: `${prefix}:last-events`,
    lastWebhooks: `${prefix}:last-webhooks`,
    lock: (order) => `${prefix}:lock:${order}`,
    spoolLock: `${prefix}:lock:spool`,
    receiptsLock: `${prefix}:lock:receipts`,
    epoch: `${prefix}:epoch`,
    feedLock: `${prefix}:changes:lock`,
    routerLock: `${prefix}:effects:lock`,
    backfillLock: `${prefix}:effects:backfill:lock`,
    laneLock: (destination, order) => `${prefix}:effects:lock:${destination}:${order}`,
    lanesWoken: (destination) => `${prefix}:effects:woken:${destination}`,
    effectsEnded: (destination) => `${prefix}:effects:ended:${destination}`,
    effectsCircuit: (destination) => `${prefix}:effects:circuit:${destination}`,
    publisherProblems: `${prefix}:effects:problems`,
    shopLock: (purpose, shop) => `${prefix}:lock:${purpose}:${shop}`,
    heartbeats: `${prefix}:heartbeats`,
    heartbeatReports: `${prefix}:heartbeats:reports`,
    secrets: `${prefix}:secrets`,
    failures: (event) => `${prefix}:failures:${event}`,
    setbacks: (order) => `${prefix}:setbacks:${order}`,
    queuePrefix: prefix,
  };
}

/** The partition of an order, or of a destination; the same in every program with the same PARTITIONS. */
export function partitionOf(name: string, partitions: number): number {
  return crc32(name) % partitions;
}

/**
 * What a partition has, of a list with one item for each partition: its keys, its queue, …
 * @param name an order's key, or a destination's name
 * @throws if the list is empty
 */
export function inPartitionOf<Item>(name: string, items: readonly Item[]): Item {
  const item = items[partitionOf(name, items.length)];
  if (item === undefined) throw new Error('no partitions');
  return item;
}

/** The keys of every partition; the index is the partition's number. */
export function allRedisKeys(partitions: number): RedisKeys[] {
  return Array.from({ length: partitions }, (_, partition) => redisKeys(partition));
}
