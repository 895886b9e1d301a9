import { mongo } from 'mongoose';
import type { CommitRecord } from '../order/commit-record.ts';
import { ownRecord } from '../order/committed.ts';
import type { OrderKey } from '../order/identity.ts';
import { masked } from '../order/mask.ts';
import type { Order } from '../order/order.ts';
import { PART_KINDS } from '../order/shapes.ts';
import type { Collections } from './collections.ts';
import type { OrderDocument } from './order-fields.ts';
import { fromDocument, storedRecord, toDocument } from './order-document.ts';
import { ensureLastCommit } from './outbox.ts';
import type { OrderKeys } from './redaction.ts';
import { emptiedExternal, type StoredExternal } from './stored-external.ts';

const { EJSON } = mongo.BSON;

/** The fields of an order with texts from bodies: titles, tracking numbers. Status, amounts and names stay. */
const FIELDS = ['lines', 'gone', ...PART_KINDS] as const;

/**
 * Removes personal data from orders: the bodies, the data of other systems, the tags, and the country and region of the shipping address; other
 * text is masked in the same way as journaled bodies. So an order still equals what the rules derive from its journal.
 * Each write needs the version that was read and counts as a commit: a drain that had loaded the order is refused, and
 * loads again (P4). The next pass finds an order that changed in the meantime.
 * @param forget whether to remove the customers' ids, too
 */
export async function redactOrders(
  { orders, outbox }: Pick<Collections, 'orders' | 'outbox'>,
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
    const changes: Changes = { ...maskedFields(document), ...emptied(document, forget) };
    const { committed } = fromDocument(document);
    // First, so that the feed never lacks an older commit. If this redaction's process died after its write, the next pass
    // inserts that commit here.
    await ensureLastCommit({ outbox }, document._id, committed, Date.now());
    if (Object.keys(changes).length === 0 && document.body === undefined) continue;
    await rewrite({ orders, outbox }, document, changes);
    rewritten += 1;
  }
  return { rewritten, goOnAt: null };
}

/**
 * An order as a redaction leaves it. The journal of an order that changed its customer gives more: the bodies of the
 * other customer are not masked.
 */
export function redactedForm(key: OrderKey, order: Order, forget: boolean): Order {
  const { body: _, bodySource: __, ...document } = toDocument(key, order, 0);
  return fromDocument({
    ...document,
    ...maskedFields(document),
    ...emptied(document, forget),
  } as OrderDocument);
}

async function rewrite(
  { orders, outbox }: Pick<Collections, 'orders' | 'outbox'>,
  document: OrderDocument,
  changes: Changes,
): Promise<void> {
  const { _id, version } = document;
  const record = recordOf(document, Object.keys(changes), Date.now());
  const update = {
    $set: { ...changes, changedAt: new Date(record.committedAt), committed: storedRecord(record) },
    $unset: { body: 1, bodySource: 1 },
    $inc: { version: 1 },
  };
  const { matchedCount } = await orders.updateOne({ _id, version }, update as object);
  if (matchedCount === 1) await ensureLastCommit({ outbox }, _id, record, record.committedAt);
}

function recordOf(document: OrderDocument, masks: string[], now: number): CommitRecord {
  const order = fromDocument(document);
  const changed = document.body === undefined ? masks : [...masks, 'body'];
  return ownRecord('lockstep/redacted', order, { ...order, version: order.version + 1 }, changed, now);
}

/** New values of fields, as they are stored. */
type Changes = Partial<Record<keyof OrderDocument, unknown>>;

const EMPTY = { tags: [], shippingCountry: null, shippingRegion: null };
const WITHOUT_CUSTOMER = { customers: [], customerId: null };

function emptied(document: OrderDocument, forget: boolean): Partial<OrderDocument> {
  const empty: Partial<OrderDocument> = { ...EMPTY, ...(forget && WITHOUT_CUSTOMER) };
  const full = Object.entries(empty).filter(([field, value]) =>
    isFull(document[field as keyof OrderDocument], value),
  );
  return { ...Object.fromEntries(full), ...withoutData(document) };
}

/** As persons.ts leaves the bodies from which it comes. */
function withoutData({ external }: OrderDocument): Partial<OrderDocument> {
  const stored = (external ?? {}) as StoredExternal;
  const isEmpty = Object.values(stored).every(({ data }) => Object.keys(data).length === 0);
  return isEmpty ? {} : { external: emptiedExternal(stored) };
}

function isFull(value: unknown, empty: unknown): boolean {
  return JSON.stringify(value ?? empty) !== JSON.stringify(empty);
}

function maskedFields(document: OrderDocument): Partial<Record<(typeof FIELDS)[number], unknown>> {
  const changed = FIELDS.flatMap((field) => {
    const value = document[field] ?? [];
    const text = EJSON.stringify(value);
    const clean = masked(Buffer.from(text));
    if (clean === null || clean === text) return [];
    const kept = withPositions(EJSON.parse(clean), value);
    return EJSON.stringify(kept) === text ? [] : [[field, kept] as const];
  });
  return Object.fromEntries(changed);
}

/** Restores `positions`: it has the positions of fields under the fields' names (order/known.ts), which are not personal. */
function withPositions(clean: unknown, value: unknown): unknown {
  if (typeof clean !== 'object' || clean === null || typeof value !== 'object' || value === null)
    return clean;
  if (clean instanceof Date || clean instanceof mongo.Decimal128) return clean;
  if (Array.isArray(clean)) return clean.map((each, i) => withPositions(each, (value as unknown[])[i]));
  const before = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(clean).map(([key, each]) => [
      key,
      key === 'positions' ? before.positions : withPositions(each, before[key]),
    ]),
  );
}
