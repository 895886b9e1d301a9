import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderKey } from '../../order/identity.ts';
import type { Order } from '../../order/order.ts';
import { keepNothing, type KeepBody } from '../../order/whole-body.ts';
import type { Collections } from '../../persist/collections.ts';
import { fromDocument } from '../../persist/order-document.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { FINDINGS, NOTHING_WRONG, sumOfEffects, type Findings } from '../../system/findings.ts';
import type { VerifiedPage } from '../shapes/verify.ts';
import { checkEffects, effectBounds, NO_EFFECTS } from './check-effects.ts';
import { rebuildEach, rebuildOne, type RebuiltOrder } from './check-journal.ts';
import { damaged, type Checked } from './check-order.ts';
import { compareStored } from './compare-stored.ts';
import { nextKeys, type KeyFilter } from './next-keys.ts';

/** Bounds of one page. */
export interface VerifyLimits {
  /** Bytes of bodies in one page: about 4 s. */
  pageBytes: number;
  /** How long one order may take: a response must come within 60 s. */
  orderMs: number;
}

const LIMITS: VerifyLimits = { pageBytes: 64 * 1024 * 1024, orderMs: 30_000 };

const SHOWN = 20;
/** How often an order that changes is checked again, each time after a pause that lets a drain end. */
const LOOKS_AGAIN = 3;
const PAUSE_MS = 250;

/**
 * Compares orders with their journals (P3, P5, P8), a page at a time. Reads only. One body is in memory at a
 * time, and the process serves other requests in between. A damaged order is a finding; the others are still
 * verified. The page's cursor is the last key that was checked, if there may be more.
 */
export function createVerifier(
  collections: Collections,
  retentionDays: number,
  keepBody: KeepBody = keepNothing,
  limits: VerifyLimits = LIMITS,
): (filter: KeyFilter) => Promise<VerifiedPage> {
  return async (filter) => {
    const { keys, cursor } = await nextKeys(collections, filter);
    const page: VerifiedPage = { ...NOTHING_YET, wrong: [], effects: NO_EFFECTS, cursor };
    const expiredBefore = Date.now() - retentionDays * 86_400_000;
    const bounds = await effectBounds(collections, retentionDays);
    let bytes = 0;
    for await (const some of inChunks(rebuildEach(collections, keys, keepBody, limits.orderMs))) {
      for (const first of await compared(collections, some)) {
        const looked = await untilItStands(collections, first, (key) =>
          rebuildOne(collections, key, keepBody, limits.orderMs),
        );
        addUp(page, looked, isTooOld(looked, expiredBefore));
        bytes += looked.bytes;
      }
      const ofChunk = await checkEffects(
        collections,
        some.map(({ key }) => key),
        bounds,
      );
      page.effects = sumOfEffects(page.effects, ofChunk);
      const last = some.at(-1);
      if (last && last.key !== keys.at(-1) && (last.cut || bytes > limits.pageBytes))
        return { ...page, cursor: last.key };
    }
    return page;
  };
}

/** Orders whose documents are read in one round trip; fewer if their bodies are large. */
const CHUNK = 50;
const CHUNK_BYTES = 8 * 1024 * 1024;

async function* inChunks(rebuilt: AsyncIterable<RebuiltOrder>): AsyncGenerator<RebuiltOrder[]> {
  let chunk: RebuiltOrder[] = [];
  let bytes = 0;
  for await (const each of rebuilt) {
    chunk.push(each);
    bytes += each.bytes;
    if (chunk.length < CHUNK && bytes < CHUNK_BYTES) continue;
    yield chunk;
    [chunk, bytes] = [[], 0];
  }
  if (chunk.length > 0) yield chunk;
}

const NOTHING_YET = { ...NOTHING_WRONG, orders: 0, events: 0, moving: 0, tooOld: 0, tooLarge: 0 };

/** An order compared with its journal. */
interface VerifiedOrder {
  key: OrderKey;
  order: Order | null;
  events: number;
  bytes: number;
  checked: Checked;
  isRedacted: boolean;
  tooLarge: boolean;
  /** Committed a moment ago: its journal entry may not be written yet, by this or another worker. */
  fresh: boolean;
  moving: boolean;
}

/** If a worker dies between commit and journal, another one writes the journal within 20 s. */
const FRESH_MS = 30_000;

/** The journal was read first: it is written after the order, so it has no event that the order lacks. */
async function compared(
  collections: Collections,
  rebuilt: readonly RebuiltOrder[],
): Promise<VerifiedOrder[]> {
  const keys = rebuilt.map(({ key }) => String(key));
  const documents = await collections.orders.find({ _id: { $in: keys } }).lean<OrderDocument[]>();
  const byKey = new Map(documents.map((document) => [document._id, document]));
  const verified = rebuilt.map(async ({ key, rebuild, events, bytes, isRedacted, damage, cut }) => {
    const document = byKey.get(key) ?? null;
    const order = document && fromDocument(document);
    const checked =
      damage === null ? (await compareStored(key, rebuild, order, collections)).checked : damaged(damage);
    const is = { isRedacted, tooLarge: cut, fresh: isFresh(document), moving: false };
    return { key, order, events, bytes, checked, ...is };
  });
  return await Promise.all(verified);
}

function isFresh(document: OrderDocument | null): boolean {
  // The field may have been overwritten by hand.
  const changedAt: unknown = document?.changedAt;
  return changedAt instanceof Date && changedAt.getTime() > Date.now() - FRESH_MS;
}

/** Its first events are no longer in the journal (JOURNAL_RETENTION_DAYS): only their sequence is checked. */
function isTooOld({ order, checked: { findings } }: VerifiedOrder, expiredBefore: number): boolean {
  return findings.damaged === 0 && (order?.statusHistory[0]?.appliedAt ?? Infinity) < expiredBefore;
}

/** An order that looks wrong may have changed between the reads: it is checked until right or stable. */
async function untilItStands(
  collections: Collections,
  first: VerifiedOrder,
  rebuild: (key: OrderKey) => Promise<RebuiltOrder>,
): Promise<VerifiedOrder> {
  let last = first;
  const isDone = ({ checked, isRedacted, tooLarge }: VerifiedOrder) =>
    isRedacted || tooLarge || isClean(checked.findings);
  for (let again = 0; again < LOOKS_AGAIN && !isDone(last); again += 1) {
    await sleep(PAUSE_MS);
    const [next = last] = await compared(collections, [await rebuild(last.key)]);
    if (next.order?.version === last.order?.version && next.events === last.events) return next;
    last = { ...next, moving: true };
  }
  return last;
}

function addUp(page: VerifiedPage, looked: VerifiedOrder, tooOld: boolean): void {
  const { key, isRedacted, tooLarge } = looked;
  page.orders += 1;
  page.events += looked.events;
  page.tooOld += tooOld || isRedacted ? 1 : 0;
  page.tooLarge += tooLarge ? 1 : 0;
  const checked = judged(looked, tooOld);
  if (isClean(checked.findings)) return;
  if (isMoving(looked, checked.findings)) {
    page.moving += 1;
    return;
  }
  for (const name of FINDINGS) page[name] += checked.findings[name];
  if (page.wrong.length < SHOWN) page.wrong.push({ order: key, ...checked });
}

function isMoving({ moving, fresh }: VerifiedOrder, findings: Findings): boolean {
  return moving || (fresh && isClean({ ...findings, unexplained: 0 }));
}

/** Of a redacted shop's order nothing is checked: the bodies were deleted. */
function judged({ checked, isRedacted, tooLarge }: VerifiedOrder, tooOld: boolean): Checked {
  const nothing = { findings: NOTHING_WRONG, differences: [], damage: [] };
  if (isRedacted || tooLarge) return nothing;
  const { inversions } = checked.findings;
  return tooOld ? { ...nothing, findings: { ...NOTHING_WRONG, inversions } } : checked;
}

function isClean(findings: Findings): boolean {
  return FINDINGS.every((name) => findings[name] === 0);
}
