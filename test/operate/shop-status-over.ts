import { createRequestStore } from '../../src/persist/request-store.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { createReconcileStore } from '../../src/persist/reconcile-store.ts';
import type { RedisKeys } from '../../src/system/redis-keys.ts';
import { createInstallReader } from '../../src/operate/status/install-reader.ts';
import { createShopReader } from '../../src/operate/status/shop-reader.ts';
import { shopStatus, type ShopStatus } from '../../src/operate/status/shop-status.ts';

/** The status of shops, as the dashboard composes it. */
export function shopStatusOver(
  redis: Parameters<typeof createShopReader>[0],
  partitions: readonly RedisKeys[],
  collections: Collections,
): ShopStatus {
  return shopStatus({
    traffic: createShopReader(redis, partitions),
    installs: createInstallReader(collections),
    passes: createReconcileStore(collections, Date.now),
    requests: createRequestStore(collections),
  });
}
