/** What mutations of orders take and answer. */
export const ORDER_WRITES = /* GraphQL */ `
  extend type Mutation {
    tagsAdd(id: ID!, tags: [String!]!): TagsPayload
    tagsRemove(id: ID!, tags: [String!]!): TagsPayload
    orderUpdate(input: OrderInput!): OrderUpdatePayload
    fulfillmentOrderHold(id: ID!, fulfillmentHold: FulfillmentOrderHoldInput!): FulfillmentOrderHoldPayload
    fulfillmentOrderReleaseHold(id: ID!, holdIds: [ID!]): FulfillmentOrderReleaseHoldPayload
    refundCreate(input: RefundInput!): RefundCreatePayload
  }

  directive @idempotent(key: String!) on FIELD

  input RefundInput {
    orderId: ID!
    note: String
    notify: Boolean
    allowOverRefunding: Boolean = false
    refundLineItems: [RefundLineItemInput!]
    transactions: [OrderTransactionInput!]
  }

  input RefundLineItemInput {
    lineItemId: ID!
    quantity: Int!
    restockType: RefundLineItemRestockType
    locationId: ID
  }

  enum RefundLineItemRestockType {
    CANCEL
    NO_RESTOCK
    RETURN
  }

  input OrderTransactionInput {
    orderId: ID!
    amount: Money!
    gateway: String!
    kind: OrderTransactionKind!
    parentId: ID
  }

  enum OrderTransactionKind {
    AUTHORIZATION
    CAPTURE
    CHANGE
    EMV_AUTHORIZATION
    REFUND
    SALE
    SUGGESTED_REFUND
    VOID
  }

  type RefundCreatePayload {
    order: Order
    refund: Refund
    userErrors: [UserError!]!
  }

  input OrderInput {
    id: ID!
    tags: [String!]
    note: String
  }

  input FulfillmentOrderHoldInput {
    reason: FulfillmentHoldReason!
    reasonNotes: String
    notifyMerchant: Boolean = false
    handle: String
  }

  enum FulfillmentHoldReason {
    AWAITING_PAYMENT
    AWAITING_RETURN_ITEMS
    HIGH_RISK_OF_FRAUD
    INCORRECT_ADDRESS
    INVENTORY_OUT_OF_STOCK
    ONLINE_STORE_POST_PURCHASE_CROSS_SELL
    OTHER
    UNKNOWN_DELIVERY_DATE
  }

  type TagsPayload {
    node: Node
    userErrors: [UserError!]
  }

  type OrderUpdatePayload {
    order: Order
    userErrors: [UserError!]
  }

  type FulfillmentOrderHoldPayload {
    fulfillmentHold: FulfillmentHold
    fulfillmentOrder: FulfillmentOrder
    userErrors: [FulfillmentOrderUserError!]
  }

  type FulfillmentOrderReleaseHoldPayload {
    fulfillmentOrder: FulfillmentOrder
    userErrors: [FulfillmentOrderUserError!]
  }

  type FulfillmentOrderUserError {
    field: [String!]
    message: String
    code: String
  }
`;
