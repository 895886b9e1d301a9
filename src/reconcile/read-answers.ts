import { z } from 'zod';
import { millisOf } from '../order/instants.ts';
import { Fault } from '../system/errors.ts';

/**
 * The Admin API's answers are input too: each is read as a whole or not at all. What is wrong is named by
 * its field, and not repeated.
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

/** The number in `gid://shopify/<name>/<number>`, as text: exact. */
const idOf = (name: string) =>
  z
    .string()
    .regex(new RegExp(`^gid://shopify/${name}/[1-9]\\d{0,18}$`), `is no id of ${name}`)
    .transform((gid) => gid.slice(gid.lastIndexOf('/') + 1));
const instant = z.string().refine((text) => millisOf(text) !== null, 'is no time');
const optionalInstant = instant.nullish().transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
/** GraphQL's PARTIALLY_PAID is REST's partially_paid. */
const word = z
  .string()
  .regex(/^[A-Z_]{1,60}$/, 'is no word of an enum')
  .nullish()
  .transform((value) => value?.toLowerCase() ?? null);
const count = z.number().int().min(0);
const money = z.object({
  shopMoney: z.object({
    amount: z.string().regex(/^-?\d+(\.\d+)?$/, 'is no amount'),
    currencyCode: z.string(),
  }),
});
/** A page without a way on says so; one that promises a way on and has none cannot be read. */
const pageInfo = z
  .object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() })
  .refine(({ hasNextPage, endCursor }) => !hasNextPage || endCursor, 'has a next page and no cursor')
  .transform(({ hasNextPage, endCursor }) => (hasNextPage ? (endCursor ?? null) : null));
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ nodes: z.array(item), pageInfo }).transform(({ nodes, pageInfo: next }) => ({ nodes, next }));

/** An order as it is listed. */
export const listedOrder = z
  .object({ id: idOf('Order'), updatedAt: instant })
  .transform(({ id, updatedAt }) => ({ id, updatedAt: millisOf(updatedAt) ?? 0 }));
/** `updatedAt`: ms since 1970. */
export type ListedOrder = z.output<typeof listedOrder>;

export const changedOrders = z
  .object({ orders: listOf(listedOrder) })
  .transform(({ orders }) => ({ orders: orders.nodes, next: orders.next }));

const line = z.object({
  id: idOf('LineItem'),
  sku: text,
  title: text,
  quantity: count,
  currentQuantity: count,
  requiresShipping: z.boolean(),
  originalUnitPriceSet: money,
});
const ofLine = z
  .object({ id: idOf('LineItem') })
  .nullish()
  .transform((value) => value?.id ?? null);
const shippedLine = z.object({ quantity: count.nullish(), lineItem: ofLine });
const refundedLine = z.object({ quantity: count, restockType: word, subtotalSet: money, lineItem: ofLine });
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

export const wholeOrder = z.object({
  id: idOf('Order'),
  name: text,
  test: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  closedAt: optionalInstant,
  cancelledAt: optionalInstant,
  cancelReason: word,
  currencyCode: text,
  displayFinancialStatus: word,
  displayFulfillmentStatus: word,
  totalPriceSet: money,
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
});
export type WholeOrder = z.output<typeof wholeOrder>;

/** Null: gone since it was listed. */
export const wholeOrders = z
  .object({ nodes: z.array(wholeOrder.nullable()) })
  .transform(({ nodes }) => nodes);

/** More of a list; see REST in queries.ts. */
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
} as const;
