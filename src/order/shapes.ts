import type { Facts, Line } from './event.ts';
import type { ListShape, Shape } from './known.ts';
import type { PartFields } from './part.ts';
import type { PartKind } from './topics.ts';

/**
 * The fields of an order and of its parts, each with its value until a body has it. The compiler compares them with
 * the fields that are read from bodies (read-parts.ts, read-order.ts).
 */
interface ShapeOf<Fields> extends Shape {
  blank: { readonly [Field in Exclude<keyof Fields, 'id'>]-?: Readonly<Exclude<Fields[Field], undefined>> };
}

const TRANSACTION = {
  kind: null,
  status: null,
  gateway: null,
  amount: null,
  currency: null,
  parentId: null,
  test: false,
  processedAt: null,
};
const REFUND_LINE: ListShape = {
  key: 'id',
  blank: { lineId: null, quantity: 0, subtotal: null, totalTax: null, restock: null },
};

export const PART_SHAPES = {
  transactions: { blank: TRANSACTION },
  refunds: {
    blank: {
      processedAt: null,
      shipping: null,
      shippingTax: null,
      adjustment: null,
      adjustmentTax: null,
      lines: [],
      transactions: [],
    },
    lists: { lines: REFUND_LINE, transactions: { key: 'id', blank: TRANSACTION } },
  },
  fulfillments: {
    blank: {
      name: null,
      status: null,
      shipmentStatus: null,
      trackingCompany: null,
      trackingNumbers: [],
      trackingUrls: [],
      createdAt: null,
      lines: [],
    },
    lists: { lines: { key: 'lineId', blank: { quantity: 0 } } },
  },
  fulfillmentEvents: {
    blank: { fulfillmentId: null, status: null, happenedAt: null },
    // Shopify sends the same body when an event is created and when it is deleted, so a removal counts at any time.
    forGood: ['removed'],
  },
  tenders: { blank: { amount: null, currency: null, method: null, processedAt: null } },
  disputes: {
    blank: {
      type: null,
      amount: null,
      currency: null,
      reason: null,
      status: null,
      evidenceDueBy: null,
      finalizedOn: null,
    },
  },
  returns: { blank: { status: null, name: null } },
  edits: { blank: { committedAt: null } },
  drafts: { blank: { name: null, status: null, completedAt: null, totalPrice: null } },
  assessments: { blank: { provider: null, risk: null } },
  protections: { blank: { status: null, eligibility: null } },
} as const satisfies { [Kind in PartKind]: ShapeOf<PartFields<Kind>> };

export const PART_KINDS = Object.keys(PART_SHAPES) as readonly PartKind[];

export const ORDER_SHAPE = {
  blank: {
    name: null,
    financialStatus: null,
    fulfillmentStatus: null,
    orderNumber: null,
    test: null,
    taxesIncluded: null,
    tags: [],
    discountCodes: [],
    gatewayNames: [],
    sourceName: null,
    poNumber: null,
    customerId: null,
    shippingCountry: null,
    shippingRegion: null,
    createdAt: null,
    processedAt: null,
    updatedAt: null,
    closedAt: null,
    currency: null,
    subtotalPrice: null,
    totalDiscounts: null,
    totalTax: null,
    totalShipping: null,
    totalDuties: null,
    totalTips: null,
    totalPrice: null,
    currentTotalPrice: null,
    totalOutstanding: null,
    presentmentCurrency: null,
    presentmentSubtotalPrice: null,
    presentmentTotalDiscounts: null,
    presentmentTotalTax: null,
    presentmentTotalShipping: null,
    presentmentTotalDuties: null,
    presentmentTotalPrice: null,
    presentmentTotalOf: null,
    presentmentCurrentTotalPrice: null,
    lines: [],
  },
  lists: {
    lines: {
      key: 'id',
      blank: {
        productId: null,
        variantId: null,
        sku: null,
        title: null,
        vendor: null,
        quantity: 0,
        currentQuantity: null,
        fulfillableQuantity: null,
        price: null,
        totalDiscount: null,
        totalTax: null,
        requiresShipping: true,
        giftCard: false,
      },
    },
  },
} as const satisfies ShapeOf<Facts & { name: string | null; lines: Line[] }>;
