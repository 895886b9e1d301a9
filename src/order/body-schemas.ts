import { z } from 'zod';
import {
  code,
  id,
  money,
  namedList,
  objectOf,
  optionalId,
  optionalList,
  text,
  time,
  timeOrDate,
  whole,
  yesOrNo,
} from './body-values.ts';
import { MASKED } from './mask.ts';

/**
 * What Lockstep reads from Shopify's bodies (API 2026-07 and 2026-10). Everything else stays in the journal's payload.
 * Absent and null are different: an absent field changes nothing. The only personal data read are the customer's id and
 * the country and region of the shipping address: no name, street, e-mail, phone or note. An error message names what
 * is expected; read-body.ts turns it into a sentence.
 */
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
  created_at: time,
  processed_at: time,
});

const moneyOf = objectOf({ amount: money, currency_code: text }).nullish();
const moneySet = objectOf({ shop_money: moneyOf, presentment_money: moneyOf }).nullish();

export const refundBody = objectOf({
  id,
  created_at: time,
  processed_at: time,
  refund_line_items: namedList(
    objectOf({
      id: optionalId,
      line_item_id: optionalId,
      quantity: whole,
      subtotal: money,
      total_tax: money,
      restock_type: text,
    }),
    'line_item_id',
  ),
  transactions: namedList(transactionBody),
  refund_shipping_lines: optionalList(objectOf({ subtotal_amount_set: moneySet, tax_amount_set: moneySet })),
  order_adjustments: optionalList(objectOf({ kind: text, amount: money, tax_amount: money })),
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
  created_at: time,
  updated_at: text,
  line_items: namedList(lineQuantity),
});

const lineBody = objectOf({
  id,
  product_id: optionalId,
  variant_id: optionalId,
  sku: text,
  title: text,
  vendor: text,
  quantity: whole,
  current_quantity: whole,
  fulfillable_quantity: whole,
  price: money,
  total_discount: money,
  discount_allocations: optionalList(objectOf({ amount: money })),
  tax_lines: optionalList(objectOf({ price: money })),
  requires_shipping: yesOrNo,
  gift_card: yesOrNo,
});

export const orderBody = objectOf({
  name: text,
  order_number: whole,
  test: yesOrNo,
  taxes_included: yesOrNo,
  financial_status: text,
  fulfillment_status: text,
  tags: z
    .string('text')
    .transform((tags) => listIn(tags))
    .nullish(),
  discount_codes: optionalList(objectOf({ code: text })),
  payment_gateway_names: optionalList(z.string('text')),
  source_name: text,
  po_number: text,
  currency: text,
  presentment_currency: text,
  subtotal_price: money,
  subtotal_price_set: moneySet,
  total_discounts: money,
  total_discounts_set: moneySet,
  total_tax: money,
  total_tax_set: moneySet,
  total_shipping_price_set: moneySet,
  original_total_duties_set: moneySet,
  total_tip_received: money,
  total_price: money,
  total_price_set: moneySet,
  current_total_price: money,
  current_total_price_set: moneySet,
  total_outstanding: money,
  created_at: time,
  processed_at: time,
  updated_at: text,
  closed_at: text,
  cancelled_at: text,
  cancel_reason: text,
  customer: objectOf({ id: optionalId }).nullish(),
  shipping_address: objectOf({ country_code: code, province_code: code }).nullish(),
  line_items: namedList(lineBody),
  fulfillments: namedList(fulfillmentBody),
  refunds: namedList(refundBody),
});

/** Shopify writes tags as `a, b`. */
function listIn(tags: string): string[] {
  return tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && tag !== MASKED);
}
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
  happened_at: time,
});

export const tenderBody = objectOf({
  id,
  amount: money,
  currency: text,
  payment_method: text,
  processed_at: time,
});
export const disputeBody = objectOf({
  id,
  type: text,
  amount: money,
  currency: text,
  reason: text,
  status: text,
  evidence_due_by: timeOrDate,
  finalized_on: timeOrDate,
});
export const returnBody = objectOf({ id, status: text, name: text });
export const editBody = objectOf({ order_edit: objectOf({ id, committed_at: time, created_at: time }) });
export const draftBody = objectOf({ id, name: text, status: text, completed_at: time, total_price: money });
export const assessmentBody = objectOf({ provider_id: optionalId, provider_title: text, risk_level: text });
export const protectionBody = objectOf({ status: text, eligibility: text });

/**
 * Keys whose values affect no decision. An unreadable value is left out, with a note. Never among them: statuses,
 * quantities, and the ids, times and amounts that decisions use.
 */
export const MINOR_KEYS: ReadonlySet<PropertyKey> = new Set([
  'name',
  'order_number',
  'taxes_included',
  'tags',
  'discount_codes',
  'payment_gateway_names',
  'source_name',
  'po_number',
  'presentment_currency',
  'subtotal_price',
  'subtotal_price_set',
  'total_discounts',
  'total_discounts_set',
  'total_tax',
  'total_tax_set',
  'total_shipping_price_set',
  'original_total_duties_set',
  'total_tip_received',
  'total_price_set',
  'current_total_price',
  'current_total_price_set',
  'total_outstanding',
  'shipping_address',
  'product_id',
  'variant_id',
  'sku',
  'title',
  'vendor',
  'total_discount',
  'discount_allocations',
  'tax_lines',
  'gateway',
  'requires_shipping',
  'gift_card',
  'restock_type',
  'refund_shipping_lines',
  'order_adjustments',
  'tracking_company',
  'tracking_number',
  'tracking_numbers',
  'tracking_url',
  'tracking_urls',
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
