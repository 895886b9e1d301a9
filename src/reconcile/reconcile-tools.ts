import type { Depositor } from '../deposit/depositor.ts';
import type { FingerprintsOf } from '../deposit/fingerprints.ts';
import type { OrderLock } from '../lock/order-lock.ts';
import type { Collections } from '../persist/collections.ts';
import type { ReconcileBook } from '../persist/reconcile-book.ts';
import type { AdminApi } from '../shop/admin-api.ts';
import type { BulkFile } from '../shop/bulk-file.ts';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';
import type { Patience } from './asker.ts';

/** What a pass works with. */
export interface ReconcileTools {
  api: AdminApi;
  bulkFile: BulkFile;
  collections: Pick<Collections, 'orders' | 'shops' | 'events'>;
  book: ReconcileBook;
  depositor: Depositor;
  fingerprintsOf: FingerprintsOf;
  lock: OrderLock;
  /** Tells operators and the merchant why a shop cannot be asked, or (null) that it can. */
  attention: (shop: string, because: string | null) => Promise<void>;
  metrics: Metrics;
  log: Logger;
  now: () => number;
  /** What tests have otherwise. */
  settings?: Partial<ReconcileSettings>;
}

export interface ReconcileSettings {
  /** A window begins so much earlier than asked: an index that lags behind shows an order late. */
  overlapMs: number;
  bulkPollMs: number;
  /** A bulk operation that has not ended by then is given up for pages. */
  bulkDeadlineMs: number;
  patience: Patience;
}

export const SETTINGS: ReconcileSettings = {
  overlapMs: 10 * 60_000,
  bulkPollMs: 5000,
  // A million orders are some hours of theirs, and by pages days of ours.
  bulkDeadlineMs: 6 * 3_600_000,
  // 1 + 2 + 4 + … + 30 s: two minutes and a half. Longer outages are the schedule's.
  patience: { firstMs: 1000, longestMs: 30_000, tries: 9 },
};
