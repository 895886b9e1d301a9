/** Orders and their parts, for {@link ADMIN_SCHEMA}: what `order-node.ts` answers. */
export const ORDER_TYPES = /* GraphQL */ `
  type Order implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64
    name: String
    number: Int
    test: Boolean
    sourceName: String
    poNumber: String
    paymentGatewayNames: [String!]
    discountCodes: [String!]
    confirmed: Boolean
    closed: Boolean
    createdAt: DateTime
    processedAt: DateTime
    updatedAt: DateTime
    cancelledAt: DateTime
    closedAt: DateTime
    cancelReason: String
    currencyCode: String
    presentmentCurrencyCode: String
    displayFinancialStatus: String
    displayFulfillmentStatus: String
    transactionsCount: Count
    fulfillmentsCount: Count
    totalPriceSet: MoneyBag
    subtotalPriceSet: MoneyBag
    currentTotalPriceSet: MoneyBag
    totalDiscountsSet: MoneyBag
    totalTaxSet: MoneyBag
    totalShippingPriceSet: MoneyBag
    totalTipReceivedSet: MoneyBag
    totalOutstandingSet: MoneyBag
    originalTotalDutiesSet: MoneyBag
    shippingAddress: MailingAddress
    tags: [String!]
    lineItems(first: Int, after: String): LineItemConnection
    fulfillments(first: Int): [Fulfillment!]
    refunds(first: Int): [Refund!]
    transactions(first: Int): [OrderTransaction!]
    returns(first: Int, after: String): ReturnConnection
    disputes: [OrderDisputeSummary!]
    customer: Customer
    fulfillmentOrders(first: Int, after: String): FulfillmentOrderConnection
  }

  type FulfillmentOrder implements Node {
    id: ID!
    orderId: ID
    status: String
    updatedAt: DateTime
    fulfillmentHolds: [FulfillmentHold!]
  }

  type FulfillmentHold implements Node {
    id: ID!
    handle: String
    reason: String
    reasonNotes: String
    heldByRequestingApp: Boolean
  }

  type Count {
    count: Int
    precision: String
  }

  type MoneyBag {
    shopMoney: MoneyV2
    presentmentMoney: MoneyV2
  }

  type MoneyV2 {
    amount: Decimal
    currencyCode: String
  }

  type LineItem implements Node {
    id: ID!
    sku: String
    title: String
    name: String
    vendor: String
    product: Product
    variant: ProductVariant
    quantity: Int
    currentQuantity: Int
    unfulfilledQuantity: Int
    requiresShipping: Boolean
    originalUnitPriceSet: MoneyBag
    taxLines(first: Int): [TaxLine!]
    discountAllocations: [DiscountAllocation!]
  }

  type Product implements Node {
    id: ID!
  }

  type ProductVariant implements Node {
    id: ID!
  }

  type TaxLine {
    title: String
    rate: Float
    channelLiable: Boolean
    priceSet: MoneyBag
  }

  type DiscountAllocation {
    allocatedAmountSet: MoneyBag
    discountApplication: DiscountApplication
  }

  type DiscountApplication {
    index: Int
  }

  type MailingAddress {
    countryCodeV2: String
    provinceCode: String
  }

  type Fulfillment implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64
    name: String
    status: String
    displayStatus: String
    createdAt: DateTime
    updatedAt: DateTime
    totalQuantity: Int
    trackingInfo(first: Int): [FulfillmentTrackingInfo!]
    fulfillmentLineItems(first: Int, after: String): FulfillmentLineItemConnection
  }

  type FulfillmentTrackingInfo {
    company: String
    number: String
    url: URL
  }

  type FulfillmentLineItem implements Node {
    id: ID!
    quantity: Int
    lineItem: LineItem
  }

  type Refund implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64
    createdAt: DateTime
    updatedAt: DateTime
    totalRefundedSet: MoneyBag
    refundLineItems(first: Int, after: String): RefundLineItemConnection
    transactions(first: Int, after: String): OrderTransactionConnection
  }

  type RefundLineItem {
    id: ID
    quantity: Int
    restockType: String
    subtotalSet: MoneyBag
    totalTaxSet: MoneyBag
    lineItem: LineItem
  }

  type OrderTransaction implements Node {
    id: ID!
    kind: String
    status: String
    gateway: String
    test: Boolean
    createdAt: DateTime
    processedAt: DateTime
    amountSet: MoneyBag
    parentTransaction: OrderTransaction
  }

  type Return implements Node {
    id: ID!
    name: String
    status: String
  }

  type OrderDisputeSummary implements Node {
    id: ID!
    initiatedAs: String
    status: String
  }

  type ShopifyPaymentsDispute implements Node {
    id: ID!
    type: String
    status: String
    amount: MoneyV2
    reasonDetails: ShopifyPaymentsDisputeReasonDetails
    evidenceDueBy: String
    finalizedOn: String
  }

  type ShopifyPaymentsDisputeReasonDetails {
    reason: String
  }

  type Customer implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64
  }
`;
