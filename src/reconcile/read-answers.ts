import { z } from 'zod';
import { asOrderId } from '../order/identity.ts';
import { millisOf } from '../order/instants.ts';
import { Fault } from '../system/errors.ts';

/**
 * Checks an answer of the Admin API: it is read completely or not at all. An error names the field, never its
 * value.
 * @throws Fault shopify_away when the answer does not have the schema
 */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  what: string,
): z.output<Schema> {
  const reading = schema.safeParse(data);
  if (reading.success) return reading.data;
  const [issue] = reading.error.issues;
  const field = issue?.path.join('.') || 'the answer';
  throw new Fault('shopify_away', `${what}: ${field}: ${issue?.message ?? 'cannot be read'}`);
}

/** The number in `gid://shopify/<name>/<number>`, as text, so it stays exact. */
const idOf = (name: string) =>
  z
    .string()
    .regex(new RegExp(`^gid://shopify/${name}/[1-9]\\d{0,18}$`), `is not an id of type ${name}`)
    .transform((gid) => gid.slice(gid.lastIndexOf('/') + 1));
const orderId = idOf('Order').transform((digits, context) => {
  const id = asOrderId(digits);
  if (id === null) context.addIssue('is not an order id');
  return id ?? z.NEVER;
});
const instant = z.string().refine((text) => millisOf(text) !== null, 'is not a valid time');
const optionalInstant = instant.nullish().transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
/** GraphQL's PARTIALLY_PAID is REST's partially_paid. */
const word = z
  .string()
  .regex(/^[A-Z_]{1,60}$/, 'is not an enum value')
  .nullish()
  .transform((value) => value?.toLowerCase() ?? null);
const count = z.number().int().min(0);
const amount = z.object({
  amount: z.string().regex(/^-?\d+(\.\d+)?$/, 'is not an amount'),
  currencyCode: z.string(),
});
const money = z.object({ shopMoney: amount, presentmentMoney: amount });
/** A field that a query may leave out. */
const ifSelected = <Item extends z.ZodType>(item: Item) => item.optional();
const optionalMoney = money.nullish().transform((value) => value ?? null);
const shopMoney = z
  .object({ shopMoney: amount })
  .nullish()
  .transform((value) => value?.shopMoney ?? null);
const words = z.array(z.string());
/** The id of a single object; undefined: it was not requested. */
const idIn = (name: string) =>
  ifSelected(
    z
      .object({ id: idOf(name) })
      .nullable()
      .transform((value) => value?.id ?? null),
  );
/** The next page's cursor; null: this is the last page. A next page without a cursor is refused. */
const pageInfo = z
  .object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() })
  .refine(({ hasNextPage, endCursor }) => !hasNextPage || endCursor, 'has a next page but no cursor')
  .transform(({ hasNextPage, endCursor }) => (hasNextPage ? (endCursor ?? null) : null));
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ nodes: z.array(item), pageInfo }).transform(({ nodes, pageInfo: next }) => ({ nodes, next }));

const counted = ifSelected(z.object({ count }).transform((value) => value.count));
const partIds = (name: string) => z.array(z.object({ id: idOf(name) }).transform(({ id }) => id));
const partStates = (name: string) => z.array(z.object({ id: idOf(name), status: word }));

/** An order as it is listed. */
export const listedOrder = z
  .object({
    id: orderId,
    updatedAt: instant,
    closedAt: instant.nullable().optional(),
    cancelledAt: instant.nullable().optional(),
    currencyCode: ifSelected(z.string()),
    displayFinancialStatus: ifSelected(word),
    displayFulfillmentStatus: ifSelected(word),
    totalPriceSet: ifSelected(z.object({ shopMoney: amount }).transform(({ shopMoney }) => shopMoney.amount)),
    transactionsCount: counted,
    fulfillmentsCount: counted,
    refunds: ifSelected(partIds('Refund')),
    disputes: ifSelected(partStates('ShopifyPaymentsDispute')),
    returns: ifSelected(z.object({ nodes: partStates('Return') }).transform(({ nodes }) => nodes)),
  })
  .transform((order) => ({ ...order, updatedAt: millisOf(order.updatedAt) ?? 0 }));
/** `updatedAt`: ms since 1970. */
export type ListedOrder = z.output<typeof listedOrder>;

export const changedOrders = z
  .object({ orders: listOf(listedOrder) })
  .transform(({ orders }) => ({ orders: orders.nodes, next: orders.next }));

const line = z.object({
  id: idOf('LineItem'),
  sku: text,
  title: text,
  vendor: text,
  product: idIn('Product'),
  variant: idIn('ProductVariant'),
  quantity: count,
  currentQuantity: count,
  unfulfilledQuantity: count,
  requiresShipping: z.boolean(),
  originalUnitPriceSet: money,
  taxLines: z.array(
    z.object({
      title: text,
      rate: z.number().nullish(),
      channelLiable: z.boolean().nullish(),
      priceSet: money,
    }),
  ),
  discountAllocations: z.array(
    z.object({ allocatedAmountSet: money, discountApplication: z.object({ index: count }) }),
  ),
});
const ofLine = z
  .object({ id: idOf('LineItem') })
  .nullish()
  .transform((value) => value?.id ?? null);
const shippedLine = z.object({ quantity: count.nullish(), lineItem: ofLine });
const refundedLine = z.object({
  id: idOf('RefundLineItem').nullish(),
  quantity: count,
  restockType: word,
  subtotalSet: money,
  totalTaxSet: optionalMoney,
  lineItem: ofLine,
});
const transaction = z.object({
  id: idOf('OrderTransaction'),
  kind: word,
  status: word,
  gateway: text,
  test: z.boolean(),
  createdAt: optionalInstant,
  processedAt: optionalInstant,
  parentTransaction: z
    .object({ id: idOf('OrderTransaction') })
    .nullish()
    .transform((value) => value?.id ?? null),
  amountSet: money,
});

const aReturn = z.object({ id: idOf('Return'), name: text, status: word });

const dispute = z.object({
  id: idOf('ShopifyPaymentsDispute'),
  type: word,
  status: word,
  amount,
  reasonDetails: z.object({ reason: word }),
  evidenceDueBy: text,
  finalizedOn: text,
});
export type Dispute = z.output<typeof dispute>;
/** null: deleted since the order listed it. */
export const disputesById = z.object({ nodes: z.array(dispute.nullable()) }).transform(({ nodes }) => nodes);

export const wholeOrder = z.object({
  id: orderId,
  name: text,
  number: count.nullish(),
  test: z.boolean(),
  tags: words,
  discountCodes: words,
  sourceName: text,
  poNumber: text,
  paymentGatewayNames: words,
  createdAt: instant,
  processedAt: optionalInstant,
  updatedAt: instant,
  closedAt: optionalInstant,
  cancelledAt: optionalInstant,
  cancelReason: word,
  currencyCode: text,
  presentmentCurrencyCode: text,
  displayFinancialStatus: word,
  displayFulfillmentStatus: word,
  totalPriceSet: money,
  currentTotalPriceSet: money,
  subtotalPriceSet: optionalMoney,
  totalDiscountsSet: optionalMoney,
  totalTaxSet: optionalMoney,
  totalShippingPriceSet: optionalMoney,
  originalTotalDutiesSet: optionalMoney,
  totalTipReceivedSet: shopMoney,
  totalOutstandingSet: shopMoney,
  customer: idIn('Customer'),
  shippingAddress: ifSelected(z.object({ countryCodeV2: text, provinceCode: text }).nullable()),
  lineItems: listOf(line),
  fulfillments: z.array(
    z.object({
      id: idOf('Fulfillment'),
      name: text,
      status: word,
      displayStatus: word,
      createdAt: instant,
      updatedAt: instant,
      trackingInfo: z.array(z.object({ company: text, number: text, url: text })),
      fulfillmentLineItems: listOf(shippedLine),
    }),
  ),
  refunds: z.array(
    z.object({
      id: idOf('Refund'),
      createdAt: optionalInstant,
      refundLineItems: listOf(refundedLine),
      transactions: listOf(transaction),
    }),
  ),
  transactions: z.array(transaction),
  returns: listOf(aReturn).optional(),
  disputes: partIds('ShopifyPaymentsDispute').optional(),
});
export type WholeOrder = z.output<typeof wholeOrder>;

/** null: deleted since it was listed. */
export const wholeOrders = z
  .object({ nodes: z.array(wholeOrder.nullable()) })
  .transform(({ nodes }) => nodes);

/** The next page of a list; see restQuery in queries.ts. */
export const MORE = {
  lineItems: z
    .object({ node: z.object({ lineItems: listOf(line) }) })
    .transform(({ node }) => node.lineItems),
  fulfillmentLineItems: z
    .object({ node: z.object({ fulfillmentLineItems: listOf(shippedLine) }) })
    .transform(({ node }) => node.fulfillmentLineItems),
  refundLineItems: z
    .object({ node: z.object({ refundLineItems: listOf(refundedLine) }) })
    .transform(({ node }) => node.refundLineItems),
  transactions: z
    .object({ node: z.object({ transactions: listOf(transaction) }) })
    .transform(({ node }) => node.transactions),
  returns: z.object({ node: z.object({ returns: listOf(aReturn) }) }).transform(({ node }) => node.returns),
} as const;

export const payments = z
  .object({ node: z.object({ transactions: z.array(transaction) }) })
  .transform(({ node }) => node.transactions);

/** The requested orders, in the requested sequence; null: unknown to Shopify. */
export const knownOrders = z
  .object({ nodes: z.array(z.object({ id: idOf('Order') }).nullable()) })
  .transform(({ nodes }) => nodes.map((node) => node?.id ?? null));

export const shopZone = z
  .object({ shop: z.object({ ianaTimezone: z.string() }) })
  .transform(({ shop }) => shop.ianaTimezone);

/** The answers of countsQuery in queries.ts. A number that is only a lower bound is refused. */
export const orderCounts = z
  .record(z.string(), z.object({ count, precision: z.literal('EXACT', 'is not an exact number') }))
  .transform((counts) => Object.keys(counts).map((_name, i) => counts[`n${i}`]?.count ?? null));

export const createdOrders = z
  .object({ orders: listOf(z.object({ id: orderId }).transform(({ id }) => id)) })
  .transform(({ orders }) => orders);
