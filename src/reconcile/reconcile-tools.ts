import type { Depositor } from '../deposit/depositor.ts';
import type { FingerprintsOf } from '../deposit/fingerprints.ts';
import type { Locks } from '../lock/locks.ts';
import type { Collections } from '../persist/collections.ts';
import type { ReconcileStore } from '../persist/reconcile-store.ts';
import type { AdminApi } from '../shop/admin-api.ts';
import type { BulkFile } from '../shop/bulk-file.ts';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';
import type { RetryPolicy } from './throttled-api.ts';

/** What a pass needs. */
export interface ReconcileTools {
  api: AdminApi;
  bulkFile: BulkFile;
  collections: Pick<Collections, 'orders' | 'shops' | 'events'>;
  store: ReconcileStore;
  depositor: Depositor;
  fingerprintsOf: FingerprintsOf;
  lock: Locks;
  /** Shows operators and the merchant what is wrong with a shop; null: nothing is. */
  attention: (shop: string, because: string | null) => Promise<void>;
  metrics: Metrics;
  log: Logger;
  now: () => number;
  /** Overridden by tests. */
  settings?: Partial<ReconcileSettings>;
}

export interface ReconcileSettings {
  /** A window starts this much earlier than requested, because Shopify's index may show an order late. */
  overlapMs: number;
  bulkPollMs: number;
  /** A bulk operation that has not ended by then is replaced by pages. */
  bulkDeadlineMs: number;
  patience: RetryPolicy;
}

export const SETTINGS: ReconcileSettings = {
  overlapMs: 10 * 60_000,
  bulkPollMs: 5000,
  // A million orders take Shopify some hours; by pages they would take days.
  bulkDeadlineMs: 6 * 3_600_000,
  // 1 + 2 + 4 + … + 30 s: 2.5 minutes. After longer outages, the schedule tries again.
  patience: { firstMs: 1000, longestMs: 30_000, tries: 9 },
};
