import type { Collections } from '../../persist/collections.ts';
import type { SystemStatus } from '../shapes/system.ts';

/** The number of shops by state. It runs every second, so it reads only indexes. */
export async function shopCounts(shops: Collections['shops']): Promise<NonNullable<SystemStatus['shops']>> {
  const inNeed = { state: 'installed', attention: { $type: 'string' } } as const;
  const [installed, uninstalled, needAttention, first] = await Promise.all([
    shops.countDocuments({ state: 'installed' }),
    shops.countDocuments({ state: 'uninstalled' }),
    shops.countDocuments(inNeed),
    shops.findOne(inNeed, { _id: 1 }).sort({ _id: 1 }).lean(),
  ]);
  return { installed, uninstalled, needAttention, first: first?._id ?? null };
}
