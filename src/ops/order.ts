import { Option } from 'commander';
import type { EntryWithChanges, Timeline } from '../operate/shapes/events.ts';
import type { ShownOrder, OrderPage } from '../operate/shapes/orders.ts';
import { effectLine } from './effect-text.ts';
import { OpsProblem } from './exit.ts';
import { queryOf } from './ask.ts';
import { findOrder, orderPlace } from './find.ts';
import { asksForBody, showBody, type BodyOptions } from './order-body.ts';
import { rowsUpTo } from './rows.ts';
import type { Session } from './session.ts';
import { age, counted, table, time } from './table.ts';
import { limitOption, reasonOption, shopOption, verb } from './verb.ts';

export const ORDER_VERBS = [
  verb<ListOptions>({
    call: 'ls',
    about: 'List orders, newest first',
    options: [
      shopOption(),
      new Option('--status <status>', 'Filter by status'),
      new Option('--parked', 'Only orders with parked events'),
      limitOption(),
    ],
    act: async (session, _, { parked, shop, status, limit }) => {
      const query = { shop, status, parked: parked ? '1' : undefined };
      const page = await rowsUpTo<OrderPage>(session, '/orders', query, limit, 'orders');
      session.show(page, ordersText(page));
    },
  }),
  verb<BodyOptions & { states?: true; shop?: string }>({
    call: 'show <order>',
    isDefault: true,
    about: "Show an order, its history and its effects, by <shop>/<order id>, name ('#1001' or 1001), or ID",
    options: [
      new Option('--states', 'Also show what each event changed'),
      new Option('--shop <shop>', 'Shop of the order, if several shops have this name or ID'),
      new Option('--body', 'Instead, show its newest body as JSON, with customer data masked'),
      new Option('--unmask', 'Show the unmasked body; requires --reason'),
      reasonOption(),
    ],
    act: async (session, [typed = ''], { states, shop, ...body }) => {
      const isBody = asksForBody(body);
      const key = await findOrder(session, typed, shop);
      const place = orderPlace('orders', key);
      if (isBody) return await showBody(session, place, key, body);
      const timeline = await wholeTimeline(session, `${place}/timeline`, states);
      const order = await orderOrNull(session, place);
      session.show({ order, ...timeline }, orderText(key, order, timeline));
    },
  }),
];

interface ListOptions {
  shop?: string;
  status?: string;
  parked?: true;
  limit: number;
}

const LIST_HEAD = [
  'order',
  'name',
  'created',
  'status',
  'payment',
  'fulfillment',
  'total',
  'parked',
  'waiting',
];

function ordersText({ orders, cursor }: OrderPage): string {
  if (orders.length === 0) return 'No orders match.';
  const rows = orders.map((order) => [
    `${order.shop}/${order.orderId}`,
    order.name,
    time(order.createdAt),
    order.status,
    order.financialStatus,
    order.fulfillmentStatus,
    `${order.totalPrice ?? '-'} ${order.currency ?? ''}`,
    order.parkedEvents || null,
    order.waitingEvents === null ? '?' : order.waitingEvents || null,
  ]);
  return table(rows, LIST_HEAD) + (cursor === null ? '' : '\n… more: use --limit');
}

/** All pages, from the newest back. Everything else comes from the first page. */
async function wholeTimeline(session: Session, place: string, states: true | undefined): Promise<Timeline> {
  const ask = (cursor: string | null) =>
    session.ask<Timeline>(`${place}${queryOf({ states: states && 1, cursor })}`);
  const newest = await ask(null);
  let whole = newest;
  while (whole.cursor !== null) {
    const { entries, acts, effects, effectsLeftOut, leftOut, cursor } = await ask(whole.cursor);
    const perNumber = new Map([...acts, ...whole.acts].map((act) => [act.number, act]));
    const allActs = [...perNumber.values()].toSorted((a, b) => a.number - b.number);
    whole = {
      ...newest,
      entries: [...entries, ...whole.entries],
      acts: allActs,
      effects: [...effects, ...whole.effects],
      effectsLeftOut: effectsLeftOut || whole.effectsLeftOut,
      leftOut,
      cursor,
    };
  }
  return whole;
}

/** An order has a history, but no document until its first event is applied. */
async function orderOrNull(session: Session, place: string): Promise<ShownOrder | null> {
  try {
    return await session.ask<ShownOrder>(place);
  } catch (error) {
    if (error instanceof OpsProblem && error.status === 404) return null;
    throw error;
  }
}

function orderText(key: string, order: ShownOrder | null, timeline: Timeline): string {
  const { entries, acts, lock, waitingMs, leftOut } = timeline;
  const waits = waitingMs === null ? [] : [`the oldest event has been waiting for ${age(waitingMs)}`];
  const lacks = lackLines(key, timeline);
  const held = lock
    ? [`locked by ${lock.holder.program ?? '?'} (job ${lock.holder.job ?? '?'}) for ${age(lock.ageMs)}`]
    : [];
  const done = acts.map((act) => [time(act.at), act.who, act.action, act.outcome, act.reason]);
  const people = done.length > 0 ? ['', `${counted(done.length, 'operator action')}:`, table(done)] : [];
  const older = leftOut ? ['   … older events are not shown'] : [];
  return [
    ...headLines(key, order),
    ...(order?.damage ?? []).map((field) => `damaged: ${field} (ops order rebuild ${key})`),
    ...lacks,
    ...waits,
    ...held,
    '',
    ...older,
    ...entryLines(entries, timeline),
    ...otherEffects(timeline),
    ...people,
  ].join('\n');
}

function headLines(key: string, order: ShownOrder | null): string[] {
  if (!order) return [`${key}: no events applied yet`];
  const { financialStatus, fulfillmentStatus, totalPrice, currency, version } = order;
  return [
    `${order.name ?? key}  ${order.status}   ${key}`,
    `payment: ${financialStatus ?? '-'}   fulfillment: ${fulfillmentStatus ?? '-'}   ` +
      `total: ${totalPrice ?? '-'} ${currency ?? ''}   version ${version}`,
  ];
}

/** An order with parked or waiting events is incomplete. */
function lackLines(key: string, { parkedEvents, parkedNow, waitingEvents }: Timeline): string[] {
  const waiting = waitingEvents === null ? 'waiting events unknown: Redis is down' : '';
  return [
    parkedEvents > 0
      ? `INCOMPLETE: ${counted(parkedEvents, 'event')} parked (ops parked show ${parkedNow[0]?.slice(0, 12) ?? ''})`
      : '',
    waitingEvents ? `${counted(waitingEvents, 'event')} waiting (ops mailbox get ${key})` : waiting,
  ].filter(Boolean);
}

function entryLines(entries: EntryWithChanges[], { effects }: Timeline): string[] {
  const perEvent = Map.groupBy(effects, ({ event }) => event);
  const lines = table(
    entries.map((entry) => [
      String(entry.sequence ?? '-').padStart(4),
      time(entry.occurredAt ?? entry.receivedAt),
      entry.outcome,
      entry.topic,
      entry.event.slice(0, 12),
      entry.duplicates > 0 ? counted(entry.duplicates, 'duplicate') : '',
      entry.because,
    ]),
  ).split('\n');
  return entries.flatMap((entry, i) => [
    lines[i] ?? '',
    ...belowEntry(entry),
    ...(perEvent.get(entry.event) ?? []).map((effect) => `        ${effectLine(effect)}`),
  ]);
}

/** Those whose event is not shown, or that have none. */
function otherEffects({ entries, effects, effectsLeftOut }: Timeline): string[] {
  const events = new Set(entries.map(({ event }) => event));
  const others = effects.filter(({ event }) => event === null || !events.has(event));
  const head = others.length > 0 ? ['', `${counted(others.length, 'effect')} without an event:`] : [];
  const older = effectsLeftOut ? ['', '… more effects are not shown: ops effects ls --order <order>'] : [];
  return [...head, ...others.map((effect) => `   ${effectLine(effect)}`), ...older];
}

function belowEntry({ earlier, notes, changes, sequence }: EntryWithChanges): string[] {
  const was = earlier.map(
    ({ outcome, because, at }) => `earlier: ${outcome} at ${time(at)} ${because ?? ''}`,
  );
  const changed = (changes ?? []).map(
    ({ field, before, after }) => `${field}: ${before ?? 'nothing'} -> ${after ?? 'nothing'}`,
  );
  const unknown =
    changes === null && sequence !== null
      ? ['changes unknown: the journal no longer has the earlier events']
      : [];
  return [...was, ...notes, ...changed, ...unknown].map((line) => `        ${line}`.trimEnd());
}
