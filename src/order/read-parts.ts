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
import type { PartFields } from './event.ts';
import type { Told } from './known.ts';
import { namedItems } from './named-items.ts';
import { readBody, type BodyReading } from './read-body.ts';
import type { PartKind } from './topics.ts';

/** Returns a body's time unchanged, or undefined if it is in the future. */
export type PastOnly = (time: string | null | undefined) => string | null | undefined;

interface PartReader {
  schema: z.ZodType;
  fields: (body: never, past: PastOnly) => PartFields;
}

/** Reads a body as one kind of part. */
export function readPart(kind: PartKind, body: unknown, past: PastOnly): BodyReading<PartFields> {
  const { schema, fields } = PART_READERS[kind];
  const [named] = namedItems([body], ['id']) ?? [body];
  const reading = readBody<z.ZodType>(schema, named);
  return reading.ok ? { ...reading, body: fields(reading.body as never, past) } : reading;
}

const PART_READERS = {
  transactions: { schema: transactionBody, fields: transaction },
  refunds: { schema: refundBody, fields: refund },
  fulfillments: { schema: fulfillmentBody, fields: fulfillment },
  fulfillmentEvents: {
    schema: fulfillmentEventBody,
    fields: (event: z.infer<typeof fulfillmentEventBody>, past) => ({
      id: event.id,
      fulfillmentId: event.fulfillment_id,
      status: event.status,
      happenedAt: past(event.happened_at),
    }),
  },
  tenders: {
    schema: tenderBody,
    fields: (tender: z.infer<typeof tenderBody>) => ({
      id: tender.id,
      amount: tender.amount,
      currency: tender.currency,
      method: tender.payment_method,
      processedAt: tender.processed_at,
    }),
  },
  disputes: {
    schema: disputeBody,
    fields: (dispute: z.infer<typeof disputeBody>) => {
      const { evidence_due_by: evidenceDueBy, finalized_on: finalizedOn, ...rest } = dispute;
      return { ...rest, evidenceDueBy, finalizedOn };
    },
  },
  returns: { schema: returnBody, fields: (body: z.infer<typeof returnBody>) => ({ ...body }) },
  edits: {
    schema: editBody,
    fields: ({ order_edit: edit }: z.infer<typeof editBody>) => ({
      id: edit.id,
      committedAt: edit.committed_at ?? edit.created_at,
    }),
  },
  drafts: {
    schema: draftBody,
    fields: (draft: z.infer<typeof draftBody>) => {
      const { completed_at: completedAt, total_price: totalPrice, ...rest } = draft;
      return { ...rest, completedAt, totalPrice };
    },
  },
  assessments: {
    schema: assessmentBody,
    fields: (assessment: z.infer<typeof assessmentBody>) => ({
      id: assessment.provider_id ?? 'shopify',
      provider: assessment.provider_title,
      risk: assessment.risk_level,
    }),
  },
  protections: {
    schema: protectionBody,
    fields: (body: z.infer<typeof protectionBody>) => ({ id: 'shopify', ...body }),
  },
} as const satisfies Record<PartKind, PartReader>;

/** When money was moved: processed_at, or created_at if that is missing or in the future. */
function momentOf(
  { processed_at: processed, created_at: created }: z.infer<typeof transactionBody | typeof refundBody>,
  past: PastOnly,
): string | null | undefined {
  return past(processed) ?? past(created) ?? (processed === null ? null : undefined);
}

function transaction(body: z.infer<typeof transactionBody>, past: PastOnly): PartFields {
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

export function refund(body: z.infer<typeof refundBody>, past: PastOnly): PartFields {
  return {
    id: body.id,
    processedAt: momentOf(body, past),
    lines: body.refund_line_items?.map((line): Told => ({
      id: line.id,
      lineId: line.line_item_id,
      quantity: line.quantity ?? undefined,
      subtotal: line.subtotal,
      restock: line.restock_type,
    })),
    transactions: body.transactions?.map((each) => transaction(each, past)),
  };
}

export function fulfillment(body: z.infer<typeof fulfillmentBody>, past: PastOnly): PartFields {
  return {
    id: body.id,
    name: body.name,
    status: body.status,
    shipmentStatus: body.shipment_status,
    trackingCompany: body.tracking_company,
    trackingNumbers: listOfOne(body.tracking_numbers, body.tracking_number),
    trackingUrls: listOfOne(body.tracking_urls, body.tracking_url),
    createdAt: past(body.created_at),
    lines: body.line_items?.map((line): Told => ({ lineId: line.id, quantity: line.quantity ?? undefined })),
  };
}

/** Shopify also sends the first item of such a list as a separate field. */
function listOfOne(many: string[] | undefined, one: string | null | undefined): string[] | undefined {
  if (many !== undefined && many.length > 0) return many;
  return one === null || one === undefined ? (many ?? (one === null ? [] : undefined)) : [one];
}
