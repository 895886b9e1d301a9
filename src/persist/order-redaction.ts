import { masked } from '../order/mask.ts';
import { newOrder } from '../order/order.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Collections } from './collections.ts';
import type { OrderDocument, PartField } from './order-schema.ts';
import type { OrderKeys } from './redaction.ts';

/** What an order keeps of texts that were sent: titles, tracking numbers. Status, amounts and names stay. */
const FIELDS = ['lines', 'gone', ...(Object.keys(newOrder('-/1' as OrderKey).parts) as PartField[])] as const;

/**
 * Frees orders of what is a person's, by the mask of the bodies: so an order stays what the rules make of its
 * journal. Each is changed over the version that was read, and counts as a commit: a drain that had loaded it is
 * refused, and loads again (P4). One that moved meanwhile is found by the next pass.
 * @param forget also whose they were
 */
export async function redactOrders(
  { orders }: Pick<Collections, 'orders'>,
  keys: OrderKeys,
  forget: boolean,
  isOver: () => boolean,
): Promise<{ rewritten: number; goOnAt: string | null }> {
  let rewritten = 0;
  for await (const document of orders
    .find({ _id: keys })
    .sort({ _id: 1 })
    .lean<OrderDocument[]>()
    .cursor({ batchSize: 100 })) {
    if (isOver()) return { rewritten, goOnAt: document._id };
    const changes = {
      ...maskedFields(document),
      ...(forget && document.customers?.length ? { customers: [] } : {}),
    };
    if (Object.keys(changes).length === 0) continue;
    const { _id, version } = document;
    await orders.updateOne({ _id, version }, { $set: changes, $inc: { version: 1 } });
    rewritten += 1;
  }
  return { rewritten, goOnAt: null };
}

function maskedFields(document: OrderDocument): Partial<Record<(typeof FIELDS)[number], unknown>> {
  const changed = FIELDS.flatMap((field) => {
    const value = document[field] ?? [];
    const text = JSON.stringify(value);
    const clean = masked(Buffer.from(text));
    if (clean === null || clean === text) return [];
    const kept = withTold(JSON.parse(clean), value);
    return JSON.stringify(kept) === text ? [] : [[field, kept] as const];
  });
  return Object.fromEntries(changed);
}

/** Which body told a field is kept under the field's name (order/known.ts), and is nothing of a person's. */
function withTold(clean: unknown, value: unknown): unknown {
  if (typeof clean !== 'object' || clean === null || typeof value !== 'object' || value === null)
    return clean;
  if (Array.isArray(clean)) return clean.map((each, i) => withTold(each, (value as unknown[])[i]));
  const before = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(clean).map(([key, each]) => [
      key,
      key === 'told' ? before.told : withTold(each, before[key]),
    ]),
  );
}
