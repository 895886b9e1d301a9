import { applyEvent } from './apply-event.ts';
import type { CommittedEvent } from './commit-record.ts';
import { commitRecord, committedEvent } from './committed.ts';
import type { OrderEvent, WaitingEvent } from './event.ts';
import type { EventId, OrderKey } from './identity.ts';
import { newOrder, type Applied, type Order } from './order.ts';
import { PaymentTallies } from './payment-tallies.ts';
import { readEvent } from './read-event.ts';
import { CREATE } from './topics.ts';
import { keepNothing, type KeepBody } from './whole-body.ts';

/** A processed event with its outcome. `waiting` has the rest of what the journal needs. */
export interface Ended<Place extends number | null = number> {
  waiting: WaitingEvent;
  /** Its place in its order's history. */
  applied: Omit<Applied, 'sequence'> & { sequence: Place };
}

/** The outcomes of a mailbox's events. Events about the shop itself have no place in an order. */
export interface Settled {
  ended: Ended<number | null>[];
  rejected: Rejected[];
}

/** An event that cannot be applied, and the sentence that says why. */
export interface Rejected {
  waiting: WaitingEvent;
  because: string;
  /** How many drains tried it. */
  attempts: number;
}

/** Why events are no longer tried, and after how many drains. */
export type GivenUp = ReadonlyMap<EventId, Omit<Rejected, 'waiting'>>;

/** The result of applying a mailbox's events to an order. */
export interface Decision extends Settled {
  /** The order to commit, or null if nothing about it changed. */
  order: Order | null;
  /** In sequence. Includes events that were processed by an earlier drain that died before it wrote its journal. */
  ended: Ended[];
  rejected: Rejected[];
  strays: Stray[];
}

/** An event that is about another order than the one in whose mailbox it is. */
interface Stray {
  waiting: WaitingEvent;
  belongsTo: OrderKey;
}

/** Applying this event threw an exception: a bug in Lockstep, not a fault of the event. */
export class ApplicationFailed extends Error {
  override readonly name = 'ApplicationFailed';
  readonly event: EventId;
  constructor(event: EventId, cause: unknown) {
    super(`event ${event} could not be applied: ${cause instanceof Error ? cause.message : 'unknown'}`, {
      cause,
    });
    this.event = event;
  }
}

/**
 * (order, events) -> (order, outcomes). Pure: the same input gives the same result.
 * @param givenUp events that keep failing; they are rejected
 * @param keepBody what the order stores of whole-order bodies
 * @throws ApplicationFailed when applying an event throws
 */
export function decide(
  key: OrderKey,
  known: Order | null,
  waiting: WaitingEvent[],
  now: number,
  givenUp: GivenUp = new Map(),
  keepBody: KeepBody = keepNothing,
): Decision {
  const work = deciding(key, known, waiting, now, givenUp, keepBody);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The same, but yields after each event that was read or applied, so the caller can do other work in between. */
export function* deciding(
  key: OrderKey,
  known: Order | null,
  waiting: WaitingEvent[],
  now: number,
  givenUp: GivenUp,
  keepBody: KeepBody,
): Generator<void, Decision> {
  const { readable, rejected, strays } = yield* readAll(waiting, givenUp, keepBody);
  if (readable.length === 0) return { order: null, ended: [], rejected, strays };
  const ended: Ended[] = [];
  const committed: CommittedEvent[] = [];
  let order = known ?? newOrder(key);
  const before = order;
  const earlier = new Map(order.applied.map((one) => [one.event, one]));
  const work = { earlier, tallies: new PaymentTallies(), now };
  for (const each of readable) {
    if (order.snapshot === null && each.event.ofOtherShop !== undefined) {
      rejected.push({ waiting: each.waiting, because: each.event.ofOtherShop, attempts: 1 });
      continue;
    }
    const step = applyOnce(order, each.event, work);
    if (step.order !== order)
      committed.push(committedEvent(order, step.order, each.event.topic, step.applied));
    order = step.order;
    earlier.set(step.applied.event, step.applied);
    ended.push({ waiting: each.waiting, applied: step.applied });
    yield;
  }
  const outcomes = { ended, rejected, strays };
  if (order === before) return { order: null, ...outcomes };
  return { order: { ...order, committed: commitRecord(before, order, committed, now) }, ...outcomes };
}

/** Shared by the events of one decision. */
interface Work {
  earlier: ReadonlyMap<EventId, Applied>;
  tallies: PaymentTallies;
  now: number;
}

interface ReadableEvent {
  waiting: WaitingEvent;
  event: OrderEvent;
}

/** Reads all events and sorts the readable ones into sequence. */
function* readAll(
  waiting: WaitingEvent[],
  givenUp: GivenUp,
  keepBody: KeepBody,
): Generator<void, { readable: ReadableEvent[]; rejected: Rejected[]; strays: Stray[] }> {
  const readable: ReadableEvent[] = [];
  const rejected: Rejected[] = [];
  const strays: Stray[] = [];
  for (const each of waiting) {
    const failed = givenUp.get(each.id);
    const reading = failed ? { ok: false as const, because: failed.because } : readOne(each, keepBody);
    if (reading.ok) readable.push({ waiting: each, event: reading.event });
    else if ('belongsTo' in reading) strays.push({ waiting: each, belongsTo: reading.belongsTo });
    else rejected.push({ waiting: each, because: reading.because, attempts: failed?.attempts ?? 1 });
    yield;
  }
  readable.sort((a, b) => (a.event.position < b.event.position ? -1 : 1));
  return { readable, rejected, strays };
}

function readOne(waiting: WaitingEvent, keepBody: KeepBody): ReturnType<typeof readEvent> {
  try {
    return readEvent(waiting, keepBody);
  } catch (cause) {
    throw new ApplicationFailed(waiting.id, cause);
  }
}

/** An event that the order remembers is already processed, and is not applied again (P3). */
function applyOnce(
  order: Order,
  event: OrderEvent,
  { earlier, tallies, now }: Work,
): { order: Order; applied: Applied } {
  try {
    const before = earlier.get(event.id);
    return before ? { order, applied: before } : applyEvent(order, event, now, tallies);
  } catch (cause) {
    throw new ApplicationFailed(event.id, cause);
  }
}

/** Whether an order's first events should still wait for its create (the hold). */
export function awaitsCreate(known: Order | null, waiting: WaitingEvent[]): boolean {
  return known === null && !waiting.some((each) => each.topic === CREATE || each.unreadable !== null);
}
