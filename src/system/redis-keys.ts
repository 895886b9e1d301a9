import { crc32 } from 'node:zlib';
import type { EventId, OrderKey } from '../order/identity.ts';

/**
 * Every key in Redis. `{p}` is a partition's hash tag: all keys of one partition, BullMQ's too, live in
 * one slot of a Redis Cluster, so that one script may touch them together.
 */
export interface RedisKeys {
  partition: number;
  /**
   * hash: order, at (ms), t (triggered-at, see fingerprints.ts); hits and last (ms) from the first duplicate on.
   * One per event, for DEDUPE_TTL_HOURS.
   */
  dedupe: (event: EventId) => string;
  /** string: the event id. One per delivery id, for as long. */
  delivery: (hash: string) => string;
  /** Matches both kinds of keys, and no other. */
  claims: string;
  /** hash: count, first (event id): how often an equal body came again as another event. For as long. */
  repeats: (body: EventId | '-') => string;
  /** list of waiting events, oldest first. */
  mailbox: (order: OrderKey) => string;
  /** zset: order -> waiting since (ms, Redis's clock). */
  pending: string;
  /** hash: shop -> waiting events. */
  shops: string;
  /** hash: accepted, duplicates, reused (webhook ids that came with another body); since Redis was empty. */
  totals: string;
  /** hash: shop -> events taken in that hour (hours since 1970, Redis's clock). Kept 26 h. */
  traffic: (hour: number | '') => string;
  /** zset: shop -> when its last event was taken (ms, Redis's clock). Those of the last 30 days. */
  lastEvents: string;
  /** zset: shop -> when its last webhook came (ms, Redis's clock). Of partition 0, for all shops. */
  lastWebhooks: string;
  /** Redlock's. */
  lock: (order: OrderKey) => string;
  /** Redlock's, for moving the spool. */
  spoolLock: string;
  /** Redlock's, for refreshing a shop's token, reconciling it, or redacting in it. Of partition 0. */
  shopLock: (purpose: 'token' | 'reconcile' | 'compliance', shop: string) => string;
  /** zset: program -> last heard of (ms, Redis's clock). Of partition 0, for all programs. */
  beats: string;
  /** hash: program -> what it told with its last beat. */
  told: string;
  /** hash: name and fingerprint of a secret -> when it was first seen (ms). Of partition 0, for all programs. */
  secrets: string;
  /** string: how many drains failed at an event whose application throws. */
  failures: (event: EventId) => string;
  /** hash: event at the head of the mailbox -> drains that lost the order's lock, or were outpaced, with it. */
  setbacks: (order: OrderKey) => string;
  /** BullMQ's prefix; the queue below it is {@link QUEUE}. */
  queuePrefix: string;
}

/** string: how many partitions there are. The only key outside of all of them. */
export const PARTITIONS_KEY = 'lockstep:partitions';

/** The name of the queue of every partition. */
export const QUEUE = 'drain';

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
    totals: `${prefix}:totals`,
    traffic: (hour) => `${prefix}:traffic:${hour}`,
    lastEvents: `${prefix}:last-events`,
    lastWebhooks: `${prefix}:last-webhooks`,
    lock: (order) => `${prefix}:lock:${order}`,
    spoolLock: `${prefix}:lock:spool`,
    shopLock: (purpose, shop) => `${prefix}:lock:${purpose}:${shop}`,
    beats: `${prefix}:beats`,
    told: `${prefix}:told`,
    secrets: `${prefix}:secrets`,
    failures: (event) => `${prefix}:failures:${event}`,
    setbacks: (order) => `${prefix}:setbacks:${order}`,
    queuePrefix: prefix,
  };
}

/** The partition of an order, the same in every program that has the same PARTITIONS. */
export function partitionOf(order: OrderKey, partitions: number): number {
  return crc32(order) % partitions;
}

/** The keys of every partition, by number. */
export function allRedisKeys(partitions: number): RedisKeys[] {
  return Array.from({ length: partitions }, (_, partition) => redisKeys(partition));
}
