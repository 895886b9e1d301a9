import { createHash } from 'node:crypto';
import type { Depositor } from '../deposit/depositor.ts';
import { sourceOf, type ExternalType } from '../order/external-types.ts';
import type { ExternalData } from '../order/external-fact.ts';
import { externalBody, externalEventId } from '../order/external.ts';
import { orderKey, type EventId, type OrderId, type ShopDomain } from '../order/identity.ts';
import { millisOf } from '../order/instants.ts';
import type { EventTypeStore } from '../persist/event-type-store.ts';
import type { IntakeKeyDocument } from '../persist/intake-key-schema.ts';
import type { IntakeKeys } from '../persist/intake-keys.ts';
import type { DataProblem } from './check-data.ts';
import type { DataSchemas } from './data-schemas.ts';

/** What another system sends: that something happened to an order. */
export interface SentEvent {
  shop: ShopDomain;
  orderId: OrderId;
  type: ExternalType;
  /** The idempotency key. */
  key: string;
  /** ISO 8601; null: now. */
  occurredAt: string | null;
  data: ExternalData;
  /** The name of the token. */
  source: string;
}

export type Taken =
  | { outcome: 'accepted'; event: EventId }
  | { outcome: 'duplicate'; event: EventId; firstSeenAt: Date }
  /** The key came before with another content. */
  | { outcome: 'reused' }
  | { outcome: 'ahead' }
  /** With the types that its source has. */
  | { outcome: 'unknown'; known: string[] }
  | { outcome: 'unfit'; problems: readonly DataProblem[] };

export interface IntakeTools {
  types: Pick<EventTypeStore, 'one' | 'all'>;
  keys: IntakeKeys;
  schemas: Pick<DataSchemas, 'check'>;
  depositor: Depositor;
  now: () => number;
}

/** How far a sender's clock may be ahead. What happened later than now happened now. */
const AHEAD_MS = 5 * 60_000;

/**
 * Takes an event of another system once (P3), and answers `accepted` only if it is durable (P2). The key is written
 * before the event is deposited. If the process dies in between, a repeated request finds the key and deposits the same
 * event: its id comes from shop, type and key, so claims, mailbox, order and journal recognise it. Requests at the same
 * time write one key, and deposit one event.
 * @throws Fault not_durable; SchemaTooSlow
 */
export async function takeEvent(sent: SentEvent, tools: IntakeTools): Promise<Taken> {
  const id = hashOf([sent.shop, sourceOf(sent.type), sent.key]);
  const content = hashOf([sent.orderId, sent.type, sent.occurredAt, sent.data]);
  const known = await tools.keys.one(id);
  if (known) return await takeAgain(sent, content, known, tools);
  const receivedAt = tools.now();
  if ((millisOf(sent.occurredAt) ?? 0) > receivedAt + AHEAD_MS) return { outcome: 'ahead' };
  const type = await tools.types.one(sent.type);
  if (!type) return { outcome: 'unknown', known: await typesLike(sent.type, tools) };
  const problems = await tools.schemas.check(type.dataSchema, JSON.stringify(sent.data));
  if (problems.length > 0) return { outcome: 'unfit', problems };
  const key: IntakeKeyDocument = {
    _id: id,
    content,
    event: externalEventId(hashOf(['external', sent.shop, sent.type, sent.key])),
    shop: sent.shop,
    receivedAt: new Date(receivedAt),
    occurredAt: sent.occurredAt ?? new Date(receivedAt).toISOString(),
    source: sent.source,
    public: type.public,
  };
  const kept = await tools.keys.keep(key);
  return kept === key ? await deposit(sent, key, tools) : await takeAgain(sent, content, kept, tools);
}

/** Deposits the event again unless it is in the journal: the first request may have died before it did so. */
async function takeAgain(
  sent: SentEvent,
  content: string,
  known: IntakeKeyDocument,
  tools: IntakeTools,
): Promise<Taken> {
  if (known.content !== content) return { outcome: 'reused' };
  if (!(await tools.keys.isJournaled(known.event))) return await deposit(sent, known, tools);
  return { outcome: 'duplicate', event: known.event, firstSeenAt: known.receivedAt };
}

/** The same event, whichever request deposits it: what differs between them comes from the key. */
async function deposit(
  { shop, orderId, type, data }: SentEvent,
  { event, receivedAt, occurredAt, source, public: shown }: IntakeKeyDocument,
  { depositor }: IntakeTools,
): Promise<Taken> {
  const waiting = {
    id: event,
    order: orderKey(shop, orderId),
    topic: type,
    webhookId: null,
    triggeredAt: null,
    receivedAt: receivedAt.getTime(),
    unreadable: null,
    body: externalBody({ external: data, occurredAt, source, public: shown }),
  };
  const deposited = await depositor.deposit(waiting, null);
  return deposited.outcome === 'duplicate' ? { ...deposited, firstSeenAt: receivedAt } : deposited;
}

async function typesLike(type: string, { types }: IntakeTools): Promise<string[]> {
  const all = await types.all();
  return all.map(({ _id }) => _id).filter((each) => sourceOf(each) === sourceOf(type));
}

/** SHA-256 of the value as JSON, with the keys of objects in alphabetical order. */
function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

/** Data is nested at most as deep as the API allows. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, each]) => [key, sorted(each)]));
}
