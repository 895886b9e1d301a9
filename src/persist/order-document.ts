import { salesOf } from '../order/derive-sales.ts';
import type { CommitRecord } from '../order/commit-record.ts';
import { totalsOf, withQuantities } from '../order/derive-totals.ts';
import type { Line } from '../order/event.ts';
import { trustedOrderKey, type OrderKey } from '../order/identity.ts';
import { newOrder, type Order } from '../order/order.ts';
import type { Parts } from '../order/part.ts';
import { PART_KINDS } from '../order/shapes.ts';
import type { WholeBody } from '../order/whole-body.ts';
import { upToDate } from './earlier-documents.ts';
import { ORDER_FIELDS, type OrderDocument } from './order-fields.ts';
import { loadedExternal, storedExternal } from './stored-external.ts';
import { codecOf } from './typed-values.ts';

const TYPES = codecOf(ORDER_FIELDS);
const RECORD = codecOf(ORDER_FIELDS.shape.committed);
const BLANK = newOrder(trustedOrderKey('-/0'));
const FACTS = Object.keys(BLANK.facts) as (keyof Order['facts'])[];

/**
 * An order as it is stored: facts, ends and parts as separate fields, typed for queries, and what is derived from them.
 */
export function toDocument(key: OrderKey, order: Order, now: number): OrderDocument {
  const { whole, external, ...fields } = order;
  const { body, ...bodySource } = whole ?? {};
  const document = {
    _id: key,
    ...flat(fields),
    ...totalsOf(order),
    ...salesOf(order),
    lines: withQuantities(order),
    changedAt: now,
  };
  return {
    ...(TYPES?.store(document) as OrderDocument),
    ...(external && { external: storedExternal(external) }),
    ...(whole && { body, bodySource }),
  } as OrderDocument;
}

/** The record of a commit as it is stored. */
export function storedRecord(record: CommitRecord): unknown {
  return RECORD?.store(record);
}

/** Facts, ends and parts beside the other fields, as in MongoDB. */
export function flat<Rest extends Pick<Order, 'facts' | 'ends' | 'parts'>>({
  facts,
  ends: { cancelled, deletedAt },
  parts,
  ...rest
}: Rest) {
  const ends = { cancelledAt: cancelled?.at ?? null, cancelReason: cancelled?.reason ?? null, deletedAt };
  return { ...rest, ...facts, ...ends, ...parts };
}

/** The inverse. A field that a document lacks gets its value in a new order. */
export function fromDocument(document: Partial<OrderDocument> & { _id: string }): Order {
  const known = TYPES?.load(upToDate(document)) as Record<string, never>;
  const { cancelledAt = null, cancelReason = null, deletedAt = null } = known;
  const { body, bodySource } = document as Partial<WholeDocument>;
  const { external } = document;
  const empty = newOrder(trustedOrderKey(document._id));
  return {
    ...empty,
    ...pick(known, OWN_FIELDS),
    facts: { ...empty.facts, ...pick(known, FACTS) },
    ends: {
      cancelled: cancelledAt === null ? null : { at: cancelledAt, reason: cancelReason },
      deletedAt,
    },
    lines: withoutQuantities(known.lines ?? empty.lines),
    ...(external !== undefined && { external: loadedExternal(external) }),
    ...(body !== undefined && bodySource && { whole: { ...bodySource, body } }),
    parts: { ...empty.parts, ...(pick(known, PART_KINDS) as Partial<Parts>) },
  };
}

interface WholeDocument {
  body: WholeBody['body'];
  bodySource: Omit<WholeBody, 'body'>;
}

/** Fields with the same name in both. */
const OWN_FIELDS = [
  ...Object.keys(BLANK).filter((field) => !['facts', 'ends', 'lines', 'parts'].includes(field)),
  'committed',
  'positions',
  'gone',
] as (keyof Order)[];

function pick<Name extends string>(from: Readonly<Record<string, never>>, names: readonly Name[]) {
  const picked: Partial<Record<Name, never>> = {};
  for (const name of names) if (from[name] !== undefined) picked[name] = from[name];
  return picked;
}

/** What {@link withQuantities} added is computed again. A damaged line stays, for order-shape.ts to name. */
function withoutQuantities(lines: unknown): Line[] {
  if (!Array.isArray(lines)) return lines as Line[];
  return lines.map((line: object | null) => {
    if (line === null) return line as unknown as Line;
    const { shippedQuantity: _, refundedQuantity: __, ...rest } = line as Line & Record<string, unknown>;
    return rest as Line;
  });
}
