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
import type { PartKind } from './topics.ts';

/** A part's fields as the order keeps them. Its position is added by whoever knows the event. */
export interface PartFields {
  id: string;
  [field: string]: unknown;
}

/** Reads a body as one kind of part; throws zod's error where it is none. */
export const PART_READERS = {
  transactions: (body) => transaction(transactionBody.parse(body)),
  refunds: (body) => refund(refundBody.parse(body)),
  fulfillments: (body) => fulfillment(fulfillmentBody.parse(body)),
  fulfillmentEvents: (body) => {
    const event = fulfillmentEventBody.parse(body);
    return {
      id: event.id,
      fulfillmentId: event.fulfillment_id,
      status: event.status,
      happenedAt: event.happened_at,
    };
  },
  tenders: (body) => {
    const tender = tenderBody.parse(body);
    return {
      id: tender.id,
      amount: tender.amount,
      currency: tender.currency,
      method: tender.payment_method,
      processedAt: tender.processed_at,
    };
  },
  disputes: (body) => {
    const { evidence_due_by: evidenceDueBy, finalized_on: finalizedOn, ...rest } = disputeBody.parse(body);
    return { ...rest, evidenceDueBy, finalizedOn };
  },
  returns: (body) => ({ ...returnBody.parse(body) }),
  edits: (body) => {
    const { order_edit: edit } = editBody.parse(body);
    return { id: edit.id, committedAt: edit.committed_at ?? edit.created_at };
  },
  drafts: (body) => {
    const { completed_at: completedAt, total_price: totalPrice, ...rest } = draftBody.parse(body);
    return { ...rest, completedAt, totalPrice };
  },
  assessments: (body) => {
    const assessment = assessmentBody.parse(body);
    return {
      id: assessment.provider_id ?? 'shopify',
      provider: assessment.provider_title,
      risk: assessment.risk_level,
    };
  },
  protections: (body) => ({ id: 'shopify', ...protectionBody.parse(body) }),
} as const satisfies Record<PartKind, (body: unknown) => PartFields>;

function transaction(body: z.infer<typeof transactionBody>): PartFields {
  return {
    id: body.id,
    kind: body.kind,
    status: body.status,
    gateway: body.gateway,
    amount: body.amount,
    currency: body.currency,
    parentId: body.parent_id,
    test: body.test === true,
    processedAt: body.processed_at ?? body.created_at,
  };
}

export function refund(body: z.infer<typeof refundBody>): PartFields {
  return {
    id: body.id,
    processedAt: body.processed_at ?? body.created_at,
    lines: body.refund_line_items.map((line) => ({
      lineId: line.line_item_id,
      quantity: line.quantity,
      subtotal: line.subtotal,
      restock: line.restock_type,
    })),
    transactions: body.transactions.map(transaction),
  };
}

export function fulfillment(body: z.infer<typeof fulfillmentBody>): PartFields {
  return {
    id: body.id,
    name: body.name,
    status: body.status,
    shipmentStatus: body.shipment_status,
    trackingCompany: body.tracking_company,
    trackingNumbers: numbersOf(body.tracking_numbers, body.tracking_number),
    trackingUrls: numbersOf(body.tracking_urls, body.tracking_url),
    createdAt: body.created_at,
    lines: body.line_items.map((line) => ({ lineId: line.id, quantity: line.quantity })),
  };
}

function numbersOf(many: string[], one: string | null): string[] {
  return many.length > 0 || one === null ? many : [one];
}
