import type { Cancellation, OrderEvent, Part } from './event.ts';
import type { Order } from './order.ts';
import type { PartKind } from './topics.ts';

/**
 * What an event brings, joined to what is known (P5). Each field is a maximum: of positions (snapshot,
 * parts) or of facts that stay (cancelled, deleted). A maximum does not care for order or repetition,
 * so every arrival order with any duplicates ends in the same state.
 */
export interface Joined {
  order: Order;
  /** Something was taken that was not known. */
  fresh: boolean;
  /** What was known of the same thing is newer than the event. */
  outdated: boolean;
}

export function join(order: Order, event: OrderEvent): Joined {
  const steps = [
    joinCustomer,
    joinSnapshot,
    joinEnds,
    ...event.parts.map(
      ({ kind, part }) =>
        (here: Order) =>
          joinPart(here, kind, part),
    ),
  ];
  return steps.reduce<Joined>(
    (sofar, step) => {
      const next = step(sofar.order, event);
      return {
        order: next.order,
        fresh: sofar.fresh || next.fresh,
        outdated: sofar.outdated || next.outdated,
      };
    },
    { order, fresh: false, outdated: false },
  );
}

const nothing = (order: Order): Joined => ({ order, fresh: false, outdated: false });

function joinSnapshot(order: Order, event: OrderEvent): Joined {
  if (!event.snapshot) return nothing(order);
  const { position, occurredAt, topic } = event;
  if (order.snapshot && order.snapshot.position >= position)
    return { order, fresh: false, outdated: order.snapshot.position > position };
  const { name, lines, cancelled: _, customer: __, ...facts } = event.snapshot;
  const joined = { ...order, name, lines, facts, snapshot: { position, at: occurredAt, topic } };
  return { order: joined, fresh: true, outdated: false };
}

/** Every customer that was ever named stays, also where an older body names it. It is no news of the order. */
function joinCustomer(order: Order, event: OrderEvent): Joined {
  const customer = event.snapshot?.customer ?? null;
  if (customer === null || order.customers.includes(customer)) return nothing(order);
  return nothing({ ...order, customers: [...order.customers, customer].toSorted() });
}

/** Cancelled and deleted are for good, also where an older body tells it. The earliest telling counts. */
function joinEnds(order: Order, event: OrderEvent): Joined {
  const { cancelled, deletedAt } = order.ends;
  const ends = {
    cancelled: earlier(cancelled, event.snapshot?.cancelled ?? null),
    deletedAt: event.deletes ? Math.min(deletedAt ?? Infinity, event.occurredAt) : deletedAt,
  };
  if (ends.cancelled === cancelled && ends.deletedAt === deletedAt) return nothing(order);
  return { order: { ...order, ends }, fresh: true, outdated: false };
}

function earlier(a: Cancellation | null, b: Cancellation | null): Cancellation | null {
  if (!a || !b) return a ?? b;
  if (a.at !== b.at) return a.at < b.at ? a : b;
  return turnOf(a.reason) <= turnOf(b.reason) ? a : b;
}

/** A body that gives a reason counts before one that gives none. */
function turnOf(reason: string | null): string {
  return reason === null ? '1' : `0${reason}`;
}

function joinPart(order: Order, kind: PartKind, part: Part): Joined {
  const known = order.parts[kind];
  const before = known.find((each) => each.id === part.id);
  if (before && before.position >= part.position)
    return { order, fresh: false, outdated: before.position > part.position && !sameFields(before, part) };
  const others = known.filter((each) => each !== before);
  const parts = { ...order.parts, [kind]: [...others, part].toSorted(byId) };
  return { order: { ...order, parts }, fresh: !before || !sameFields(before, part), outdated: false };
}

/** Shopify's ids grow, so shorter is earlier: a list reads in the order of its making. */
function byId(a: Part, b: Part): number {
  if (a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : 1;
}

function sameFields(a: Part, b: Part): boolean {
  return fieldsOf(a) === fieldsOf(b);
}

/** As text with sorted keys: MongoDB may hand fields back in another order. */
function fieldsOf(part: Part): string {
  return JSON.stringify({ ...part, position: null }, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : value,
  );
}
