import type { ShopDomain } from '../order/identity.ts';

/**
 * How many unreadable webhooks are stored per shop and hour. An operator needs only a few of a kind to see
 * what is wrong. A thousand from an honest sender mean that a subscription is set up wrongly, and neither
 * retries nor replays can help. Webhooks beyond the limit are answered `ignored` and counted. Each ingest
 * program counts in its own memory: N of them store N times as much. Bodies that begin with an order's id do not count:
 * only their drain reads them.
 */
const MOST_EVENTS = 1000;
/** Six times a thousand bodies of the usual 10 kB: only large bodies reach this limit first. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Shops per hour: without the app, anyone who has a signed body can invent shop names. */
const MOST_SHOPS = 1000;
const HOUR_MS = 3_600_000;

export interface UnreadableLimit {
  /** Whether one more may be stored. */
  take: (shop: ShopDomain, bytes: number) => boolean;
  /** Undoes a `take` whose webhook was not stored. */
  giveBack: (shop: ShopDomain, bytes: number) => void;
}

/** @param refused called for each webhook that is not stored */
export function createUnreadableLimit(now: () => number, refused: () => void): UnreadableLimit {
  let hour = 0;
  const kept = new Map<ShopDomain, { events: number; bytes: number }>();
  const keptOf = (shop: ShopDomain) => {
    const current = Math.floor(now() / HOUR_MS);
    if (current !== hour) kept.clear();
    hour = current;
    return kept.get(shop) ?? { events: 0, bytes: 0 };
  };
  return {
    take: (shop, bytes) => {
      const { events, bytes: before } = keptOf(shop);
      const isFull = events >= MOST_EVENTS || before + bytes > MOST_BYTES;
      if (isFull || (events === 0 && kept.size >= MOST_SHOPS)) {
        refused();
        return false;
      }
      kept.set(shop, { events: events + 1, bytes: before + bytes });
      return true;
    },
    giveBack: (shop, bytes) => {
      const before = keptOf(shop);
      if (before.events > 1) kept.set(shop, { events: before.events - 1, bytes: before.bytes - bytes });
      else kept.delete(shop);
    },
  };
}
