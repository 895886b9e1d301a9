import type { Collections } from '../persist/collections.ts';
import type { ReconcileDocument } from '../persist/reconcile-schema.ts';
import type { Completeness } from './merchant-routes.ts';

/** Whether everything that Shopify has of a shop's orders is here, too. Two indexed queries. */
export async function completenessOf(
  { parked, reconciles }: Pick<Collections, 'parked' | 'reconciles'>,
  shop: string,
): Promise<Completeness> {
  // A shop's keys are the range from `<shop>/` to `<shop>0`.
  const itsOrders = { $gte: `${shop}/`, $lt: `${shop}0` };
  const [events, last] = await Promise.all([
    parked.countDocuments({ order: itsOrders, state: { $in: ['parked', 'replaying'] } }),
    reconciles
      .findOne({ shop: { $eq: shop }, state: 'done', dryRun: false })
      .sort({ askedAt: -1, _id: -1 })
      .lean<ReconcileDocument>(),
  ]);
  // The first pass fetches the orders from before the app was installed; their webhooks were not lost.
  const fetched = last && last.since !== null ? last.missing + last.stale : 0;
  return { parked: events, fetched };
}
