import { buildSchema } from 'graphql';
import { ORDER_TYPES } from './order-types.ts';
import { ORDER_WRITES } from './order-writes.ts';

/**
 * The part of the Admin API (2026-10) that the fake store offers, under Shopify's names. Everything else is
 * refused. Enums in answers are strings, and hardly a field of an answer is required: the answers come from
 * REST bodies, which tests change.
 */
const SHOP_TYPES = /* GraphQL */ `
  schema {
    query: QueryRoot
    mutation: Mutation
  }

  scalar DateTime
  scalar Decimal
  scalar Money
  scalar UnsignedInt64
  scalar URL

  interface Node {
    id: ID!
  }

  type QueryRoot {
    shop: Shop!
    currentAppInstallation: AppInstallation!
    orders(
      first: Int
      after: String
      sortKey: OrderSortKeys = PROCESSED_AT
      reverse: Boolean = false
      query: String
    ): OrderConnection
    ordersCount(query: String, limit: Int = 10000): Count
    order(id: ID!): Order
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    bulkOperation(id: ID!): BulkOperation
    currentBulkOperation: BulkOperation
    webhookSubscriptions(first: Int, after: String): WebhookSubscriptionConnection
  }

  type Mutation {
    bulkOperationRunQuery(query: String!): BulkOperationPayload
    bulkOperationCancel(id: ID!): BulkOperationPayload
  }

  enum OrderSortKeys {
    UPDATED_AT
    CREATED_AT
    PROCESSED_AT
    ID
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  type Shop implements Node {
    id: ID!
    name: String
    myshopifyDomain: String
    currencyCode: String
    ianaTimezone: String
    plan: ShopPlan
  }

  type ShopPlan {
    publicDisplayName: String
    partnerDevelopment: Boolean
    shopifyPlus: Boolean
  }

  type AppInstallation {
    accessScopes: [AccessScope!]
  }

  type AccessScope {
    handle: String
  }

  type WebhookSubscription implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64
    topic: String
    uri: String
    format: String
    includeFields: [String!]
    filter: String
    endpoint: WebhookHttpEndpoint
  }

  type WebhookHttpEndpoint {
    callbackUrl: URL
  }

  type BulkOperation implements Node {
    id: ID!
    status: String
    errorCode: String
    createdAt: DateTime
    completedAt: DateTime
    objectCount: UnsignedInt64
    rootObjectCount: UnsignedInt64
    fileSize: UnsignedInt64
    url: URL
    partialDataUrl: URL
    query: String
    type: String
  }

  type BulkOperationPayload {
    bulkOperation: BulkOperation
    userErrors: [UserError!]
  }

  type UserError {
    field: [String!]
    message: String
  }
`;

/** The types of lists with pages. */
const PAGES = [
  'Order',
  'LineItem',
  'FulfillmentLineItem',
  'RefundLineItem',
  'OrderTransaction',
  'Return',
  'WebhookSubscription',
  'FulfillmentOrder',
].map(
  (type) => /* GraphQL */ `
    type ${type}Connection {
      nodes: [${type}!]
      edges: [${type}Edge!]
      pageInfo: PageInfo
    }

    type ${type}Edge {
      node: ${type}
      cursor: String
    }
  `,
);

export const ADMIN_SCHEMA = buildSchema([SHOP_TYPES, ORDER_TYPES, ORDER_WRITES, ...PAGES].join('\n'));
