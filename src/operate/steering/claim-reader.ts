import type { Claim, Claims, Hashed } from '../../deposit/claims.ts';
import type { MailboxList } from '../../deposit/mailbox-list.ts';
import { trustedEventId, type EventId, type ShopDomain } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { within } from '../../system/within.ts';
import { CHECK_MS } from '../../health/admin-routes.ts';
import type { DedupeClaim as ClaimView } from '../shapes/dedupe.ts';

/** A claim, and what happened to its event. */
export interface KnownClaim {
  claim: Claim;
  outcome: ClaimView['outcome'];
  topic: string | null;
  webhookId: string | null;
  /** False if MongoDB is down: `unknown` then means nothing. */
  journalRead: boolean;
}

interface FoundClaims {
  known: KnownClaim[];
  /** What was searched, for a caller that finds nothing. */
  looked: string;
}

/** Finds claims by event, webhook id or hash. */
export interface ClaimReader {
  byEvents: (events: readonly EventId[]) => Promise<FoundClaims>;
  /** Without a shop only through the journal: a claim names its webhook by hash. */
  byWebhook: (webhookId: string, shop: ShopDomain | null) => Promise<FoundClaims>;
  byHashes: (hashes: readonly Hashed[]) => Promise<FoundClaims>;
}

interface Tools {
  claims: Claims;
  mailboxes: MailboxList;
  collections: Pick<Collections, 'events' | 'spool'>;
  partitions: number;
}

export function createClaimReader(tools: Tools): ClaimReader {
  return {
    byEvents: (events) => byEvents(events, tools),
    byWebhook: async (webhookId, shop) => {
      const entries = await entriesOf({ webhookId }, tools);
      const delivered = shop === null ? [] : await tools.claims.eventsOf(shop, webhookId);
      const ids = [...new Set([...delivered, ...(entries ?? []).map(({ _id }) => trustedEventId(_id))])];
      const { known, looked } = await byEvents(ids, tools);
      const byShop = shop === null ? '' : `, the delivery keys of ${shop} under every topic`;
      const journal = entries === null ? UNREAD : 'the journal';
      const hint = shop === null ? '; to find waiting events, give the shop' : '';
      return { known, looked: `${looked}${byShop}; ${journal}${hint}` };
    },
    byHashes: async (hashes) => {
      const { known, looked } = await byEvents(
        hashes.map(({ event }) => event),
        tools,
      );
      const under = hashes.length === 1 ? 'one hash' : `${hashes.length} hashes, one for each topic`;
      return { known, looked: `${looked}, under ${under}` };
    },
  };
}

type JournalRow = Pick<EventDocument, '_id' | 'outcome' | 'topic' | 'webhookId'>;
const JOURNAL_ROW = { outcome: 1, topic: 1, webhookId: 1 } as const;
/** Upper bound on matches: one body can arrive under every topic, twice each. */
const LARGEST = 100;
const UNREAD = 'the journal could not be read: MongoDB is down';

/** The claims of these events; and in words, what the journal has about events without a claim. */
async function byEvents(ids: readonly EventId[], tools: Tools): Promise<FoundClaims> {
  const claims = await tools.claims.find(ids);
  const known = await know(claims, tools);
  const without = ids.filter((id) => !claims.some(({ event }) => event === id));
  const { partitions } = tools;
  const inRedis = `Redis (${partitions === 1 ? 'the only partition' : `all ${partitions} partitions`})`;
  return { known, looked: `${inRedis}${await elsewhere(without, tools)}` };
}

async function know(found: Claim[], tools: Tools): Promise<KnownClaim[]> {
  // Mailboxes first: an event leaves its mailbox after it is in the journal, so it is seen in one of them.
  const waiting = await Promise.all(found.map((claim) => waitingOf(claim, tools)));
  const journal = await entriesOf({ _id: { $in: found.map(({ event }) => String(event)) } }, tools);
  return found.map((claim, i) => {
    const entry = journal?.find(({ _id }) => _id === claim.event) ?? null;
    const { topic = null, webhookId = null } = entry ?? waiting[i] ?? {};
    const outcome = outcomeOf(entry, waiting[i] ?? null);
    return { claim, outcome, topic, webhookId, journalRead: journal !== null };
  });
}

function outcomeOf(entry: JournalRow | null, waiting: object | null): KnownClaim['outcome'] {
  // A parked event that waits is being tried again.
  if (waiting && (entry === null || entry.outcome === 'parked')) return 'waiting';
  return entry?.outcome ?? 'unknown';
}

type NamedEvent = Pick<JournalRow, 'topic' | 'webhookId'>;

/** The topic and webhook id of an event that waits in its mailbox or in the spool. */
async function waitingOf({ event, order }: Claim, tools: Tools): Promise<NamedEvent | null> {
  const mailbox = await tools.mailboxes.look(order);
  const front = mailbox?.fronts.find(({ id }) => id === event);
  if (front) return front;
  const { spool } = tools.collections;
  const asked = spool.findOne({ _id: String(event) }, { topic: 1, webhookId: 1 });
  return await withoutMongo(asked.lean<NamedEvent>().exec());
}

/** Null while MongoDB is down. */
async function entriesOf(filter: object, { collections }: Tools): Promise<JournalRow[] | null> {
  return await withoutMongo(
    collections.events.find(filter, JOURNAL_ROW).limit(LARGEST).lean<JournalRow[]>().exec(),
  );
}

/** Claims expire; the journal keeps events longer. */
async function elsewhere(without: readonly EventId[], tools: Tools): Promise<string> {
  if (without.length === 0) return '';
  const journal = await entriesOf({ _id: { $in: without.map(String) } }, tools);
  if (journal === null) return `; ${UNREAD}`;
  const ended = journal.map(({ _id, outcome }) => `${_id} as ${outcome}`);
  return ended.length === 0
    ? ' and the journal'
    : `; the journal has ${ended.join(', ')}: the key has expired or was released`;
}

/** Null while MongoDB is down, so that what Redis has is still shown. */
async function withoutMongo<Value>(asked: Promise<Value>): Promise<Value | null> {
  return await within(asked, CHECK_MS).catch(() => null);
}

export function claimView({ claim, outcome, topic, webhookId }: KnownClaim): ClaimView {
  return {
    event: claim.event,
    order: claim.order,
    firstSeenAt: new Date(claim.firstSeenAt).toISOString(),
    lastSeenAt: new Date(claim.lastSeenAt).toISOString(),
    hits: claim.hits,
    ttlMs: claim.ttlMs,
    outcome,
    topic,
    webhookId,
  };
}
