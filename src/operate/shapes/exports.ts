import { z } from 'zod';
import { OUTCOMES } from '../../order/outcomes.ts';
import { checked, cursor, reason, shop, topic } from './base.ts';
import type { EventSummary } from './events.ts';
import { orderFilterQuery, type ShownOrder } from './orders.ts';

/**
 * Exports: rows of orders, of their lines, or of the journal, newest first. A row has scalars and lists of text. An
 * order or entry that is damaged in MongoDB has a row too, with its key, and what is damaged in `damage`.
 */

/** `json` is any JSON value; money and times are text (exact decimals, ISO 8601). */
const KINDS = ['text', 'money', 'time', 'integer', 'boolean', 'list', 'json'] as const;
export type ColumnKind = (typeof KINDS)[number];
type Columns = Readonly<Record<string, ColumnKind>>;

type NamesOf<Shown, Left> = { [Name in keyof Shown]-?: Shown[Name] extends Left ? never : Name }[keyof Shown];
/** The facts of an order, without its parts and its body. */
type FactName = Exclude<NamesOf<ShownOrder, readonly object[]>, 'body' | 'bodyLeftOut'>;

export const ORDER_COLUMNS = {
  shop: 'text',
  orderId: 'text',
  name: 'text',
  orderNumber: 'integer',
  status: 'text',
  financialStatus: 'text',
  fulfillmentStatus: 'text',
  createdAt: 'time',
  processedAt: 'time',
  updatedAt: 'time',
  closedAt: 'time',
  cancelledAt: 'time',
  cancelReason: 'text',
  deletedAt: 'time',
  test: 'boolean',
  tags: 'list',
  discountCodes: 'list',
  gatewayNames: 'list',
  sourceName: 'text',
  poNumber: 'text',
  customerId: 'text',
  shippingCountry: 'text',
  shippingRegion: 'text',
  taxesIncluded: 'boolean',
  currency: 'text',
  subtotalPrice: 'money',
  totalDiscounts: 'money',
  totalTax: 'money',
  totalShipping: 'money',
  totalDuties: 'money',
  totalTips: 'money',
  totalPrice: 'money',
  currentTotalPrice: 'money',
  totalOutstanding: 'money',
  totalRefunded: 'money',
  totalRefundedTax: 'money',
  presentmentCurrency: 'text',
  presentmentSubtotalPrice: 'money',
  presentmentTotalDiscounts: 'money',
  presentmentTotalTax: 'money',
  presentmentTotalShipping: 'money',
  presentmentTotalDuties: 'money',
  presentmentTotalPrice: 'money',
  presentmentCurrentTotalPrice: 'money',
  waitingEvents: 'integer',
  parkedEvents: 'integer',
  version: 'integer',
  external: 'json',
  snapshotAt: 'time',
  changedAt: 'time',
  damage: 'list',
} as const satisfies Record<FactName, ColumnKind>;

/** What a line's row says about its order. */
const ORDER_OF_LINE = {
  shop: 'text',
  orderId: 'text',
  name: 'text',
  status: 'text',
  financialStatus: 'text',
  fulfillmentStatus: 'text',
  createdAt: 'time',
  processedAt: 'time',
  cancelledAt: 'time',
  test: 'boolean',
  sourceName: 'text',
  customerId: 'text',
  shippingCountry: 'text',
  currency: 'text',
} as const satisfies Partial<Record<FactName, ColumnKind>>;

export const LINE_COLUMNS = {
  ...ORDER_OF_LINE,
  lineId: 'text',
  productId: 'text',
  variantId: 'text',
  sku: 'text',
  title: 'text',
  vendor: 'text',
  quantity: 'integer',
  currentQuantity: 'integer',
  fulfillableQuantity: 'integer',
  shippedQuantity: 'integer',
  refundedQuantity: 'integer',
  price: 'money',
  totalDiscount: 'money',
  totalTax: 'money',
  requiresShipping: 'boolean',
  giftCard: 'boolean',
  damage: 'list',
} as const satisfies Columns;

export const EVENT_COLUMNS = {
  event: 'text',
  shop: 'text',
  order: 'text',
  topic: 'text',
  webhookId: 'text',
  occurredAt: 'time',
  triggeredAt: 'text',
  receivedAt: 'time',
  lockedAt: 'time',
  appliedAt: 'time',
  worker: 'text',
  outcome: 'text',
  because: 'text',
  notes: 'list',
  sequence: 'integer',
  duplicates: 'integer',
  damage: 'list',
} as const satisfies Record<Exclude<keyof EventSummary, 'earlier'> | 'damage', ColumnKind>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const NOT_A_TIME = 'not a date (2026-11-30) or a time with its zone (2026-11-30T12:00:00Z)';

/** In ms since 1970. A date is the day's start or, as an end, the start of the next day, in UTC. */
const instantOf = (ofDateMs: number) =>
  checked(
    40,
    (text) => (time.safeParse(text).success ? Date.parse(text) + (DAY.test(text) ? ofDateMs : 0) : null),
    NOT_A_TIME,
  );

const range = {
  from: instantOf(0).optional(),
  to: instantOf(DAY_MS).optional(),
  after: cursor.describe('where to continue a broken export: the last `$cursor` that was read'),
  format: z
    .enum(['csv', 'ndjson', 'marked'])
    .default('ndjson')
    .describe('`marked`: NDJSON with lines between the rows that say the columns, the position, and the end'),
};

export const lineExportQuery = orderFilterQuery.extend(range);
export const orderExportQuery = lineExportQuery
  .extend({ bodies: z.literal('1').optional(), reason: reason.optional() })
  .refine(({ bodies, reason: why }) => bodies === undefined || why !== undefined, {
    path: ['reason'],
    message: 'bodies contain customer data: give a reason',
  });
export const eventExportQuery = z.strictObject({
  shop: shop.optional(),
  topic: topic.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  ...range,
});

const column = z.object({ name: z.string(), kind: z.enum(KINDS) });
export type Column = z.infer<typeof column>;
export type ExportRow = Readonly<Record<string, unknown>>;

/** A line of a marked export that is not a row. */
const mark = z.union([
  z.object({ $columns: z.array(column) }).describe('the first line'),
  z.object({ $cursor: z.string() }).describe('the position after the rows so far'),
  z.object({ $end: z.object({ rows: z.number().int() }) }).describe('the last line: nothing is missing'),
]);
export type ExportMark = z.infer<typeof mark>;
/** A line of an export in JSON. */
export const exportLine = z.union([mark, z.record(z.string(), z.unknown())]);

export type OrderExportQuery = z.output<typeof orderExportQuery>;
export type LineExportQuery = z.output<typeof lineExportQuery>;
export type EventExportQuery = z.output<typeof eventExportQuery>;
