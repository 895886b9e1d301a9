import type { ShopDomain } from '../order/identity.ts';

/**
 * How much of what cannot be read is kept of a shop in an hour. An operator needs a few of a kind to see what is wrong;
 * a thousand in good faith is a subscription that is set up wrongly, of which no retry and no replay makes more. What is
 * beyond it is answered `ignored`, and counted. In memory, of each ingest alone: N of them keep N times as much.
 */
const MOST_EVENTS = 1000;
/** A thousand of the usual 10 kB, six times over: the largest bodies run out of bytes first. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Shops in an hour: without the app anybody who has a signed body may make up names. */
const MOST_SHOPS = 1000;
const HOUR_MS = 3_600_000;

export interface UnreadableLimit {
  /** Whether one more is kept. */
  take: (shop: ShopDomain, bytes: number) => boolean;
  /** It was not kept after all. */
  giveBack: (shop: ShopDomain, bytes: number) => void;
}

/** @param refused told of each that is not kept */
export function unreadableLimit(now: () => number, refused: () => void): UnreadableLimit {
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
