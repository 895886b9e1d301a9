import type { Redis } from 'ioredis';

/**
 * A reserve in Redis (P6): accepting may not use what draining needs. Deposits count Redis as full from 85 % of
 * maxmemory on; locks, wake-ups, trims and heartbeats use the rest. At 1 GB the reserve is 150 MB: the wake-up
 * jobs of 200,000 orders. Without maxmemory, or where INFO is not allowed, there is no reserve.
 */
export const DEPOSIT_SHARE = 0.85;
/** Once full, the spool is moved again below this share: 5 % is room for some thousand events at 100 MB. */
const ROOM_AGAIN_SHARE = 0.8;

/** A waiting event with its claim and its share of a job, measured (README). */
export const BYTES_PER_WAITING_EVENT = 2300;
/** The two keys of a claim, measured: see DEDUPE_TTL_HOURS in config.ts. */
const BYTES_PER_CLAIM = 510;

export interface RedisMemory {
  usedBytes: number;
  /** 0: no limit. */
  maxBytes: number;
}

/** @throws where INFO is not allowed, or Redis is down */
export async function readMemory(redis: Redis): Promise<RedisMemory> {
  const text = await redis.info('memory');
  const valueOf = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const usedBytes = valueOf('used_memory') - valueOf('mem_not_counted_for_evict');
  return { usedBytes, maxBytes: valueOf('maxmemory') };
}

/** What fills a full Redis; `other`: mostly keys that are not claims and do not wait. */
export type Filling = 'backlog' | 'claims' | 'other';

/** By counts that cost nothing: an order that waits has a mailbox, a job and two keys of the job. */
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
  return maxBytes > 0 && usedBytes >= DEPOSIT_SHARE * maxBytes;
}

/** How many bytes must go until deposits start again after Redis was full; 0 or less: they may. */
export function bytesTooMany({ usedBytes, maxBytes }: RedisMemory): number {
  return maxBytes > 0 ? Math.ceil(usedBytes - ROOM_AGAIN_SHARE * maxBytes) : 0;
}
