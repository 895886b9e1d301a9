import type { Order } from '../../order/order.ts';
import type { Collections } from '../../persist/collections.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { fromDocument } from '../../persist/order-document.ts';
import type { OrderDocument } from '../../persist/order-schema.ts';
import { checkOrder, FINDINGS, NOTHING_WRONG, type Findings, type Told } from './check-order.ts';
import { toldBy } from './told.ts';

/** Which orders to verify. */
export interface VerifyFilter {
  shop?: string | undefined;
  /** Only orders committed since; ms since 1970. */
  since?: number | undefined;
  /** The key after which to go on. */
  after?: string | undefined;
  limit: number;
}

/** What a page of orders amounts to. */
export interface Verified extends Findings {
  orders: number;
  events: number;
  /** Orders that events were applied to while they were looked at: another page will tell. */
  moving: number;
  /**
   * Orders whose first events the journal no longer keeps (JOURNAL_RETENTION_DAYS): only their sequence was checked;
   * and those of redacted shops, whose bodies are gone: nothing was.
   */
  tooOld: number;
  /** Orders with findings, at most {@link SHOWN}. */
  wrong: { order: string; findings: Findings }[];
  /** The last key looked at, where there may be more. */
  cursor: string | null;
}

const SHOWN = 20;
/** An order that moves is looked at again so often, after a pause that lets a drain end. */
const LOOKS_AGAIN = 3;
const PAUSE_MS = 250;

/** Holds orders against their journals (P3, P5, P8), a page at a time. Reads only. */
export function verifier(
  collections: Collections,
  retentionDays: number,
): (filter: VerifyFilter) => Promise<Verified> {
  return async (filter) => {
    const { keys, cursor } = await nextKeys(collections, filter);
    const expiredBefore = Date.now() - retentionDays * 86_400_000;
    const page: Verified = {
      ...NOTHING_WRONG,
      orders: 0,
      events: 0,
      moving: 0,
      tooOld: 0,
      wrong: [],
      cursor,
    };
    for (const first of await look(collections, keys)) {
      const looked = await untilItStands(collections, first);
      addUp(page, looked, (looked.order?.statusHistory[0]?.appliedAt ?? Infinity) < expiredBefore);
    }
    return page;
  };
}

/** An order and its journal, as they were found. */
interface Looked {
  key: string;
  order: Order | null;
  told: Told[];
  /** Committed a moment ago: its journal may still be on the way, also by way of another worker. */
  fresh: boolean;
  moving: boolean;
}

/** A worker that died between commit and journal is made good by another within 20 s. */
const FRESH_MS = 30_000;

async function look({ orders, events }: Collections, keys: string[]): Promise<Looked[]> {
  // The journal first: it is written after the order, so it never tells what the order does not know.
  const entries = await events.find({ order: { $in: keys } }).lean<EventDocument[]>();
  const documents = await orders.find({ _id: { $in: keys } }).lean<OrderDocument[]>();
  const told = Map.groupBy(entries, ({ order }) => order);
  const byKey = new Map(documents.map((document) => [document._id, document]));
  return keys.map((key) => {
    const document = byKey.get(key);
    return {
      key,
      order: document ? fromDocument(document) : null,
      told: (told.get(key) ?? []).map(toldBy),
      fresh: document ? document.touchedAt.getTime() > Date.now() - FRESH_MS : false,
      moving: false,
    };
  });
}

/** What looks wrong may have moved between the two reads: it is looked at until it is right, or stands still. */
async function untilItStands(collections: Collections, first: Looked): Promise<Looked> {
  let last = first;
  const isRight = ({ order, told }: Looked) =>
    told.some(({ event }) => event.body.length === 0) || isClean(checkOrder(order, told));
  for (let again = 0; again < LOOKS_AGAIN && !isRight(last); again += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const [next = last] = await look(collections, [last.key]);
    if (next.order?.version === last.order?.version && next.told.length === last.told.length) return next;
    last = { ...next, moving: true };
  }
  return last;
}

function addUp(page: Verified, { key, order, told, fresh, moving: moved }: Looked, tooOld: boolean): void {
  const isRedacted = told.some(({ event }) => event.body.length === 0);
  const findings = findingsOf(order, told, isRedacted, tooOld);
  page.orders += 1;
  page.events += told.length;
  page.tooOld += tooOld || isRedacted ? 1 : 0;
  if (isClean(findings)) return;
  const moving = moved || (fresh && isClean({ ...findings, unexplained: 0 }));
  page.moving += moving ? 1 : 0;
  if (moving) return;
  for (const name of FINDINGS) page[name] += findings[name];
  if (page.wrong.length < SHOWN) page.wrong.push({ order: key, findings });
}

function findingsOf(order: Order | null, told: Told[], isRedacted: boolean, tooOld: boolean): Findings {
  if (isRedacted) return NOTHING_WRONG;
  const found = checkOrder(order, told);
  return tooOld ? { ...NOTHING_WRONG, inversions: found.inversions } : found;
}

function isClean(findings: Findings): boolean {
  return FINDINGS.every((name) => findings[name] === 0);
}

/** The next orders by key, and those of which only the journal knows. */
async function nextKeys(
  { orders, events }: Collections,
  { shop, since, after, limit }: VerifyFilter,
): Promise<{ keys: string[]; cursor: string | null }> {
  const from = after ?? (shop === undefined ? '' : `${shop}/`);
  // `0` follows `/`.
  const end = shop === undefined ? {} : { $lt: `${shop}0` };
  const touched = since === undefined ? {} : { touchedAt: { $gte: new Date(since) } };
  const found = await orders
    .find({ _id: { $gt: from, ...end }, ...touched }, { _id: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  const cursor = found.length === limit ? (found.at(-1)?._id ?? null) : null;
  const until = cursor === null ? end : { $lte: cursor };
  const ended = since === undefined ? {} : { appliedAt: { $gte: new Date(since) } };
  const journaled = await events.distinct('order', {
    order: { $gt: from, ...until },
    sequence: { $ne: null },
    ...ended,
  });
  return { keys: [...new Set([...found.map(({ _id }) => _id), ...journaled])], cursor };
}
