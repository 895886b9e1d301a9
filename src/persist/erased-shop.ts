import type { Collections } from './collections.ts';
import { keysOfShop } from './redaction.ts';

/** Ends the redaction of an installed shop, which must not be erased: its events from now on are stored whole. */
export async function keepInstalled(
  { shops }: Pick<Collections, 'shops'>,
  shop: string,
  at: Date,
): Promise<void> {
  await shops.updateOne({ _id: shop, state: 'installed' }, { $max: { installedAt: at } });
}

/**
 * Marks the shop as uninstalled, even if no webhook said so, deletes its tokens, and discards its parked
 * events: they cannot be applied without their bodies.
 * @param receivedAt when Shopify requested it; a later install is kept
 */
export async function emptyShop(
  { shops, sessions, parked }: Pick<Collections, 'shops' | 'sessions' | 'parked'>,
  shop: string,
  receivedAt: Date,
  at: Date,
): Promise<void> {
  const installed = { _id: shop, state: 'installed' as const, installedAt: { $lte: receivedAt } };
  await shops.updateOne(installed, { $set: { state: 'uninstalled', uninstalledAt: receivedAt } });
  await sessions.deleteMany({ shop, storedAt: { $lte: receivedAt } });
  const discarded = { state: 'discarded' as const, discardedAs: shop, discardedAt: at };
  await parked.updateMany({ order: keysOfShop(shop), state: 'parked' }, { $set: discarded });
}

export async function markRedacted(
  { shops }: Pick<Collections, 'shops'>,
  shop: string,
  at: Date,
): Promise<void> {
  await shops.updateOne({ _id: shop }, { $set: { redactedAt: at } });
}
