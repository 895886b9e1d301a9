import type { OrderKey } from '../../order/identity.ts';
import type { Order } from '../../order/order.ts';
import type { Collections } from '../../persist/collections.ts';
import { redactedForm } from '../../persist/order-redaction.ts';
import { isRedacted } from '../../persist/redactions.ts';
import type { Checked, Rebuild } from './check-order.ts';

interface Compared {
  checked: Checked;
  /** The order that its journal gives, as it should be stored. */
  rebuilt: Order | null;
}

/**
 * Compares a stored order with its journal. If the journal of a redacted order has bodies of another customer, they are
 * not masked, and the stored order has less than its journal would give.
 */
export async function compareStored(
  key: OrderKey,
  rebuild: Rebuild,
  order: Order | null,
  collections: Pick<Collections, 'compliance' | 'shops'>,
): Promise<Compared> {
  const checked = rebuild.compare(order);
  const { order: rebuilt } = rebuild;
  const isComparable = order && rebuilt && checked.damage.length === 0;
  const mayHaveLess = isComparable && !order.whole && (checked.findings.wrongState > 0 || rebuilt.whole);
  if (!mayHaveLess || !(await isRedacted(key, order, collections))) return { checked, rebuilt };
  const redacted = redactedForm(key, rebuilt, order.customers.length === 0);
  return { checked: rebuild.compare(order, redacted), rebuilt: redacted };
}
