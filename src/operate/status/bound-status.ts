import type { Now, SystemStatus } from '../shapes/system.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import { headlineOf } from './headline.ts';

const NO_FIGURES = {
  waitingEvents: null,
  waitingOrders: null,
  oldestWaitMs: null,
  oldestOrder: null,
  queues: null,
  pausedQueues: null,
  locksHeld: null,
  accepted: null,
  duplicates: null,
  forged: null,
  reusedWebhookIds: null,
  redisMemory: null,
  parked: null,
  spooled: null,
  complianceDue: null,
  shops: null,
  effects: null,
};

/**
 * The status as a token that is bound to shops may see it: whether servers and workers are running. All other figures
 * cover every shop, and name orders and shops. /shops has the figures of the token's own shops.
 */
export function statusWithin(
  bounds: ShopBounds,
  { redis, mongodb, lockServers, workers, ...status }: SystemStatus,
): SystemStatus {
  if (bounds === null) return { ...status, redis, mongodb, lockServers, workers };
  const figures = { ...NO_FIGURES, redis, mongodb, lockServers, workers };
  const headline = headlineOf(figures);
  if (headline.level !== 'fine') return { ...figures, ...headline, link: null };
  const sentence = 'Lockstep is running. Figures of all shops together are not shown to this token.';
  return { ...figures, ...headline, sentence };
}

export function nowWithin(bounds: ShopBounds, now: Now): Now {
  if (bounds === null) return now;
  const sample = {
    at: now.sample.at,
    acceptedPerSecond: null,
    duplicatesPerSecond: null,
    appliedPerSecond: null,
    ackP99Ms: null,
    waitingEvents: null,
    oldestWaitMs: null,
  };
  return { status: statusWithin(bounds, now.status), sample, programs: [] };
}
