import { wholeOrder, type WholeOrder } from '../../src/reconcile/read-answers.ts';

/** The customer pays in yen; 100 yen are one dollar. */
const money = (amount: string) => ({
  shopMoney: { amount, currencyCode: 'USD' },
  presentmentMoney: { amount: String(Number(amount) * 100), currencyCode: 'JPY' },
});
const whole = { hasNextPage: false, endCursor: null };

export const FULFILLMENT = {
  id: 'gid://shopify/Fulfillment/31',
  name: '#1001.1',
  status: 'SUCCESS',
  displayStatus: 'IN_TRANSIT',
  createdAt: '2026-11-20T10:00:20Z',
  updatedAt: '2026-11-20T10:00:40Z',
  trackingInfo: [{ company: 'UPS', number: '1Z31', url: 'https://ups.example/1Z31' }],
  fulfillmentLineItems: {
    nodes: [{ quantity: 2, lineItem: { id: 'gid://shopify/LineItem/11' } }],
    pageInfo: whole,
  },
};

const TRANSACTION = {
  id: 'gid://shopify/OrderTransaction/21',
  kind: 'SALE',
  status: 'SUCCESS',
  gateway: 'bogus',
  test: false,
  createdAt: '2026-11-20T10:00:00Z',
  processedAt: '2026-11-20T10:00:00Z',
  parentTransaction: null,
  amountSet: money('60.0'),
};

export const REFUND = {
  id: 'gid://shopify/Refund/41',
  createdAt: '2026-11-20T10:00:50Z',
  refundLineItems: {
    nodes: [
      {
        id: 'gid://shopify/RefundLineItem/51',
        quantity: 1,
        restockType: 'RETURN',
        subtotalSet: money('20.5'),
        totalTaxSet: money('1.9'),
        lineItem: { id: 'gid://shopify/LineItem/11' },
      },
    ],
    pageInfo: whole,
  },
  transactions: {
    nodes: [
      {
        ...TRANSACTION,
        id: 'gid://shopify/OrderTransaction/22',
        kind: 'REFUND',
        createdAt: '2026-11-20T10:00:50Z',
        processedAt: '2026-11-20T10:00:50Z',
        parentTransaction: { id: 'gid://shopify/OrderTransaction/21' },
        amountSet: money('20.5'),
      },
    ],
    pageInfo: whole,
  },
};

/** An order as the Admin API returns it. Its id is too large for a number. */
function graphQlOrder(fields: object): object {
  return {
    id: 'gid://shopify/Order/820982911946154508',
    name: '#1001',
    number: 1001,
    test: false,
    tags: ['gift', 'vip'],
    discountCodes: ['TENOFF'],
    sourceName: 'web',
    poNumber: null,
    paymentGatewayNames: ['bogus'],
    createdAt: '2026-11-20T10:00:00Z',
    processedAt: '2026-11-20T10:00:00Z',
    updatedAt: '2026-11-20T10:00:51Z',
    closedAt: null,
    cancelledAt: null,
    cancelReason: null,
    currencyCode: 'USD',
    presentmentCurrencyCode: 'JPY',
    displayFinancialStatus: 'PARTIALLY_REFUNDED',
    displayFulfillmentStatus: 'FULFILLED',
    totalPriceSet: money('60.0'),
    currentTotalPriceSet: money('39.5'),
    subtotalPriceSet: money('41.0'),
    totalDiscountsSet: money('4.1'),
    totalTaxSet: money('3.8'),
    totalShippingPriceSet: money('10.0'),
    originalTotalDutiesSet: null,
    totalTipReceivedSet: money('0.0'),
    totalOutstandingSet: money('0.0'),
    lineItems: {
      nodes: [
        {
          id: 'gid://shopify/LineItem/11',
          sku: 'SKU-1',
          title: 'Widget',
          vendor: 'Example',
          quantity: 2,
          currentQuantity: 1,
          unfulfilledQuantity: 0,
          requiresShipping: true,
          originalUnitPriceSet: money('20.5'),
          taxLines: [{ title: 'VAT', rate: 0.1, channelLiable: false, priceSet: money('3.8') }],
          discountAllocations: [{ allocatedAmountSet: money('4.1'), discountApplication: { index: 0 } }],
        },
      ],
      pageInfo: whole,
    },
    fulfillments: [FULFILLMENT],
    refunds: [REFUND],
    transactions: [TRANSACTION],
    ...fields,
  };
}

export function readWhole(fields: object = {}): WholeOrder {
  return wholeOrder.parse(graphQlOrder(fields));
}
