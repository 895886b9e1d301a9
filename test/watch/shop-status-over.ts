import { requestBook } from '../../src/persist/request-book.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { reconcileBook } from '../../src/persist/reconcile-book.ts';
import type { RedisKeys } from '../../src/system/redis-keys.ts';
import { installReader } from '../../src/watch/status/install-reader.ts';
import { shopReader } from '../../src/watch/status/shop-reader.ts';
import { shopStatus, type ShopStatus } from '../../src/watch/status/shop-status.ts';

/** The status of shops, as the dashboard composes it. */
export function shopStatusOver(
  redis: Parameters<typeof shopReader>[0],
  partitions: readonly RedisKeys[],
  collections: Collections,
): ShopStatus {
  return shopStatus({
    traffic: shopReader(redis, partitions),
    installs: installReader(collections),
    passes: reconcileBook(collections, Date.now),
    requests: requestBook(collections),
  });
}
