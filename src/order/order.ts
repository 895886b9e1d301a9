import type { CommitRecord } from './commit-record.ts';
import type { Cancellation, Facts, Line } from './event.ts';
import type { EventTopic } from './external-types.ts';
import type { External } from './external-fact.ts';
import { partsOf, type EventId, type OrderId, type OrderKey, type ShopDomain } from './identity.ts';
import type { Known } from './known.ts';
import type { APPLIED_OUTCOMES } from './outcomes.ts';
import type { Parts } from './part.ts';
import { START, type Position } from './position.ts';
import { ORDER_SHAPE } from './shapes.ts';
import type { Status } from './status.ts';
import type { WholeBody } from './whole-body.ts';

/** The outcome of an event, as its order remembers it: enough to rewrite its journal entry after a crash. */
export interface Applied {
  event: EventId;
  outcome: (typeof APPLIED_OUTCOMES)[number];
  because: string | null;
  /** What could not be read in its body; absent if everything could. */
  notes?: string[];
  /** The event's number in its order, from 1. */
  sequence: number;
  occurredAt: number;
  appliedAt: number;
}

interface StatusChange {
  status: Status;
  /** When it happened at Shopify, and when it was applied here; ms since 1970. */
  occurredAt: number;
  appliedAt: number;
  topic: EventTopic;
  event: EventId;
}

/** An order as stored in MongoDB (`orders`, without `_id`). Every field is a join of its events. */
export interface Order {
  shop: ShopDomain;
  orderId: OrderId;
  /** Counts commits. A commit's filter has the version that was loaded (P4). 0: not in MongoDB yet. */
  version: number;
  name: string | null;
  status: Status;
  facts: Facts;
  /** Permanent, whatever newer bodies say. */
  ends: { cancelled: Cancellation | null; deletedAt: number | null };
  lines: Line[];
  /** The newest whole order, as Shopify sent it; absent if nothing is stored of bodies. */
  whole?: WholeBody;
  /** Ids of all customers named in its snapshots, sorted. Redactions find the order by them. */
  customers: string[];
  parts: Parts;
  /** What other systems say; absent if nothing. */
  external?: External;
  /** Positions of name, facts and lines, if they come from a body older than the newest snapshot (known.ts). */
  positions?: Record<string, Position>;
  /** Lines missing from the newest list. */
  gone?: { lines: Known[] };
  /** The newest snapshot: position, moment (ms) and topic. Null until there is one. */
  snapshot: { position: Position; at: number; topic: EventTopic } | null;
  /** Of the event with the highest position so far. */
  position: Position;
  furthest: { topic: EventTopic; at: number } | null;
  sequence: number;
  applied: Applied[];
  statusHistory: StatusChange[];
  /** What its last commit changed; absent if a drain did not make that commit. */
  committed?: CommitRecord;
  /** How many of its events are parked. The rules neither read nor change it; persist/parked-count.ts updates it. */
  parkedEvents: number;
}

/** How many processed events an order remembers: more than Shopify ever has in transit for one order. */
const APPLIED_KEPT = 200;
/** How many status changes an order remembers. */
const HISTORY_KEPT = 100;

const { name: _, lines: __, ...BLANK_FACTS } = ORDER_SHAPE.blank;
/** The inside of a new order's `parts`: a list for each kind. */
const noParts = (): Parts => ({
  transactions: [],
  refunds: [],
  fulfillments: [],
  fulfillmentEvents: [],
  tenders: [],
  disputes: [],
  returns: [],
  edits: [],
  drafts: [],
  assessments: [],
  protections: [],
});

export function newOrder(key: OrderKey): Order {
  const { shop, orderId } = partsOf(key);
  if (!orderId) throw new Error(`${key} is not the key of an order`);
  return {
    shop,
    orderId,
    version: 0,
    name: null,
    status: 'created',
    facts: { ...BLANK_FACTS },
    ends: { cancelled: null, deletedAt: null },
    lines: [],
    customers: [],
    parts: noParts(),
    snapshot: null,
    position: START,
    furthest: null,
    sequence: 0,
    applied: [],
    statusHistory: [],
    parkedEvents: 0,
  };
}

export function remember(order: Order, applied: Applied): Applied[] {
  return [...order.applied, applied].slice(-APPLIED_KEPT);
}

export function rememberStatus(order: Order, change: StatusChange): StatusChange[] {
  return [...order.statusHistory, change].slice(-HISTORY_KEPT);
}
