import type { z } from 'zod';
import {
  assessmentBody,
  disputeBody,
  draftBody,
  editBody,
  fulfillmentBody,
  fulfillmentEventBody,
  protectionBody,
  refundBody,
  returnBody,
  tenderBody,
  transactionBody,
} from './body-schemas.ts';
import { negated, sumOf } from './decimal.ts';
import { namedItems } from './named-items.ts';
import { readBody, type BodyReading } from './read-body.ts';
import type { PartKind } from './topics.ts';

/** Returns a body's time unchanged, or undefined if it is in the future. */
export type PastOnly = (time: string | null | undefined) => string | null | undefined;

/** Reads a body as one kind of part. */
export type PartReader<Fields> = (body: unknown, past: PastOnly) => BodyReading<Fields>;

function reader<Schema extends z.ZodType, Fields extends { id: string }>(
  schema: Schema,
  fields: (body: z.output<Schema>, past: PastOnly) => Fields,
): PartReader<Fields> {
  return (body, past) => {
    const [named] = namedItems([body], ['id']) ?? [body];
    const reading = readBody(schema, named);
    return reading.ok ? { ...reading, body: fields(reading.body, past) } : reading;
  };
}

export const PART_READERS = {
  transactions: reader(transactionBody, transaction),
  refunds: reader(refundBody, refund),
  fulfillments: reader(fulfillmentBody, fulfillment),
  fulfillmentEvents: reader(fulfillmentEventBody, (event, past) => ({
    id: event.id,
    fulfillmentId: event.fulfillment_id,
    status: event.status,
    happenedAt: past(event.happened_at),
  })),
  tenders: reader(tenderBody, (tender) => ({
    id: tender.id,
    amount: tender.amount,
    currency: tender.currency,
    method: tender.payment_method,
    processedAt: tender.processed_at,
  })),
  disputes: reader(disputeBody, (dispute) => {
    const { evidence_due_by: evidenceDueBy, finalized_on: finalizedOn, ...rest } = dispute;
    return { ...rest, evidenceDueBy, finalizedOn };
  }),
  returns: reader(returnBody, (body) => ({ ...body })),
  edits: reader(editBody, ({ order_edit: edit }) => ({
    id: edit.id,
    committedAt: edit.committed_at ?? edit.created_at,
  })),
  drafts: reader(draftBody, (draft) => {
    const { completed_at: completedAt, total_price: totalPrice, ...rest } = draft;
    return { ...rest, completedAt, totalPrice };
  }),
  assessments: reader(assessmentBody, (assessment) => ({
    id: assessment.provider_id ?? 'shopify',
    provider: assessment.provider_title,
    risk: assessment.risk_level,
  })),
  protections: reader(protectionBody, (body) => ({ id: 'shopify', ...body })),
} as const satisfies Record<PartKind, PartReader<{ id: string }>>;

/** When money was moved: processed_at, or created_at if that is missing or in the future. */
function momentOf(
  { processed_at: processed, created_at: created }: z.infer<typeof transactionBody | typeof refundBody>,
  past: PastOnly,
): string | null | undefined {
  return past(processed) ?? past(created) ?? (processed === null ? null : undefined);
}

function transaction(body: z.infer<typeof transactionBody>, past: PastOnly) {
  return {
    id: body.id,
    kind: body.kind,
    status: body.status,
    gateway: body.gateway,
    amount: body.amount,
    currency: body.currency,
    parentId: body.parent_id,
    test: body.test ?? undefined,
    processedAt: momentOf(body, past),
  };
}

export function refund(body: z.infer<typeof refundBody>, past: PastOnly) {
  return {
    id: body.id,
    processedAt: momentOf(body, past),
    ...besidesLines(body),
    lines: body.refund_line_items?.map((line) => ({
      id: line.id,
      lineId: line.line_item_id,
      quantity: line.quantity ?? undefined,
      subtotal: line.subtotal,
      totalTax: line.total_tax,
      restock: line.restock_type,
    })),
    transactions: body.transactions?.map((each) => transaction(each, past)),
  };
}

type RefundBody = z.infer<typeof refundBody>;

/** What a refund has beside its lines: shipping, and by how much the merchant changed the calculated amount. */
function besidesLines({ refund_shipping_lines: ofShipping, order_adjustments: adjustments }: RefundBody) {
  const others = adjustments?.filter(({ kind }) => kind !== SHIPPING_REFUND);
  const shipping = ofShipping?.length ? shippingIn(ofShipping) : earlierShippingIn(adjustments);
  return {
    shipping: shipping && sumOf(shipping.map(({ amount }) => amount)),
    shippingTax: shipping && sumOf(shipping.map(({ tax }) => tax)),
    adjustment: others && sumOf(others.map(({ amount }) => amount)),
    adjustmentTax: others && sumOf(others.map((each) => each.tax_amount)),
  };
}

function shippingIn(lines: NonNullable<RefundBody['refund_shipping_lines']>) {
  return lines.map((line) => ({
    amount: line.subtotal_amount_set?.shop_money?.amount,
    tax: line.tax_amount_set?.shop_money?.amount,
  }));
}

const SHIPPING_REFUND = 'shipping_refund';

/** Until API 2024-10, refunded shipping was an adjustment, with negative amounts. */
function earlierShippingIn(adjustments: RefundBody['order_adjustments']) {
  return adjustments
    ?.filter(({ kind }) => kind === SHIPPING_REFUND)
    .map((each) => ({ amount: negated(each.amount), tax: negated(each.tax_amount) }));
}

export function fulfillment(body: z.infer<typeof fulfillmentBody>, past: PastOnly) {
  return {
    id: body.id,
    name: body.name,
    status: body.status,
    shipmentStatus: body.shipment_status,
    trackingCompany: body.tracking_company,
    trackingNumbers: listOfOne(body.tracking_numbers, body.tracking_number),
    trackingUrls: listOfOne(body.tracking_urls, body.tracking_url),
    createdAt: past(body.created_at),
    lines: body.line_items?.map((line) => ({ lineId: line.id, quantity: line.quantity ?? undefined })),
  };
}

/** Shopify also sends the first item of such a list as a separate field. */
function listOfOne(many: string[] | undefined, one: string | null | undefined): string[] | undefined {
  if (many !== undefined && many.length > 0) return many;
  return one === null || one === undefined ? (many ?? (one === null ? [] : undefined)) : [one];
}
