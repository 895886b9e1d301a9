import { z } from 'zod';

/**
 * What Lockstep reads of Shopify's bodies (API 2026-07 and 2026-10); everything else stays in the
 * journal's payload. Absent and null are the same: Shopify leaves out fields an app may not see.
 * Nothing personal is read but the customer's id: no name, address, e-mail, phone or note.
 */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
export const id = z.union([z.int().positive(), z.string().regex(/^\d{1,19}$/)]).transform(String);
const optionalId = id.nullish().transform((value) => value ?? null);
const money = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : String(value)));
const whole = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0);
/**
 * Shopify's lists end at some hundred items. Ten thousand are read in 0.1 s and make 2 MB of an order; a
 * million bad ones in 5 MB hold up a worker for 8 s, and good ones make an order that MongoDB refuses.
 */
const MAX_ITEMS = 10_000;
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .max(MAX_ITEMS)
    .pipe(z.array(item))
    .nullish()
    .transform((value) => value ?? []);

const lineQuantity = z.object({ id: optionalId, quantity: whole });

export const transactionBody = z.object({
  id,
  kind: text,
  status: text,
  gateway: text,
  amount: money,
  currency: text,
  parent_id: optionalId,
  test: z.boolean().nullish(),
  created_at: text,
  processed_at: text,
});

export const refundBody = z.object({
  id,
  created_at: text,
  processed_at: text,
  refund_line_items: listOf(
    z.object({ line_item_id: optionalId, quantity: whole, subtotal: money, restock_type: text }),
  ),
  transactions: listOf(transactionBody),
});

export const fulfillmentBody = z.object({
  id,
  name: text,
  status: text,
  shipment_status: text,
  tracking_company: text,
  tracking_number: text,
  tracking_numbers: listOf(z.string()),
  tracking_url: text,
  tracking_urls: listOf(z.string()),
  created_at: text,
  updated_at: text,
  line_items: listOf(lineQuantity),
});

export const orderBody = z.object({
  name: text,
  financial_status: text,
  fulfillment_status: text,
  currency: text,
  total_price: money,
  created_at: text,
  updated_at: text,
  closed_at: text,
  cancelled_at: text,
  cancel_reason: text,
  // One that cannot be read is nobody: no order is parked for it.
  customer: z
    .object({ id: optionalId })
    .nullish()
    .catch(null)
    .transform((customer) => customer?.id ?? null),
  line_items: listOf(
    z.object({
      id,
      sku: text,
      title: text,
      quantity: whole,
      current_quantity: z.number().int().nullish(),
      price: money,
      requires_shipping: z.boolean().nullish(),
    }),
  ),
  fulfillments: listOf(fulfillmentBody),
  refunds: listOf(refundBody),
});
export type OrderBody = z.infer<typeof orderBody>;

/** Lists that no webhook has inside an order; each item is read as a part of its own. */
export const askedListsBody = z.object({
  transactions: listOf(z.unknown()),
  returns: listOf(z.unknown()),
  disputes: listOf(z.unknown()),
});

export const fulfillmentEventBody = z.object({
  id,
  fulfillment_id: optionalId,
  status: text,
  happened_at: text,
});

export const tenderBody = z.object({
  id,
  amount: money,
  currency: text,
  payment_method: text,
  processed_at: text,
});
export const disputeBody = z.object({
  id,
  type: text,
  amount: money,
  currency: text,
  reason: text,
  status: text,
  evidence_due_by: text,
  finalized_on: text,
});
export const returnBody = z.object({ id, status: text, name: text });
export const editBody = z.object({ order_edit: z.object({ id, committed_at: text, created_at: text }) });
export const draftBody = z.object({ id, name: text, status: text, completed_at: text, total_price: money });
export const assessmentBody = z.object({ provider_id: optionalId, provider_title: text, risk_level: text });
export const protectionBody = z.object({ status: text, eligibility: text });

/** The times that a body may carry, whatever its topic. */
export const timesBody = z
  .object({
    updated_at: z.unknown(),
    created_at: z.unknown(),
    processed_at: z.unknown(),
    order_edit: z.object({ committed_at: z.unknown(), created_at: z.unknown() }).optional().catch(undefined),
  })
  .partial();
