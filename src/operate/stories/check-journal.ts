import type { OrderKey } from '../../order/identity.ts';
import type { KeepBody } from '../../order/whole-body.ts';
import type { Collections } from '../../persist/collections.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { messageOf } from '../../system/errors.ts';
import { inTurns } from '../../system/turns.ts';
import { Rebuild } from './check-order.ts';
import { isPlaced, journaledEventOf } from '../../persist/journaled.ts';

/** An order as rebuilt from its journal. */
export interface RebuiltOrder {
  key: OrderKey;
  rebuild: Rebuild;
  /** Entries, and bytes of bodies, that were read. */
  events: number;
  bytes: number;
  /** The place of its first applied event in the order's history; null: none. */
  first: number | null;
  /** Its shop was redacted: bodies were deleted. */
  isRedacted: boolean;
  /** Why an entry cannot be read, in words; null: all can. Entries after it were not read. */
  damage: string | null;
  /** It took too long, and the rest was not read. */
  cut: boolean;
}

/** Entries per batch from MongoDB: at worst 5 MB each, and 16 MB together. */
const BATCH = 50;

/**
 * Rebuilds orders from their journals, in turns: one body is in memory at a time. Yields the orders in the
 * sequence of their keys; if one is cut, it is the last.
 * @param keys in MongoDB's sort order
 * @param keepBody what orders store of bodies (ORDER_BODY)
 * @param orderMs how long one order may take
 */
export async function* rebuildEach(
  { events }: Pick<Collections, 'events'>,
  keys: readonly OrderKey[],
  keepBody: KeepBody,
  orderMs = Infinity,
): AsyncGenerator<RebuiltOrder> {
  const waiting = keys.map((key) => emptyOf(key, keepBody)).values();
  let here = waiting.next().value;
  let began = performance.now();
  const cursor = events
    .find({ order: { $in: [...keys] } })
    .sort({ order: 1, sequence: 1 })
    .lean<EventDocument[]>()
    .cursor({ batchSize: BATCH });
  for await (const entry of cursor) {
    while (here && here.key !== entry.order) {
      yield here;
      here = waiting.next().value;
      began = performance.now();
    }
    if (!here) break;
    here.cut = performance.now() - began > orderMs;
    if (here.cut) {
      yield here;
      return;
    }
    await add(here, entry);
  }
  for (; here; here = waiting.next().value) yield here;
}

function emptyOf(key: OrderKey, keepBody: KeepBody): RebuiltOrder {
  const none = { events: 0, bytes: 0, first: null, isRedacted: false, damage: null, cut: false };
  return { key, rebuild: new Rebuild(key, keepBody), ...none };
}

async function add(to: RebuiltOrder, entry: EventDocument): Promise<void> {
  to.events += 1;
  if (to.damage !== null || !isPlaced(entry)) return;
  to.first ??= entry.sequence;
  try {
    const journaled = journaledEventOf(entry);
    to.bytes += journaled.event.body.length;
    to.isRedacted ||= journaled.event.body.length === 0;
    await inTurns(to.rebuild.add(journaled));
  } catch (error) {
    to.damage = messageOf(error);
  }
}

/** The same for one order. */
export async function rebuildOne(
  collections: Pick<Collections, 'events'>,
  key: OrderKey,
  keepBody: KeepBody,
  orderMs?: number,
): Promise<RebuiltOrder> {
  for await (const rebuilt of rebuildEach(collections, [key], keepBody, orderMs)) return rebuilt;
  return emptyOf(key, keepBody);
}
