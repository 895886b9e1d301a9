import { z } from 'zod';
import { namedItems } from './named-items.ts';

/**
 * What Lockstep reads from Shopify's bodies (API 2026-07 and 2026-10). Everything else stays in the journal's payload.
 * Absent and null are different: an absent field changes nothing.
 * The only personal data read is the customer's id: no name, address, e-mail, phone or note.
 * An error message names what is expected; read-body.ts turns it into a sentence.
 */
const text = z.string('text').nullish();
const AN_ID = 'an id of 1 to 19 digits';
export const id = z
  .union([z.int(AN_ID).positive(AN_ID), z.string(AN_ID).regex(/^\d{1,19}$/, AN_ID)], AN_ID)
  .transform(String);
const optionalId = id.nullish();
const money = z.union([z.string(), z.number()], 'text or a number').transform(String).nullish();
const whole = z.int('a whole number').nullish();
const yesOrNo = z.boolean('true or false').nullish();
export const objectOf = <Fields extends z.core.$ZodLooseShape>(fields: Fields) =>
  z.object(fields, 'an object');
/**
 * Shopify's lists have a few hundred items at most. Ten thousand are read in 0.1 s and add 2 MB to an order. A million
 * invalid items in 5 MB block a worker for 8 s, and a million valid ones make an order too large for MongoDB.
 */
const MAX_ITEMS = 10_000;
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown(), 'a list')
    .max(MAX_ITEMS, `a list of at most ${MAX_ITEMS} items`)
    .pipe(z.array(item))
    .nullable()
    .transform((value) => value ?? []);
const optionalList = <Item extends z.ZodType>(item: Item) => listOf(item).optional();
/**
 * A list of items with ids. A slim body (include_fields with `line_items.sku`) may omit the ids. Then its items cannot
 * be matched, and the list counts as absent.
 * @param also other keys that identify an item
 */
const namedList = <Item extends z.ZodType>(item: Item, ...also: string[]) =>
  z
    .array(z.unknown(), 'a list')
    .max(MAX_ITEMS, `a list of at most ${MAX_ITEMS} items`)
    .transform((items) => namedItems(items, ['id', ...also]))
    .pipe(z.array(item).optional())
    .nullable()
    .transform((value) => (value === null ? [] : value))
    .optional();

const lineQuantity = objectOf({ id: optionalId, quantity: whole });

export const transactionBody = objectOf({
  id,
  kind: text,
  status: text,
  gateway: text,
  amount: money,
  currency: text,
  parent_id: optionalId,
  test: yesOrNo,
  created_at: text,
  processed_at: text,
});

export const refundBody = objectOf({
  id,
  created_at: text,
  processed_at: text,
  refund_line_items: namedList(
    objectOf({
      id: optionalId,
      line_item_id: optionalId,
      quantity: whole,
      subtotal: money,
      restock_type: text,
    }),
    'line_item_id',
  ),
  transactions: namedList(transactionBody),
});

export const fulfillmentBody = objectOf({
  id,
  name: text,
  status: text,
  shipment_status: text,
  tracking_company: text,
  tracking_number: text,
  tracking_numbers: optionalList(z.string('text')),
  tracking_url: text,
  tracking_urls: optionalList(z.string('text')),
  created_at: text,
  updated_at: text,
  line_items: namedList(lineQuantity),
});

const moneyOf = objectOf({ amount: money, currency_code: text }).nullish();

const lineBody = objectOf({
  id,
  sku: text,
  title: text,
  quantity: whole,
  current_quantity: whole,
  fulfillable_quantity: whole,
  price: money,
  requires_shipping: yesOrNo,
});

export const orderBody = objectOf({
  name: text,
  financial_status: text,
  fulfillment_status: text,
  currency: text,
  total_price: money,
  total_price_set: objectOf({ shop_money: moneyOf, presentment_money: moneyOf }).nullish(),
  created_at: text,
  updated_at: text,
  closed_at: text,
  cancelled_at: text,
  cancel_reason: text,
  customer: objectOf({ id: optionalId })
    .nullish()
    .transform((customer) => customer?.id ?? null),
  line_items: namedList(lineBody),
  fulfillments: namedList(fulfillmentBody),
  refunds: namedList(refundBody),
});
export type OrderBody = z.infer<typeof orderBody>;

/** Lists that only the Admin API returns inside an order. Each item is read as a separate part. */
export const askedListsBody = objectOf({
  transactions: optionalList(z.unknown()),
  returns: optionalList(z.unknown()),
  disputes: optionalList(z.unknown()),
});

export const fulfillmentEventBody = objectOf({
  id,
  fulfillment_id: optionalId,
  status: text,
  happened_at: text,
});

export const tenderBody = objectOf({
  id,
  amount: money,
  currency: text,
  payment_method: text,
  processed_at: text,
});
export const disputeBody = objectOf({
  id,
  type: text,
  amount: money,
  currency: text,
  reason: text,
  status: text,
  evidence_due_by: text,
  finalized_on: text,
});
export const returnBody = objectOf({ id, status: text, name: text });
export const editBody = objectOf({ order_edit: objectOf({ id, committed_at: text, created_at: text }) });
export const draftBody = objectOf({ id, name: text, status: text, completed_at: text, total_price: money });
export const assessmentBody = objectOf({ provider_id: optionalId, provider_title: text, risk_level: text });
export const protectionBody = objectOf({ status: text, eligibility: text });

/**
 * Keys whose values affect no decision. An unreadable value is left out, with a note. Never among them: statuses,
 * quantities, and the ids, times and amounts that decisions use.
 */
export const MINOR_KEYS: ReadonlySet<PropertyKey> = new Set([
  'name',
  'sku',
  'title',
  'gateway',
  'requires_shipping',
  'restock_type',
  'tracking_company',
  'tracking_number',
  'tracking_numbers',
  'tracking_url',
  'tracking_urls',
  'total_price_set',
  'cancel_reason',
  'customer',
  'payment_method',
  'type',
  'reason',
  'evidence_due_by',
  'finalized_on',
  'completed_at',
  'provider_title',
  'risk_level',
  'eligibility',
]);

/** The times that a body of any topic may have. */
export const timesBody = z
  .object({
    updated_at: z.unknown(),
    created_at: z.unknown(),
    processed_at: z.unknown(),
    order_edit: z.object({ committed_at: z.unknown(), created_at: z.unknown() }).optional().catch(undefined),
  })
  .partial();
