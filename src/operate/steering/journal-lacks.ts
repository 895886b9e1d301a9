import { partsOf, type OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { RebuiltOrder } from '../stories/check-journal.ts';

/**
 * Why an order cannot be rebuilt from its journal, in words; null: it can. Fails closed: a rebuild would lose what the
 * journal lacks.
 */
export function lackOf({ rebuild, first, damage, isRedacted }: RebuiltOrder): string | null {
  if (damage !== null) return `its journal is damaged: ${damage}`;
  if (rebuild.events === 0) return 'its journal no longer has events (JOURNAL_RETENTION_DAYS)';
  if (isRedacted) return 'bodies of its events were deleted by a redaction';
  if (first !== 1)
    return `its journal begins with event ${first}: the ones before it were deleted (JOURNAL_RETENTION_DAYS)`;
  if (!rebuild.isWhole) return 'events are missing in the middle of its journal';
  if (rebuild.unreadable !== null)
    return `event ${rebuild.unreadable.slice(0, 12)} cannot be read by this version`;
  return null;
}

/** Whether only time or a redaction removed events from the journal: then nothing is wrong with the order. */
export function isExpired({ rebuild, first, damage, isRedacted }: RebuiltOrder): boolean {
  return damage === null && (rebuild.events === 0 || isRedacted || first !== 1);
}

/** A rebuild could bring back data that the redaction is about to mask. */
export async function redactionUnderWay(
  order: OrderKey,
  { compliance }: Pick<Collections, 'compliance'>,
): Promise<string | null> {
  const kinds = ['customers/redact', 'shop/redact'];
  const { shop } = partsOf(order);
  const asked = await compliance.exists({ shop, kind: { $in: kinds }, state: { $ne: 'done' } } as object);
  return asked ? 'a redaction of its shop is under way: try again when it is done' : null;
}
