import type { Cancellation, Facts, OrderEvent } from './event.ts';
import { joinKnown, type Memory } from './known.ts';
import type { Order } from './order.ts';
import { ownOf } from './own-of.ts';
import type { Part, SentPart } from './part.ts';
import { START, type Position } from './position.ts';
import { ORDER_SHAPE, PART_SHAPES } from './shapes.ts';
import type { PartKind } from './topics.ts';
import { joinWhole } from './whole-body.ts';

/**
 * Joins an event to what is known (P5). Each field is a maximum: of positions (known.ts) or of permanent facts
 * (cancelled, deleted). A maximum does not depend on order or repetition, so every arrival order, with any
 * duplicates, ends in the same state.
 */
export interface Joined {
  order: Order;
  /** The event contained something new. */
  fresh: boolean;
  /** The order already has newer data about the same thing. */
  outdated: boolean;
}

export function join(order: Order, event: OrderEvent): Joined {
  const steps = [joinCustomer, joinSnapshot, joinBody, joinEnds, joinParts, joinExternal];
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

/** A newer snapshot always counts as new. An older one contributes only fields that no newer body has. */
function joinSnapshot(order: Order, event: OrderEvent): Joined {
  if (!event.snapshot) return nothing(order);
  const { position, occurredAt, topic } = event;
  const base = order.snapshot?.position ?? START;
  const { facts } = event.snapshot;
  const next = later(base, position);
  const { known, fresh } = joinKnown(ORDER_SHAPE, factsOf(order), base, facts, position, next);
  const joined = withFacts(order, known);
  if (position > base)
    return {
      order: { ...joined, snapshot: { position, at: occurredAt, topic } },
      fresh: true,
      outdated: false,
    };
  return { order: joined, fresh, outdated: position < base };
}

/** What a whole-order body is joined to. In an order, name and lines are stored beside the other facts. */
type KnownFacts = Facts & Pick<Order, 'name' | 'lines'> & Memory;

function factsOf({ facts, name, lines, positions, gone }: Order): KnownFacts {
  return { ...facts, name, lines, ...(positions && { positions }), ...(gone && { gone: { ...gone } }) };
}

function withFacts(order: Order, { name, lines, positions, gone, ...facts }: KnownFacts): Order {
  const { positions: _, gone: __, ...rest } = order;
  return {
    ...rest,
    name,
    lines,
    facts,
    ...(positions && { positions }),
    ...(gone?.lines && { gone: { lines: gone.lines } }),
  };
}

/** Every customer ever named is kept, even if an older body names it. It does not count as new. */
function joinCustomer(order: Order, event: OrderEvent): Joined {
  const customer = event.snapshot?.customer ?? null;
  if (customer === null || order.customers.includes(customer)) return nothing(order);
  return nothing({ ...order, customers: [...order.customers, customer].toSorted() });
}

/** Does not affect outcomes: a setting decides what is stored of a body. */
function joinBody(order: Order, { snapshot, position }: OrderEvent): Joined {
  if (!snapshot) return nothing(order);
  const { whole, ...rest } = order;
  if (snapshot.body) return nothing({ ...rest, whole: joinWhole(whole, snapshot.body, position) });
  return nothing(whole ? rest : order);
}

/** Cancelled and deleted are permanent, even if an older body says so. The earliest moment counts. */
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

/** A body with a reason takes precedence over one without. */
function turnOf(reason: string | null): string {
  return reason === null ? '1' : `0${reason}`;
}

/** The newest event of each type. One that is as new is the same event. */
function joinExternal(order: Order, { external, topic }: OrderEvent): Joined {
  if (!external) return nothing(order);
  const known = ownOf(order.external, topic)?.position ?? START;
  if (external.position <= known) return { order, fresh: false, outdated: external.position < known };
  return {
    order: { ...order, external: { ...order.external, [topic]: external } },
    fresh: true,
    outdated: false,
  };
}

/** One copy, one search per part, and at most one sort for each kind: linear apart from logarithms. */
function joinParts(order: Order, event: OrderEvent): Joined {
  const joined = nothing(order);
  for (const [kind, sent] of Map.groupBy(event.parts, (each) => each.kind)) {
    const list = new PartList(kind, joined.order.parts[kind]);
    for (const part of onceEach(sent)) list.join(part);
    joined.order = { ...joined.order, parts: { ...joined.order.parts, [kind]: list.all() } };
    joined.fresh ||= list.fresh;
    joined.outdated ||= list.outdated;
  }
  return joined;
}

/** If a body has the same part twice at one position, the first counts. */
function onceEach(sent: OrderEvent['parts']): SentPart[] {
  const first = new Map<string, SentPart>();
  for (const { part } of sent) {
    const key = `${part.id} ${part.position}`;
    if (!first.has(key)) first.set(key, part);
  }
  return [...first.values()];
}

/** The parts of one kind while a body's parts are joined to them. */
class PartList {
  fresh = false;
  outdated = false;
  readonly #kind: PartKind;
  readonly #known: Part[];
  readonly #added = new Map<string, Part>();

  constructor(kind: PartKind, known: readonly Part[]) {
    this.#kind = kind;
    this.#known = [...known];
  }

  join(sent: SentPart): void {
    const { id, position } = sent;
    const place = placeOf(this.#known, id);
    const before = place === null ? this.#added.get(id) : this.#known[place];
    const base = before?.position ?? START;
    const next = later(base, position);
    const shape = PART_SHAPES[this.#kind];
    const known: Part = before ?? { id, ...shape.blank, position: START };
    const joined = joinKnown(shape, known, base, sent, position, next);
    const part: Part = { ...joined.known, id, position: next };
    this.fresh ||= joined.fresh || !before;
    this.outdated ||= joined.outdated;
    if (place === null) this.#added.set(id, part);
    else this.#known[place] = part;
  }

  all(): Part[] {
    const added = [...this.#added.values()].toSorted((a, b) => byId(a.id, b.id));
    const [last, first] = [this.#known.at(-1), added[0]];
    const all = [...this.#known, ...added];
    // New parts nearly always have higher ids.
    return last && first && byId(last.id, first.id) > 0 ? all.toSorted((a, b) => byId(a.id, b.id)) : all;
  }
}

/** @param parts sorted by id */
function placeOf(parts: readonly Part[], id: string): number | null {
  let [from, to] = [0, parts.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (byId(parts[middle]?.id ?? '', id) < 0) from = middle + 1;
    else to = middle;
  }
  return parts[from]?.id === id ? from : null;
}

/** Shopify's ids grow, so a shorter id is older: lists are in order of creation. */
function byId(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function later(a: Position, b: Position): Position {
  return a > b ? a : b;
}
