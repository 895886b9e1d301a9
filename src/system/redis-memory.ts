import type { Redis } from 'ioredis';

/**
 * A memory reserve in Redis (P6): accepting events must not use up what draining needs. For deposits, Redis
 * is full at 85 % of maxmemory; locks, wake-ups, trims and heartbeats use the rest. At 1 GB the reserve is
 * 150 MB, enough for the wake-up jobs of 200,000 orders. Without maxmemory, or if INFO is not allowed, there
 * is no reserve.
 */
export const DEPOSIT_SHARE = 0.85;
/** Redis counts as full a little earlier: the next event must fit, and requests in progress use memory too. */
const FULL_SHARE = DEPOSIT_SHARE - 0.01;
/** After Redis was full, the spool is moved again below this share: 5 % of 100 MB hold some thousand events. */
const ROOM_AGAIN_SHARE = 0.8;

/** A waiting event with its claim and its share of a job; measured (docs/load-tests.md). */
export const BYTES_PER_WAITING_EVENT = 2300;
/** The two keys of a claim; measured (see DEDUPE_TTL_HOURS in config.ts). */
const BYTES_PER_CLAIM = 510;

export interface RedisMemory {
  usedBytes: number;
  /** 0: no limit. */
  maxBytes: number;
}

/** @throws when INFO is not allowed, or Redis is down */
export async function readMemory(redis: Redis): Promise<RedisMemory> {
  const text = await redis.info('memory');
  const valueOf = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const usedBytes = valueOf('used_memory') - valueOf('mem_not_counted_for_evict');
  return { usedBytes, maxBytes: valueOf('maxmemory') };
}

/** What fills a full Redis. `other`: mostly keys that are neither claims nor waiting events. */
export type Filling = 'backlog' | 'claims' | 'other';

/** Estimated from cheap counts: an order with waiting events has four keys, a mailbox and three of its job. */
export function fillingOf(
  usedBytes: number,
  { events, orders, keys }: Record<'events' | 'orders' | 'keys', number>,
): Filling {
  const backlog = events * BYTES_PER_WAITING_EVENT;
  const claims = (Math.max(0, keys - 4 * orders) / 2) * BYTES_PER_CLAIM - events * BYTES_PER_CLAIM;
  if (Math.max(backlog, claims) < usedBytes / 3) return 'other';
  return backlog >= claims ? 'backlog' : 'claims';
}

export function isFull({ usedBytes, maxBytes }: RedisMemory): boolean {
  return maxBytes > 0 && usedBytes >= FULL_SHARE * maxBytes;
}

/** How many bytes must be freed before deposits resume after Redis was full; 0 or less: they may resume. */
export function bytesTooMany({ usedBytes, maxBytes }: RedisMemory): number {
  return maxBytes > 0 ? Math.ceil(usedBytes - ROOM_AGAIN_SHARE * maxBytes) : 0;
}
