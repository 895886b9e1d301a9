import { masked } from '../order/mask.ts';
import { PART_KINDS } from '../order/shapes.ts';
import type { Collections } from './collections.ts';
import type { OrderDocument } from './order-schema.ts';
import type { OrderKeys } from './redaction.ts';

/** The fields of an order with texts from bodies: titles, tracking numbers. Status, amounts and names stay. */
const FIELDS = ['lines', 'gone', ...PART_KINDS] as const;

/**
 * Removes personal data from orders, with the same mask as for bodies, so an order still equals what the rules make of
 * its journal. Each write needs the version that was read and counts as a commit: a drain that had loaded the order is
 * refused, and loads again (P4). The next pass finds an order that changed in the meantime.
 * @param forget whether to remove the customers' ids, too
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
      ...(forget && document.customers.length > 0 ? { customers: [] } : {}),
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
    const kept = withPositions(JSON.parse(clean), value);
    return JSON.stringify(kept) === text ? [] : [[field, kept] as const];
  });
  return Object.fromEntries(changed);
}

/** Restores `positions`: it has the positions of fields under the fields' names (order/known.ts), which are not personal. */
function withPositions(clean: unknown, value: unknown): unknown {
  if (typeof clean !== 'object' || clean === null || typeof value !== 'object' || value === null)
    return clean;
  if (Array.isArray(clean)) return clean.map((each, i) => withPositions(each, (value as unknown[])[i]));
  const before = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(clean).map(([key, each]) => [
      key,
      key === 'positions' ? before.positions : withPositions(each, before[key]),
    ]),
  );
}
