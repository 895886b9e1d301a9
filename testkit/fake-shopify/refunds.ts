import { getDirectiveValues, type GraphQLResolveInfo } from 'graphql';
import { shopTime } from '../deliveries/bodies.ts';
import { ADMIN_SCHEMA } from './admin-schema.ts';
import type { FakeOrder, Json } from './fake-order.ts';
import { refusedQuery } from './graphql-node.ts';

/** What `refundCreate` takes: the part of Shopify's RefundInput that is offered here. */
export interface RefundInput {
  orderId: string;
  note?: string | null;
  allowOverRefunding?: boolean | null;
  refundLineItems?: readonly { lineItemId: string; quantity: number; restockType?: string | null }[] | null;
  transactions?:
    readonly { amount: unknown; kind: string; gateway: string; parentId?: string | null }[] | null;
}

/** What a refund does to an order: REST bodies. */
export interface Refunded {
  refund: Json;
  transactions: Json[];
  /** What changes in the order's own body. */
  order: Json;
}

interface UserError {
  field: string[];
  message: string;
}

/** A refund, or why there is none. Without transactions, no money moves. */
export function refunded(order: FakeOrder, input: RefundInput, at: Date): Refunded | UserError {
  const [problem] = [...problemsOfLines(order, input), ...problemsOfMoney(order, input)];
  if (problem) return problem;
  const id = Number(order.id) * 2 + 700 + refundsOf(order).length * 20;
  const transactions = (input.transactions ?? []).map((each, i) =>
    transactionBody(order, each, id + 10 + i, at),
  );
  const lines = (input.refundLineItems ?? []).map((each, i) => lineBody(order, each, id + 1 + i));
  const refund = {
    id,
    admin_graphql_api_id: `gid://shopify/Refund/${id}`,
    order_id: Number(order.id),
    created_at: shopTime(at),
    processed_at: shopTime(at),
    note: input.note ?? null,
    restock: lines.some((each) => each.restock_type !== 'no_restock'),
    refund_line_items: lines,
    transactions,
    refund_shipping_lines: [],
    order_adjustments: [],
  };
  return { refund, transactions, order: orderAfter(order, refund) };
}

function problemsOfLines(order: FakeOrder, { refundLineItems }: RefundInput): UserError[] {
  const field = ['input', 'refundLineItems'];
  return (refundLineItems ?? []).flatMap(({ lineItemId, quantity }) => {
    const line = lineOf(order, lineItemId);
    if (!line) return [{ field, message: 'Refund line items line item does not exist' }];
    if (quantity >= 1 && quantity <= Number(line.current_quantity)) return [];
    return [{ field, message: 'Refund line items quantity cannot refund more items than were purchased' }];
  });
}

function problemsOfMoney(order: FakeOrder, { transactions, allowOverRefunding }: RefundInput): UserError[] {
  const field = ['input', 'transactions'];
  const asked = transactions ?? [];
  if (asked.some(({ kind }) => kind !== 'REFUND'))
    return [{ field, message: 'Transactions kind must be refund' }];
  if (asked.some(({ amount }) => !(Number(amount) > 0)))
    return [{ field, message: 'Transactions amount must be greater than 0' }];
  const isPayment = ({ parentId }: { parentId?: string | null }) =>
    (parentId ?? null) === null || payments(order).some((each) => each.admin_graphql_api_id === parentId);
  if (!asked.every(isPayment))
    return [{ field, message: 'Transactions parent is not a payment of this order' }];
  const most = sumOf(payments(order)) - sumOf(refundsPaid(order));
  if (allowOverRefunding || sumOf(asked) <= most + CENT / 2) return [];
  return [{ field, message: `Refund amount exceeds the refundable amount of ${most.toFixed(2)}` }];
}

const CENT = 0.01;

function transactionBody(
  order: FakeOrder,
  { amount, gateway, parentId }: NonNullable<RefundInput['transactions']>[number],
  id: number,
  at: Date,
): Json {
  return {
    id,
    admin_graphql_api_id: `gid://shopify/OrderTransaction/${id}`,
    order_id: Number(order.id),
    kind: 'refund',
    gateway,
    status: 'success',
    message: null,
    created_at: shopTime(at),
    processed_at: shopTime(at),
    test: false,
    parent_id: (parentId ?? null) === null ? null : Number(String(parentId).replace(/.*\//, '')),
    source_name: 'app',
    amount: Number(amount).toFixed(2),
    currency: order.rest().presentment_currency ?? order.rest().currency,
    receipt: {},
  };
}

function lineBody(
  order: FakeOrder,
  { lineItemId, quantity, restockType }: NonNullable<RefundInput['refundLineItems']>[number],
  id: number,
): Json {
  const line = lineOf(order, lineItemId);
  return {
    id,
    line_item_id: line?.id,
    quantity,
    restock_type: (restockType ?? 'NO_RESTOCK').toLowerCase(),
    subtotal: Number(line?.price) * quantity,
    total_tax: 0,
    line_item: line,
  };
}

function orderAfter(order: FakeOrder, refund: Json): Json {
  const rest = order.rest();
  const lines = refund.refund_line_items as Json[];
  const back = lines.reduce((sum, each) => sum + Number(each.subtotal), 0);
  const total = (name: string) => moneyFields(rest, name, Math.max(0, Number(rest[name]) - back));
  return {
    refunds: [...refundsOf(order), refund],
    financial_status: paymentAfter(order, refund),
    line_items: (rest.line_items as Json[]).map((line) => lineAfter(line, lines)),
    ...total('current_subtotal_price'),
    ...total('current_total_price'),
  };
}

function paymentAfter(order: FakeOrder, refund: Json): unknown {
  const back = sumOf(refundsPaid(order)) + sumOf(refund.transactions as Json[]);
  if (back === 0) return order.rest().financial_status;
  return back >= sumOf(payments(order)) - CENT / 2 ? 'refunded' : 'partially_refunded';
}

function lineAfter(line: Json, refundedLines: readonly Json[]): Json {
  const own = refundedLines.filter((each) => each.line_item_id === line.id);
  const quantity = own.reduce((rest, each) => rest - Number(each.quantity), Number(line.current_quantity));
  const fulfillable = Math.min(Number(line.fulfillable_quantity), quantity);
  return { ...line, current_quantity: quantity, fulfillable_quantity: fulfillable };
}

function moneyFields(rest: Json, name: string, amount: number): Json {
  const text = amount.toFixed(2);
  const set = rest[`${name}_set`] as Record<string, Json> | undefined;
  const changed = Object.entries(set ?? {}).map(([whose, money]) => [whose, { ...money, amount: text }]);
  return { [name]: text, ...(set && { [`${name}_set`]: Object.fromEntries(changed) as Json }) };
}

function refundsOf(order: FakeOrder): Json[] {
  return (order.rest().refunds ?? []) as Json[];
}

function lineOf(order: FakeOrder, gid: string): Json | undefined {
  return (order.rest().line_items as Json[]).find((line) => line.admin_graphql_api_id === gid);
}

const succeeded = (order: FakeOrder, kinds: readonly string[]) =>
  order.transactions().filter(({ kind, status }) => kinds.includes(String(kind)) && status === 'success');
const payments = (order: FakeOrder) => succeeded(order, ['sale', 'capture']);
const refundsPaid = (order: FakeOrder) => succeeded(order, ['refund']);

function sumOf(amounts: readonly { amount?: unknown }[]): number {
  return amounts.reduce((sum, { amount }) => sum + Number(amount), 0);
}

/** Shopify remembers the result of a mutation by its key, for at least a day; here: as long as the store runs. */
export class IdempotentResults {
  readonly #results = new Map<string, { input: string; result: object }>();

  /**
   * Since 2026-04, `refundCreate` needs the directive.
   * @throws GraphQLError if the key is missing, or came before with another input
   */
  once(info: GraphQLResolveInfo, input: object, run: () => object): object {
    const key = keyOf(info);
    const text = JSON.stringify(input);
    const known = this.#results.get(key);
    if (known && known.input !== text)
      throw refusedQuery('BAD_REQUEST', 'The same idempotency key was used with other parameters');
    if (known) return known.result;
    const result = run();
    this.#results.set(key, { input: text, result });
    return result;
  }
}

function keyOf({ fieldNodes, variableValues }: GraphQLResolveInfo): string {
  const directive = ADMIN_SCHEMA.getDirective('idempotent');
  const [field] = fieldNodes;
  const values = directive && field && getDirectiveValues(directive, field, variableValues);
  if (typeof values?.key === 'string') return values.key;
  throw refusedQuery(
    'BAD_REQUEST',
    'The @idempotent directive is required for this mutation but was not provided.',
  );
}
