import { trustedOrderKey, type OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';

/** Which orders to compare with their journals. */
export interface KeyFilter {
  shop?: string | undefined;
  /** Only orders committed since; ms since 1970. */
  since?: number | undefined;
  /** The key after which to continue. */
  after?: string | undefined;
  limit: number;
}

/** The next orders by key, including those that only the journal has. */
export async function nextKeys(
  { orders, events }: Collections,
  { shop, since, after, limit }: KeyFilter,
): Promise<{ keys: OrderKey[]; cursor: string | null }> {
  const from = beginOf({ shop, after });
  // `0` follows `/`.
  const end = shop === undefined ? {} : { $lt: `${shop}0` };
  const touched = since === undefined ? {} : { changedAt: { $gte: new Date(since) } };
  const found = await orders
    .find({ _id: { $gt: from, ...end }, ...touched }, { _id: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  const cursor = found.length === limit ? (found.at(-1)?._id ?? null) : null;
  const until = cursor === null ? end : { $lte: cursor };
  const ended = since === undefined ? {} : { appliedAt: { $gte: new Date(since) } };
  const journaled = await events.distinct('order', {
    order: { $gt: from, ...until },
    sequence: { $ne: null },
    ...ended,
  });
  // A page may end at any of them, and the next begins after it.
  const keys = [...new Set([...found.map(({ _id }) => _id), ...journaled])].toSorted(byBytes);
  return { keys: keys.map(trustedOrderKey), cursor };
}

/** A cursor is not trusted: it may be of another shop. */
function beginOf({ shop, after = '' }: Pick<KeyFilter, 'shop' | 'after'>): string {
  const begin = shop === undefined ? '' : `${shop}/`;
  return after > begin ? after : begin;
}

/** MongoDB's sort order. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : 1;
}
